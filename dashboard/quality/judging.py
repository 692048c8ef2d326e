"""Judging one comment after the other by keys: what is given, and what comes back.

The browser holds a few comments ahead and a log of answers; each answer has a number, and what
was kept is told by the highest one. So no key is lost while the server is busy, and an answer
that arrives twice is kept once.
"""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st
from sqlmodel import Session

from dashboard import chips, data, frame, words
from dashboard.doing import attempt, perform
from dashboard.frame import say
from dashboard.i18n import _
from dashboard.plain import Html, fill, one_line, plain, veil
from otklik import database, looking
from otklik.clock import now
from otklik.enums import Stance
from otklik.errors import OtklikError
from otklik.looking import Shares
from otklik.models import Author, Mention, Person, Thread
from otklik.store import mentions

STATE, COMPONENT = "judging", "ot-judging"
AHEAD, LEAST = 40, 25
LONGEST = 4000
_component = st.components.v2.component(
    "otklik_judging",
    js=(Path(__file__).parent / "judging.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def draw(who: Person) -> None:
    """The comment, the keys, the count."""
    state = st.session_state.get(STATE)
    if state is None:
        state = st.session_state[STATE] = _begin()
    _top_up(state, who)
    _component(key=COMPONENT, data=_told(state), height="content", on_answers_change=on_answers)


def _begin() -> dict[str, Any]:
    """A new sitting; what is to be looked at again is drawn first."""

    def act(session: Session, _who: Person, at: datetime) -> int:
        settings = data.settings()
        return looking.draw_second_looks(session, settings.brand_id, settings.second_look_share, at)

    perform(act)
    return {
        "run": secrets.token_hex(8),
        "items": [],
        "given": [],
        "acked": 0,
        "judged": 0,
        "end": False,
    }


def _top_up(state: dict[str, Any], who: Person) -> None:
    """Comments ahead, unless there are enough."""
    left = [one for one in state["items"] if one["id"] not in state["given"]]
    if len(left) >= LEAST or state["end"]:
        return
    settings = data.settings()
    shares = Shares(settings.golden_share, settings.second_look_share)
    known = [one["id"] for one in state["items"]]
    with database.reading(data.engine()) as session:
        fresh = looking.next_batch(
            session,
            person=who,
            brand_id=settings.brand_id,
            shares=shares,
            size=AHEAD,
            skipped=known,
        )
        authors = mentions.list_authors(session, fresh)
        threads = mentions.list_threads(session, fresh)
    state["end"] = not fresh
    state["items"] += [
        _item(one, authors.get(one.author_id), threads.get(one.thread_id)) for one in fresh
    ]


def _item(mention: Mention, author: Author | None, thread: Thread | None) -> dict[str, Any]:
    """A comment without a word of what the model thinks of it."""
    marks = veil(mention.text[:LONGEST]) if frame.is_veiled() else []
    about = fill(
        "<b>{author}</b> {stars} {place} · {platform} · {when}",
        author=one_line((author.name if author else "") or _("Guest"), shown=60),
        stars=chips.stars(mention.rating),
        place=one_line(thread.title if thread else "", shown=100),
        platform=mention.platform,
        when=words.moment(mention.waiting_since, now=now()),
    )
    text: Html = plain(mention.text, marks, shown=LONGEST)
    return {"id": mention.id, "version": mention.version, "about": about, "text": text}


def _told(state: dict[str, Any]) -> dict[str, Any]:
    left = [one for one in state["items"] if one["id"] not in state["given"]]
    return {
        **{name: state[name] for name in ("run", "acked", "judged", "end")},
        "items": left,  # the browser still has those before, to go back to
        "stances": [{"value": one.value, "name": words.name("stance", one)} for one in Stance],
        "urgencies": [{"value": str(one), "name": words.name("urgency", one)} for one in range(4)],
        "words": {
            "title": _("Judge comments"),
            "stance": _("Who writes?"),
            "urgency": _("How soon?"),
            "skip": _("Skip"),
            "back": _("Back"),
            "judged": _("Judged: {n}"),
            "left": _("ready: {n}"),
            "sending": _("being kept…"),
            "kept": _("all kept"),
            "wait": _("More comments are coming…"),
            "end": _("Nothing is left to judge. Thank you!"),
        },
    }


def on_answers() -> None:
    """Keep what is new in the log of the browser."""
    state = st.session_state[STATE]
    for one in st.session_state[COMPONENT].get("answers") or []:
        if int(one["seq"]) > state["acked"]:
            keep(state, one)


def keep(state: dict[str, Any], one: dict[str, Any]) -> None:
    """Keep one answer of the log; a refusal is told and the log goes on."""
    state["acked"] = int(one["seq"])
    number = int(one["id"])
    if number not in {item["id"] for item in state["items"]}:
        return
    if one.get("skipped"):
        state["given"].append(number)
        return

    def act(session: Session, who: Person, at: datetime) -> bool:
        looking.answer(
            session,
            person=who,
            mention_id=number,
            mention_version=int(one["version"]),
            stance=str(one["stance"]),
            urgency=str(one["urgency"]),
            at=at,
        )
        return True

    done = attempt(act)
    if isinstance(done, OtklikError):
        say(words.refusal(done), "problem")
    elif not one.get("again"):
        state["judged"] += 1
    state["given"].append(number)
