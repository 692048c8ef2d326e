"""How people judge: agreement of pairs, golden items, second looks; for leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st
from sqlmodel import Session

from dashboard import data, frame, words
from dashboard.doing import do
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line, plain, show, table, veil
from dashboard.quality.model_room import percent
from otklik import database, looking, quality
from otklik.clock import now
from otklik.learning import StaffLabel
from otklik.models import GoldenItem, Look, Mention, Person
from otklik.quality import Agreement, Judges, Marks
from otklik.store import looks
from otklik.store.mentions import list_mentions
from otklik.store.people import list_people

DAYS = 30
# by Landis and Koch's custom, in plain words
_GOOD, _FAIR = 0.6, 0.4
_LEAST = 10  # comments; fewer say nothing of two people
LISTED = 20


@dataclass(frozen=True)
class JudgesRoom:
    """What this part shows, read at once."""

    names: dict[int, str]
    judges: Judges
    golden: dict[int, Marks]
    second: Marks
    differing: list[Look]
    waiting: int
    texts: dict[int, str]


def read(at: datetime) -> JudgesRoom:
    """The last thirty days."""
    brand, since = data.settings().brand_id, at - timedelta(days=DAYS)
    with database.reading(data.engine()) as session:
        second, differing = quality.second_looks(session, brand, since)
        listed = differing[:LISTED]
        rows = list_mentions(session, [one.mention_id for one in listed])
        return JudgesRoom(
            names={one.id or 0: one.name or one.login for one in list_people(session, brand)},
            judges=quality.agreement(session, brand, since),
            golden=quality.golden_marks(session, brand, since),
            second=second,
            differing=listed,
            waiting=looks.count_waiting_looks(session, brand),
            texts={one.id or 0: one.text for one in rows},
        )


def draw() -> None:
    """Agreement and marks."""
    room = read(now())
    left, right = st.columns(2, gap="medium")
    with left:
        show(join([_fields(room), _pairs(room)]))
    with right:
        show(join([_golden(room), _second(room)]))


def _heading(text: str) -> Html:
    return fill('<h3 class="ot-h">{text}</h3>', text=text)


def _fine(text: str) -> Html:
    return fill('<p class="ot-fine">{text}</p>', text=text)


def _word(found: Agreement) -> str:
    if found.kappa is None:
        return "–"
    if found.rows < _LEAST:
        return _("too few to tell")
    if found.kappa >= _GOOD:
        return _("good")
    return _("fair") if found.kappa >= _FAIR else _("poor: talk it over")


def _agreement(found: Agreement) -> list[str]:
    return [
        str(found.rows),
        percent(found.same),
        "–" if found.kappa is None else f"{found.kappa:.2f}",
        _word(found),
    ]


def _fields(room: JudgesRoom) -> Html:
    rows = [
        [words.name("field", field), *_agreement(found)]
        for field, found in room.judges.by_field.items()
        if found.rows
    ]
    head = join(
        [
            _heading(_("Do people agree with each other?")),
            _fine(_("Comments that two people judged, in 30 days. Kappa sets chance aside.")),
        ]
    )
    if not rows:
        return join([head, _fine(_("Nobody has judged what somebody else had judged."))])
    heads = (_("Field"), _("both judged"), _("alike"), _("kappa"), _("in words"))
    return join([head, table(heads, rows, kind="ot-figures")])


def _pairs(room: JudgesRoom) -> Html:
    rows = [
        [one_line(f"{_name(room, one.first)} · {_name(room, one.second)}"), *_agreement(one.found)]
        for one in room.judges.pairs[:LISTED]
    ]
    if not rows:
        return Html("")
    heads = (_("Pair, on the stance"), _("both judged"), _("alike"), _("kappa"), _("in words"))
    return table(heads, rows, kind="ot-figures")


def _name(room: JudgesRoom, person_id: int | None) -> str:
    return room.names.get(person_id or 0, "–")


def _golden(room: JudgesRoom) -> Html:
    head = join(
        [
            _heading(_("Golden items: comments with a known answer")),
            _fine(_("People are not told which ones they are. Only leads see this.")),
        ]
    )
    rows = [
        [
            one_line(_name(room, person)),
            str(found.looks),
            str(found.by_field.get("stance", 0)),
            str(found.by_field.get("urgency", 0)),
            percent(found.agreed / found.looks),
            "{} – {}".format(*(percent(end) for end in found.interval)),
        ]
        for person, found in sorted(room.golden.items(), key=lambda one: -one[1].looks)
    ]
    if not rows:
        return join([head, _fine(_("Nobody was given one yet."))])
    heads = (_("Person"), _("given"), _("stance right"), _("urgency right"), _("both"), "95 %")
    return join([head, table(heads, rows, kind="ot-figures")])


def _second(room: JudgesRoom) -> Html:
    found = room.second
    told = _(
        "{looks} looked at again, {agreed} agreed; {waiting} wait for a second pair of eyes."
    ).format(looks=found.looks, agreed=found.agreed, waiting=room.waiting)
    head = join([_heading(_("Second looks, drawn by chance")), _fine(told)])
    if not room.differing:
        return head
    rows = [
        [
            fill('<a href="/case?mention={id}" target="_self">№ {id}</a>', id=one.mention_id),
            _said(room.texts.get(one.mention_id, ""), 90),
            one_line(_name(room, one.first_id)),
            _judged(one.expected),
            one_line(_name(room, one.person_id)),
            _judged(one.given),
        ]
        for one in room.differing
    ]
    heads = (_("Case"), _("Comment"), _("First"), _("let stand"), _("Second"), _("says"))
    return join([head, table(heads, rows)])


def _said(text: str, shown: int) -> Html:
    """A comment on one line, rude words blurred unless this person wants to see them."""
    line = " ".join(text.split())[: shown + 1]
    return plain(line, veil(line) if frame.is_veiled() else [], shown=shown)


def _judged(values: dict[str, str]) -> str:
    return ", ".join(
        words.name(field, values[field]) for field in looking.FIELDS if field in values
    )


# ---- golden items ----------------------------------------------------------------------------


def draw_golden() -> None:
    """Which comments test people, and which could."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        items = looks.list_golden(session, brand, limit=100)
        candidates = looking.list_candidates(session, brand)
        rows = list_mentions(session, [one.mention_id for one in items])
    texts = {one.id or 0: one for one in rows}
    left, right = st.columns(2, gap="medium")
    with left:
        _in_use(items, texts)
    with right:
        _possible(candidates)


def _in_use(items: Sequence[GoldenItem], texts: dict[int, Mention]) -> None:
    share = percent(data.settings().golden_share)
    show(
        join(
            [
                _heading(_("In use: {n}").format(n=len(items))),
                _fine(
                    _("{share} of what people are given to judge, unmarked.").format(share=share)
                ),
            ]
        )
    )
    for one in items:
        mention = texts.get(one.mention_id)
        _line(
            one.mention_id,
            mention.text if mention else "",
            one.values,
            button=(_("No longer"), f"golden-off-{one.mention_id}", on_retire),
            args=(one.mention_id, one.mention_version),
        )


def _possible(candidates: Sequence[StaffLabel]) -> None:
    show(
        join(
            [
                _heading(_("Could be golden")),
                _fine(
                    _(
                        "Settled by people, undisputed, by the guide. Choose clear ones and hard "
                        "ones; you will not be tested with what you choose."
                    )
                ),
            ]
        )
    )
    if not candidates:
        show(_fine(_("Nothing with stance and urgency is settled yet.")))
    for one in candidates:
        _line(
            one.mention_id,
            one.text,
            dict(one.values),
            button=(_("Make it golden"), f"golden-on-{one.mention_id}", on_make),
            args=(one.mention_id,),
        )


def _line(
    number: int,
    text: str,
    values: dict[str, str],
    *,
    button: tuple[str, str, Callable[..., None]],
    args: tuple[int, ...],
) -> None:
    label, key, act = button
    with st.container(
        key=f"ot-golden-{number}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        show(
            fill(
                '<div class="ot-golden"><span class="ot-fine">№ {number} · {judged}</span>'
                "<div>{text}</div></div>",
                number=number,
                judged=_judged(values),
                text=_said(text, 220),
            )
        )
        st.button(label, key=key, type="tertiary", on_click=act, args=args)


def on_make(mention_id: int) -> None:
    """Test people with it."""

    def act(session: Session, who: Person, at: datetime) -> GoldenItem:
        return looking.make_golden(
            session,
            person=who,
            brand_id=data.settings().brand_id,
            mention_id=mention_id,
            at=at,
        )

    do(act, _("Golden: it will come up unmarked."))


def on_retire(mention_id: int, version: int) -> None:
    """Test nobody with it any more."""

    def act(session: Session, who: Person, at: datetime) -> None:
        looking.retire_golden(
            session,
            person=who,
            mention_id=mention_id,
            version=version,
            at=at,
        )

    do(act, _("It tests nobody any more."))
