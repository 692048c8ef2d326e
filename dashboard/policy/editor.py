"""Writing a policy: the text with its lines, what is wrong beside it, a way to try and propose it.

Streamlit hands a text over only when its box loses the focus. `_LISTEN` sends it after each pause
in typing as well, to the fragment of remarks alone; it also takes a click on a remark to its line.
"""

from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line, own_style, show
from dashboard.policy import doing, faults, reading, rehearsal
from dashboard.policy.reading import Checked, Desk, Standing
from otklik.clock import now
from otklik.models import Person

PAUSE = 500  # ms without a key before a text is checked
LINE = 20  # px from one line to the next, in the box and in its margin
PADDING = 8  # px above the first line
HEIGHT = 440
MOST_LINES = 3_000  # numbered in the margin
MOST_REMARKS = 8
_LISTEN = """
export default function ({ data, setStateValue }) {
  // the box may be drawn after this, and anew: what is typed is heard at the document
  const find = () => document.querySelector(`.st-key-${CSS.escape(data.box)} textarea`);
  let timer = 0;
  const onInput = (event) => {
    const box = find();
    if (event.target !== box) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => setStateValue("text", box.value), data.pause);
  };
  const goTo = (event) => {
    const link = event.target.closest && event.target.closest(".ot-goto");
    const box = find();
    if (!link || !box) return;
    event.preventDefault();
    const line = Number(link.dataset.line);
    const lines = box.value.split("\\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const column = Math.max(0, Number(link.dataset.column) - 1);
    box.focus();
    box.setSelectionRange(start + column, start + (lines[line - 1] || "").length);
    box.scrollTop = Math.max(0, (line - 6) * data.height);
  };
  document.addEventListener("input", onInput);
  document.addEventListener("click", goTo);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener("input", onInput);
    document.removeEventListener("click", goTo);
  };
}
"""
_listener = st.components.v2.component("otklik_policy_listener", js=_LISTEN)


def draw(who: Person, standing: Standing) -> None:
    """Box, remarks, and what can be done with the text."""
    mine = reading.desk(who, standing.policy)
    st.session_state.setdefault(doing.TEXT, mine.text)
    _overtaken(mine)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show(_margin(st.session_state[doing.TEXT]))
        text = st.text_area(
            _("Text of the policy"),
            key=doing.TEXT,
            height=HEIGHT,
            label_visibility="collapsed",
            on_change=_on_change,
            args=(mine.base_digest,),
        )
    with right:
        _remarks(text, mine)
        _propose(text, mine)
    rehearsal.draw(text, standing)


def _on_change(base_digest: str) -> None:
    doing.keep(st.session_state[doing.TEXT], base_digest)


def _overtaken(mine: Desk) -> None:
    """The policy in force changed while this was written."""
    if mine.base_digest == mine.in_force:
        return
    with st.container(key="ot-overtaken", horizontal=True, vertical_alignment="center"):
        text = _(
            "The policy in force has changed since you began. Compare under “Versions”, take over "
            "what you want to keep, then go on."
        )
        show(fill('<p class="ot-notice ot-notice-problem" role="alert">{text}</p>', text=text))
        st.button(
            _("Go on with my text"),
            key="policy-rebase",
            on_click=doing.on_rebase,
            args=(mine.in_force,),
        )


def _margin(text: str) -> Html:
    """Numbers of the lines, as the box's own background: it scrolls with the text."""
    count = min(text.count("\n") + 200, MOST_LINES)
    spans = "".join(
        f"<text x='34' y='{PADDING + LINE * n - 6}'>{n}</text>" for n in range(1, count + 1)
    )
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='{PADDING + LINE * count}' "
        f"font-family='monospace' font-size='12' fill='gray' text-anchor='end'>{spans}</svg>"
    )
    box = f".st-key-{doing.TEXT} textarea"
    return own_style(
        f'{box} {{ background-image: url("data:image/svg+xml,{quote(svg)}"); '
        "background-attachment: local; background-repeat: no-repeat; }"
    )


@st.fragment
def _remarks(kept: str, mine: Desk) -> None:
    """What is wrong with the text as it is typed; it is kept with every pause."""
    heard: Any = _listener(
        key=f"policy-listen-{doing.generation()}",
        data={"box": doing.TEXT, "pause": PAUSE, "height": LINE},
        height=1,
        on_text_change=lambda: None,
    )
    typed = kept if heard.text is None else str(heard.text)
    if typed != mine.text:
        doing.keep(typed, mine.base_digest)
    frame.notices()
    found = reading.check(typed)
    show(_verdict(found, typed, mine))
    _mend(found, mine)


def _verdict(found: Checked, typed: str, mine: Desk) -> Html:
    saved = _("Kept on the server as you type.")
    if mine.saved_at is not None:
        saved = _("Kept on the server, last at {time}.").format(
            time=words.moment(mine.saved_at, now=now())
        )
    return fill(
        '<div class="ot-check" role="status">{head}{items}<p class="ot-fine">{saved}</p></div>',
        head=_head(found),
        items=fill('<ul class="ot-findings">{items}</ul>', items=join(_items(found))),
        saved=saved if typed else "",
    )


def _head(found: Checked) -> Html:
    if found.error is not None:
        return fill('<p class="ot-wrong">{text}</p>', text=_("This text cannot come into force"))
    policy = found.policy
    if policy is None:
        return Html("")
    text = _("{name} version {version}: {rules}, {examples}").format(
        name=policy.name,
        version=policy.version,
        rules=ngettext("{n} rule", "{n} rules", len(policy.rules)),
        examples=ngettext("{n} example holds", "{n} examples hold", len(policy.examples)),
    )
    return fill('<p class="ot-clean">✓ {text}</p>', text=text)


def _items(found: Checked) -> list[Html]:
    items = []
    if found.error is not None:
        error = found.error
        items.append(_item("block", error.line, error.column, faults.said(error.message)))
    for remark in found.remarks[:MOST_REMARKS]:
        said = f"{remark.rule_id}: {faults.said(remark.message)}"
        items.append(_item("note", remark.line, 1, said))
    more = len(found.remarks) - MOST_REMARKS
    if more > 0:
        text = ngettext("and {n} more remark", "and {n} more remarks", more)
        items.append(fill('<li class="ot-fine">{text}</li>', text=text))
    return items


def _item(kind: str, line: int, column: int, said: str) -> Html:
    return fill(
        '<li class="ot-finding ot-finding-{kind}"><button type="button" class="ot-goto" '
        'data-line="{line}" data-column="{column}">{place}</button> {said}</li>',
        kind=kind,
        line=line,
        column=column,
        place=_("Line {line}, column {column}").format(line=line, column=column),
        said=one_line(said, shown=500),
    )


def _mend(found: Checked, mine: Desk) -> None:
    """One click for the most frequent fault: a version that is taken."""
    error = found.error
    if error is not None and "version must rise" in error.message:
        st.button(
            _("Set version {n}").format(n=mine.next_version),
            key="policy-set-version",
            on_click=doing.on_version,
            args=(mine.next_version, mine.base_digest),
        )


def _propose(text: str, mine: Desk) -> None:
    with st.container(key="ot-propose", border=True):
        title = _("Put before a second person")
        show(fill('<h3 class="ot-sub">{title}</h3>', title=title))
        st.text_area(
            _("What changes, and why"),
            key=doing.NOTE,
            height=80,
            placeholder=_("Your colleague decides by it; it stays on record"),
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                _("Propose"),
                key="policy-propose",
                type="primary",
                on_click=doing.on_propose,
                args=(mine.base_digest,),
            )
            with st.popover(
                _("Throw away"),
                type="tertiary",
                key="policy-throw-pop",
                disabled=mine.saved_at is None and text == mine.text,
            ):
                show(fill("<p>{text}</p>", text=_("Your text is gone then.")))
                st.button(_("Yes, throw it away"), key="policy-throw", on_click=doing.on_throw_away)
