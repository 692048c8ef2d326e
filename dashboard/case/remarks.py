"""Remarks on a reply while it is being written.

Streamlit hands a text over only when its box loses the focus. `_LISTEN` sends it after each pause
in typing as well, to this fragment alone: the box itself is never drawn anew under the hands.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.i18n import _, in_language
from dashboard.plain import Html, fill, join, one_line, show
from responder.lint import Finding

PAUSE = 350  # ms without a key before a text is checked
_LISTEN = """
export default function ({ data, setStateValue }) {
  // the box may be drawn after this listener, and drawn anew: it is looked for at each key
  const place = `.st-key-${CSS.escape(data.box)} textarea`;
  let timer = 0;
  const onInput = (event) => {
    const box = event.target.closest?.(place);
    if (!box) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => setStateValue("text", box.value), data.pause);
  };
  document.addEventListener("input", onInput, true);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener("input", onInput, true);
  };
}
"""
_listener = st.components.v2.component("otklik_listener", js=_LISTEN)


@st.fragment
def draw(
    key: str, kept: str, check: Callable[[str], list[Finding]], on_typing: Callable[[], None]
) -> None:
    """Remarks on what stands in the box `key`, typed or kept.

    Args:
        kept: the text Streamlit has of the box.
        check: the remarks on a text.
        on_typing: called after each pause in typing.
    """
    typed = _typed(key, kept, on_typing)
    show(findings(check(typed), typed))


def _typed(key: str, kept: str, on_typing: Callable[[], None]) -> str:
    heard: Any = _listener(
        key=f"listen-{key}",
        data={"box": key, "pause": PAUSE},
        height=1,
        on_text_change=on_typing,
    )
    return kept if heard.text is None else str(heard.text)


def findings(found: list[Finding], text: str) -> Html:
    """A list of remarks, each with its way out."""
    if not text.strip():
        return Html("")
    if not found:
        return fill('<p class="ot-clean">✓ {text}</p>', text=_("No remarks on this text"))
    items = [
        fill(
            '<li class="ot-finding ot-finding-{kind}"><b>{severity}.</b> {message} '
            '<span class="ot-fine">{way_out}</span>{quote}</li>',
            kind=finding.severity,
            severity=words.name("severity", finding.severity),
            message=in_language(finding.message_ru, finding.message_en),
            way_out=in_language(finding.way_out_ru, finding.way_out_en),
            quote=_quote(text, finding),
        )
        for finding in found
    ]
    return fill('<ul class="ot-findings">{items}</ul>', items=join(items))


def _quote(text: str, finding: Finding) -> Html:
    piece = text[finding.span.start : finding.span.end]
    if not piece or len(piece) == len(text):
        return Html("")
    return fill(' <q class="ot-quote">{text}</q>', text=one_line(piece, shown=80))
