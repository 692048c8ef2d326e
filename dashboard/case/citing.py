"""What the writer of a text adds to its grounds: a fact of the house, or their own word."""

import streamlit as st

from dashboard import data
from dashboard.case import actions
from dashboard.i18n import _, in_language
from dashboard.plain import fill, one_line, plain, show
from otklik.clock import now
from otklik.models import DraftRow
from responder.vouching import DEED

MOST_FACTS = 6


def menu(case: data.CaseFile, draft: DraftRow, key: str) -> None:
    """Cite a fact: one of the buttons under the text, so that it takes no line of its own."""
    with st.popover(_("Cite a fact"), type="tertiary", key=f"cite-{draft.id}-pop"):
        _facts(case, draft, key)


def vouch(case: data.CaseFile, draft: DraftRow, key: str) -> None:
    """A line for each deed that rests on nothing yet, usually none: vouch for it by name."""
    for number, finding in enumerate(draft.findings):
        if finding["code"] == DEED and finding["severity"] == "block":
            span = finding["span"]
            said = draft.text[span["start"] : span["end"]]
            with st.container(
                key=f"ot-vouch-{number}", horizontal=True, vertical_alignment="center"
            ):
                show(
                    fill('<span class="ot-fine">«{said}»</span>', said=one_line(said, shown=60)),
                    is_wide=False,
                )
                st.button(
                    _("I vouch for it"),
                    key=f"vouch-{draft.id}-{number}",
                    on_click=actions.on_vouch,
                    args=(case, key, span["start"], span["end"]),
                )


def _facts(case: data.CaseFile, draft: DraftRow, key: str) -> None:
    asked = st.text_input(
        _("Search in what we know"),
        key=f"cite-words-{draft.id}",
        placeholder=_("Words of the fact; empty: what fits the comment"),
    )
    topic = case.mention.topic
    found = (
        data.knowledge().find(asked or case.mention.text, topic, case.language, now(), MOST_FACTS)
        if topic is not None
        else []
    )
    cited = {fact["id"] for fact in draft.facts}
    fresh = [one.fact for one in found if one.fact.id not in cited]
    if not fresh:
        show(fill('<p class="ot-fine">{text}</p>', text=_("Nothing more that fits is known.")))
    for number, fact in enumerate(fresh, start=1):
        said = in_language(*(next(iter(texts), "") for texts in (fact.says.ru, fact.says.en)))
        show(
            fill(
                '<div class="ot-fine"><b>{number}.</b> {text}</div>',
                number=number,
                text=plain(said, shown=240),
            )
        )
        st.button(
            _("Cite fact {number}").format(number=number),
            key=f"cite-{draft.id}-{number}",
            on_click=actions.on_cite,
            args=(case, key, fact.id),
        )
