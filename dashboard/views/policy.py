"""The policy: what decides, how to change it, and what a change would do. For leads."""

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import N_, _
from dashboard.plain import Html, fill, one_line, plain, show
from dashboard.policy import beside, doing, editor, reading, rules, versions, waiting
from dashboard.policy.reading import Standing
from otklik.clock import now
from otklik.enums import Role
from otklik.people import may

PARTS = {
    "rules": N_("Rules in force"),
    "edit": N_("Change it"),
    "proposals": N_("Proposals"),
    "shadow": N_("In the shadow"),
    "versions": N_("Versions"),
    "silences": N_("Silences"),
}


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    if not may(who, Role.LEAD):
        text = _("Your role does not allow this.")
        show(fill('<div class="ot-empty"><p>{text}</p></div>', text=text))
        return
    standing = reading.standing()
    with st.container(key="ot-policy-head", horizontal=True, vertical_alignment="center"):
        show(_head(standing))
        part = _part(standing)
    _file(standing)
    if part == "rules":
        rules.draw(standing.policy)
    elif part == "edit":
        editor.draw(who, standing)
    elif part == "proposals":
        waiting.draw(who, standing)
    elif part == "shadow":
        beside.shadow(standing)
    elif part == "versions":
        versions.draw(who, standing)
    else:
        beside.silences()


def _part(standing: Standing) -> str:
    def name(part: str) -> str:
        count = f" ({standing.waiting})" if part == "proposals" and standing.waiting else ""
        return f"{_(PARTS[part])}{count}"

    st.session_state.setdefault(doing.PART, "rules")
    chosen = st.segmented_control(
        _("Part of the page"),
        list(PARTS),
        key=doing.PART,
        required=True,
        format_func=name,
        label_visibility="collapsed",
    )
    return chosen or "rules"


def _head(standing: Standing) -> Html:
    if standing.row is None:
        return fill(
            '<div class="ot-policy-title"><b>{text}</b></div>', text=_("No policy has decided yet")
        )
    row = standing.row
    origin = _("written at the desk") if standing.is_of_desk else _("follows the file")
    at = standing.event.at if standing.event else row.loaded_at
    said = [_("since {at}").format(at=words.moment(at, now=now()))]
    if standing.by:
        said.append(_("activated by {name}").format(name=standing.by))
    return fill(
        '<div class="ot-policy-title"><b>{name}</b> <span class="ot-chip ot-rate-ok">{state}'
        '</span> <span class="ot-chip">{origin}</span> <span class="ot-fine">{said}</span></div>',
        name=_("{name} version {version}").format(name=row.name, version=row.version),
        state=_("in force"),
        origin=origin,
        said=one_line(" · ".join(said)),
    )


def _file(standing: Standing) -> None:
    """How the file of the settings stands to what decides."""
    if standing.problem and not standing.is_of_desk:
        text = _("The file of the policy is broken; the last good revision decides:")
        show(
            fill(
                '<p class="ot-notice ot-notice-problem" role="alert">{text} {problem}</p>',
                text=text,
                problem=plain(standing.problem, shown=400),
            )
        )
    if not standing.is_of_desk:
        return
    with st.container(key="ot-policy-file", horizontal=True, vertical_alignment="center"):
        show(fill('<p class="ot-fine">{text}</p>', text=one_line(_of_file(standing), shown=400)))
        with st.popover(_("Follow the file again"), type="tertiary", key="policy-file-pop"):
            note = "policy-file-note"
            st.text_area(_("What changes, and why"), key=note, height=80)
            st.button(
                _("Propose"),
                key="policy-file-propose",
                type="primary",
                on_click=doing.on_propose_file,
                args=(note,),
            )


def _of_file(standing: Standing) -> str:
    if standing.file is None:
        return _("The file of the settings is not followed, and is broken: {problem}").format(
            problem=standing.problem
        )
    said = _("The file of the settings is not followed: it says {name} version {version}.")
    return said.format(name=standing.file.name, version=standing.file.version)
