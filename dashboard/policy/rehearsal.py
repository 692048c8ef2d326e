"""Trying the text on history: asked for, seen running, kept."""

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import _, ngettext
from dashboard.plain import fill, one_line, show
from dashboard.policy import doing, reading, tally
from dashboard.policy.reading import Standing
from otklik.clock import now
from otklik.enums import RehearsalState
from otklik.models import Rehearsal
from responder.policy import Policy
from responder.policy.file import text_digest
from responder.policy.rehearsing import MOST, is_broken_off

DAYS = "policy-days"
EVERY = 1.0  # seconds between two looks at a running rehearsal


def draw(text: str, standing: Standing) -> None:
    """The rehearsal of this very text."""
    digest = text_digest(text)
    found = reading.rehearsal(digest)
    is_running = _is_running(found)
    with st.container(key="ot-rehearsal", border=True):
        title = _("Rehearsal: what this text would have made of the comments there were")
        show(fill('<h3 class="ot-sub">{title}</h3>', title=title))
        policy = reading.check(text).policy
        _ask(is_running=is_running)
        if is_running:
            _progress(digest)
        elif found is not None:
            result(found, policy, standing.policy)


def _is_running(found: Rehearsal | None) -> bool:
    return (
        found is not None
        and found.state is RehearsalState.RUNNING
        and not is_broken_off(found, now())
    )


def _ask(*, is_running: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            _("How many days back"),
            reading.DAYS,
            default=30,
            required=True,
            key=DAYS,
            format_func=lambda n: ngettext("{n} day", "{n} days", n),
            label_visibility="collapsed",
        )
        st.button(
            _("Rehearse"),
            key="policy-rehearse",
            disabled=is_running,
            on_click=doing.on_rehearse,
            args=(DAYS,),
        )
        text = _("Nothing is written, and nobody is alerted. The newest {n} comments at most.")
        show(
            fill('<p class="ot-fine">{text}</p>', text=text.format(n=f"{MOST:,}".replace(",", " ")))
        )


@st.fragment(run_every=EVERY)
def _progress(digest: str) -> None:
    found = reading.rehearsal(digest)
    if found is None or not _is_running(found):
        st.rerun()
    share = found.done / found.total if found.total else 0.0
    text = _("Deciding again: {done} of {total}").format(done=found.done, total=found.total or "…")
    st.progress(min(share, 1.0), text)


def result(found: Rehearsal, policy: Policy | None, live: Policy | None, key: str = "own") -> None:
    """What came of it."""
    if found.state is RehearsalState.FAILED:
        text = _("It did not come to an end: {reason}").format(reason=found.error)
        show(fill('<p class="ot-wrong">{text}</p>', text=one_line(text, shown=400)))
        return
    if found.state is RehearsalState.RUNNING:
        text = _("It broke off when this program was restarted. Begin again.")
        show(fill('<p class="ot-wrong">{text}</p>', text=text))
        return
    value = found.result
    show(fill('<p class="ot-fine">{text}</p>', text=_about(found)))
    tally.draw(value, key, tally.reasons_of(live, policy), is_veiled=frame.is_veiled())


def _about(found: Rehearsal) -> str:
    value = found.result
    said = [
        _("Tried {time} on the last {days}, in {seconds}.").format(
            time=words.moment(found.updated_at, now=now()),
            days=ngettext("{n} day", "{n} days", found.days),
            seconds=words.span(value["seconds"]),
        )
    ]
    if value["is_cut"]:
        said.append(_("There were more comments: only the newest were looked at."))
    said.append(
        _("Verdict and time are those of then; threads, waves and authors are as they are now.")
    )
    if value["would_differ_by_time_alone"]:
        said.append(
            ngettext(
                "{n} comment would differ by that alone.",
                "{n} comments would differ by that alone.",
                value["would_differ_by_time_alone"],
            )
        )
    return " ".join(said)
