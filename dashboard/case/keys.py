"""Keys of a page: what each does, one component that listens, the hints on the buttons.

Streamlit's own `shortcut=` knows letters, not keys: it is deaf on a Russian layout, and to what is
pressed while a page is still being drawn. `keys.js`, in the head of every page, hears both and
clicks the button itself; the component here only tells it the keys of this page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard.i18n import _
from dashboard.plain import Html, own_style, show

RUN = "run-of-keys"
_TELL = """
export default function ({ data }) {
  window.otklikKeys.draw(data);
  return () => window.otklikKeys.leavePage(data);
}
"""
_listener = st.components.v2.component("otklik_keys", js=_TELL)


@dataclass(frozen=True)
class Key:
    """One key of a page.

    Attributes:
        code: its place on the keyboard, as browsers name it: ``KeyN``, ``Digit1``, ``Enter``.
        shown: how people know it: ``N``, ``1``, ``Ctrl+Enter``.
        target: the key of the widget it is for, as given to Streamlit; or a CSS selector.
        what: what it does, for the list of keys; empty: not listed.
        group: under which head it is listed.
        do: ``click`` a button, open a ``menu``, ``focus`` a field, or ``unveil`` rude words.
        acts: it changes something, so it is for the case on the screen and no other.
        ctrl: only together with Ctrl; every other key works alone and, in a field, with Alt.
    """

    code: str
    shown: str
    target: str
    what: str
    group: str
    do: str = "click"
    acts: bool = True
    ctrl: bool = False

    def selector(self) -> str:
        """CSS selector of its button or field."""
        if self.target[:1] in {"[", ":", "."}:
            return self.target
        inner = ":is(textarea, input)" if self.do == "focus" else "button"
        return f".st-key-{self.target} {inner}"


def letter(name: str, target: str, what: str, group: str, **more: Any) -> Key:
    """A key of the letter `name` on a Latin keyboard."""
    return replace(Key(f"Key{name}", name, target, what, group), **more)


def listen(keys: Sequence[Key], scope: str) -> None:
    """Hear these keys from now on; drawn first on a page, so that nothing is pressed too early.

    Args:
        scope: what is on the screen; a press for another one is dropped.
    """
    run = st.session_state[RUN] = st.session_state.get(RUN, 0) + 1
    page = {
        "scope": scope,
        "run": run,
        "keys": [_told(key) for key in keys],
        "help": {"title": _("Keys"), "close": _("Close (Esc)"), "groups": _groups(keys)},
    }
    with st.container(key="ot-keys-listener"):
        _listener(key="ot-keys", data=page, height=1)
    show(_hints(keys))


def _told(key: Key) -> dict[str, Any]:
    return {
        "code": key.code,
        "ctrl": key.ctrl,
        "selector": key.selector(),
        "do": key.do,
        "acts": key.acts,
    }


def _groups(keys: Sequence[Key]) -> list[tuple[str, list[tuple[str, str]]]]:
    listed = [key for key in keys if key.what]
    heads = dict.fromkeys(key.group for key in listed)
    found = [
        (head, [(key.shown, key.what) for key in listed if key.group == head]) for head in heads
    ]
    always = [
        ("?", _("this list")),
        ("1–9", _("choose in an open list")),
        ("Esc", _("leave the text, close a list")),
        (_("Alt + key"), _("the same key while you are typing")),
    ]
    return [*found, (_("Always"), always)]


def _hints(keys: Sequence[Key]) -> Html:
    """Each button says its key; screen readers are told by the list of keys instead."""
    rules = "".join(
        f'{key.selector()}::after{{content:"{key.shown}"/"";}}'
        for key in keys
        if key.do != "focus" and key.shown.isalnum()
    )
    places = ",".join(
        f"{key.selector()}::after" for key in keys if key.do != "focus" and key.shown.isalnum()
    )
    look = (
        "{margin-left:.45rem;font-size:.68rem;line-height:1.1rem;padding:0 .28rem;opacity:.75;"
        "border:1px solid currentColor;border-radius:4px;font-weight:600;}"
    )
    return own_style(f"{rules}{places}{look}") if rules else Html("")
