"""A table or a text of facts brought in at the desk: seen row by row, then proposed together."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import data
from dashboard.i18n import N_, _, in_language, ngettext
from dashboard.knowledge import doing
from dashboard.knowledge.faults import refused, said
from dashboard.knowledge.reading import Known
from dashboard.plain import Html, fill, join, one_line, plain, show, table
from otklik.clock import now
from otklik.enums import ProposalKind
from otklik.errors import InputError, PolicyError
from otklik.models import Person
from responder.knowledge import changing
from responder.knowledge.importing.tables import decode
from responder.knowledge.importing.trying import Outcome, Row, Tried, try_import
from responder.knowledge.importing.values import Defaults

FILE, PASTED, OWNER, NOTE = "kimport-file", "kimport-text", "kimport-owner", "kimport-note"
TYPES = ["csv", "tsv", "md", "markdown", "txt"]
OUTCOMES = {
    Outcome.NEW: N_("new"),
    Outcome.CHANGED: N_("changed"),
    Outcome.SAME: N_("as it is"),
}


def draw(who: Person, known: Known) -> None:
    """A file or pasted rows, what they would do, and the way to propose it."""
    if known.house is None:
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        sent = st.file_uploader(_("A table (CSV) or a text (Markdown)"), type=TYPES, key=FILE)
        st.text_area(
            _("Or paste it here"),
            key=PASTED,
            height=140,
            placeholder=_("text;topic;keywords;owner;until"),
        )
        st.text_input(_("Who keeps true what names nobody"), key=OWNER)
    pasted = str(st.session_state.get(PASTED) or "").strip()
    with right:
        if sent is None and not pasted:
            _nothing()
            return
        try:
            name, text = (sent.name, decode(sent.getvalue(), sent.name)) if sent else _of(pasted)
            defaults = Defaults(owner=str(st.session_state.get(OWNER) or "").strip())
            tried = try_import(known.house, name, text, defaults, now())
        except (InputError, PolicyError) as error:
            show(
                fill(
                    '<p class="ot-wrong" role="alert">{text}</p>',
                    text=one_line(refused(str(error))),
                )
            )
            return
        _seen(tried, name)


def _of(pasted: str) -> tuple[str, str]:
    """Pasted rows are a table where their first line has columns."""
    head = pasted.split("\n", 1)[0]
    is_table = any(sign in head for sign in ";\t") or head.count(",") > 1
    return ("pasted.csv" if is_table else "pasted.md"), pasted


def _nothing() -> None:
    text = _(
        "One row, one fact: its text in Russian or English, topic, words that call for it, who "
        "keeps it true, until when. In a text every item or paragraph is a fact, and a heading "
        "with a question mark is what it answers."
    )
    title = _("Nothing is brought in yet")
    show(fill('<div class="ot-empty"><b>{t}</b><p>{text}</p></div>', t=title, text=text))


def _seen(tried: Tried, name: str) -> None:
    fit = tried.fit
    text = _("{fit} can be proposed, {same} are as they are, {wrong} have to be mended.").format(
        fit=len(fit),
        same=sum(row.outcome is Outcome.SAME for row in tried.rows),
        wrong=len(tried.refused)
        + sum(row.outcome is not Outcome.SAME for row in tried.rows)
        - len(fit),
    )
    show(fill('<p role="status"><b>{text}</b></p>', text=text))
    rows = [_line(row) for row in tried.rows]
    rows += [
        [str(one.line), _wrong(_("cannot be read")), _wrong(refused(one.reason))]
        for one in tried.refused
    ]
    show(table([_("Line"), _("What becomes of it"), _("Fact")], rows, kind="ot-kimport"))
    if not fit:
        return
    st.text_area(
        _("What changes, and why"),
        key=NOTE,
        height=80,
        placeholder=_("Your colleague decides by it; it stays on record"),
    )
    st.button(
        ngettext("Propose {n} fact", "Propose {n} facts", len(fit)),
        key="kimport-propose",
        type="primary",
        on_click=on_propose,
        args=(fit, name),
    )


def _line(row: Row) -> list[str | Html]:
    text = in_language(*(" ".join(row.values.get(key, ())) for key in ("ru", "en")))
    told = [said(one) for one in row.judged.faults]
    told += [
        _("Here {said}; {other} says {otherwise}.").format(
            said=one.said, other=one.second.id, otherwise=one.other
        )
        for one in row.judged.contradictions
    ]
    faults = join((_wrong(one) for one in told), "")
    return [
        str(row.line),
        _(OUTCOMES[row.outcome]),
        join([plain(text or " ".join(row.values.get("en", ())), shown=240), faults], " "),
    ]


def _wrong(text: str) -> Html:
    return fill('<div class="ot-wrong">{text}</div>', text=one_line(text, shown=300))


def on_propose(rows: list[Row], name: str) -> None:
    """Propose every row that is fit, all or none."""

    def work(session: Session, who: Person, at: datetime) -> None:
        for row in rows:
            changing.propose(
                session,
                person=who,
                kind=ProposalKind.FACT,
                values=row.values,
                note=f"{st.session_state.get(NOTE, '').strip()} ({name}:{row.line})"
                if str(st.session_state.get(NOTE, "")).strip()
                else "",
                base_digest=row.base_digest,
                named=data.settings().knowledge_file,
                at=at,
            )

    if doing.perform(work, _("Proposed: a lead or an administrator brings it into force.")):
        st.session_state[doing.PART] = "proposals"
