"""What we know and may give: facts with their owners, gaps, powers, good decisions."""

import streamlit as st

from dashboard import frame
from dashboard.i18n import N_, _
from dashboard.knowledge import beside, bringing, doing, facts, form, reading, waiting
from dashboard.plain import fill, plain, show
from otklik.clock import now
from otklik.enums import ProposalKind

PART = doing.PART
PARTS = {
    "facts": N_("Facts"),
    "gaps": N_("Gaps"),
    "powers": N_("Powers"),
    "proposals": N_("Proposals"),
    "import": N_("Bring in"),
    "showcase": N_("Good decisions"),
}


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    at = now()
    known = reading.known(at)
    _from_a_case()
    if doing.FORM in st.session_state and known.house is not None:
        form.draw(who, known)
        return
    part = _part()
    if known.problem:
        text = _("The knowledge has a fault; the last good one goes on serving:")
        show(
            fill(
                '<p class="ot-notice ot-notice-problem" role="alert">{text} {problem}</p>',
                text=text,
                problem=plain(known.problem, shown=400),
            )
        )
    if part == "gaps":
        beside.gaps(known, at)
    elif part == "powers":
        beside.powers(known, who)
    elif part == "proposals":
        waiting.draw(who, known)
    elif part == "import":
        bringing.draw(who, known)
    elif part == "showcase":
        beside.showcase()
    else:
        facts.draw(known, who, at)


def _from_a_case() -> None:
    """A link from a case opens the form, filled in with what nobody had a fact for."""
    number = st.query_params.get("gap", "")
    if number:
        del st.query_params["gap"]
        values = reading.gap_values(int(number)) if number.isdecimal() else {}
        doing.open_form(ProposalKind.FACT, values, "", is_new=True)


def _part() -> str:
    st.session_state.setdefault(PART, "facts")
    with st.container(key="ot-knowledge-head"):
        chosen = st.segmented_control(
            _("Part of the page"),
            list(PARTS),
            key=PART,
            required=True,
            format_func=lambda one: _(PARTS[one]),
            label_visibility="collapsed",
        )
    return chosen or "facts"
