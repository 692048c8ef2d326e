"""Strangers' words on the screen: plain text, always. The only file that calls `st.html`.

`Html` is text that is safe already. `fill` puts values into a pattern of ours and escapes
everything that is not `Html`; so a forgotten escape shows markup as text, never runs it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import streamlit as st

from otklik.language.normaliser import normalise
from otklik.language.obscenity import is_obscene

SHOWN = 20_000
_MARKS_IN_A_ROW = 3
# what could hide words or turn their order; joiners inside emoji and scripts stay
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)


class Html(str):
    """Markup of our own making, with everything foreign in it escaped."""

    __slots__ = ()


class Mark(NamedTuple):
    """Characters `start` to `end` (exclusive) of a text get the CSS class `ot-<kind>`."""

    start: int
    end: int
    kind: str


def show(markup: Html, *, is_wide: bool = True) -> None:
    """Put it on the screen, as wide as its column or only as wide as it needs.

    Raises:
        TypeError: given a text that nobody has escaped.
    """
    if not isinstance(markup, Html):
        raise TypeError("only Html may be shown as markup")
    if markup.strip():  # Streamlit refuses an empty one
        st.html(markup, width="stretch" if is_wide else "content")


def fill(pattern: str, **values: object) -> Html:
    """`pattern` (ours) with its ``{names}`` replaced; values that are not `Html` are escaped."""
    return Html(pattern.format_map({name: _safe(value) for name, value in values.items()}))


def _safe(value: object) -> str:
    return value if isinstance(value, Html) else escape(_storable(str(value)))


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def join(parts: Iterable[Html], between: str = "") -> Html:
    """Several pieces as one."""
    return Html(between.join(parts))


def plain(text: str, marks: Sequence[Mark] = (), *, shown: int = SHOWN) -> Html:
    """A stranger's text: escaped, its direction kept to itself, the unseen made visible.

    Args:
        marks: spans of `text`; where two overlap, the later one in the list wins.
        shown: characters shown; the rest is left out with a sign.
    """
    cut = text[:shown]
    body = "".join(_piece(cut[start:end], kinds) for start, end, kinds in _pieces(cut, marks))
    rest = '<span class="ot-more">…</span>' if len(text) > shown else ""
    return Html(f'<bdi class="ot-plain" dir="auto">{body}{rest}</bdi>')


def _pieces(text: str, marks: Sequence[Mark]) -> Iterable[tuple[int, int, str]]:
    """Stretches of equal marking, in order, covering the text."""
    within = [mark for mark in marks if mark.start < mark.end and mark.start < len(text)]
    edges = sorted({0, len(text), *(min(at, len(text)) for m in within for at in (m.start, m.end))})
    for start, end in pairwise(edges):
        kinds = [mark.kind for mark in within if mark.start <= start and end <= mark.end]
        yield start, end, " ".join(f"ot-{kind}" for kind in dict.fromkeys(kinds))


def _piece(text: str, classes: str) -> str:
    body = _UNSEEN.sub(_show_unseen, escape(_calm(_storable(text))))
    return f'<span class="{escape(classes)}">{body}</span>' if classes else body


def _show_unseen(found: re.Match[str]) -> str:
    return f'<span class="ot-unseen" data-code="{ord(found.group()):04X}"></span>'


def _calm(text: str) -> str:
    """At most a few combining marks on one letter: towers of them hide the neighbours."""
    if text.isascii():
        return text
    kept, row = [], 0
    for sign in text:
        row = row + 1 if unicodedata.combining(sign) else 0
        if row <= _MARKS_IN_A_ROW:
            kept.append(sign)
    return "".join(kept)


def veil(text: str) -> list[Mark]:
    """Marks over obscene words, disguised ones too, so that they are blurred until wanted."""
    return [
        Mark(token.start, token.end, "veiled")
        for token in normalise(text).tokens
        if is_obscene(token.form)
    ]


def one_line(text: str, *, shown: int = 200) -> Html:
    """A name, a title: the same, without line breaks."""
    return plain(" ".join(text.split()), shown=shown)


_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]()!$:<>~#|&"})


def label(text: str, *, shown: int = 80) -> str:
    """Words for the label of a button or a menu, which Streamlit reads as Markdown.

    One line, no markup or picture comes of it, and what cannot be seen is named.
    """
    line = " ".join(_calm(_storable(text)).split())
    cut = line if len(line) <= shown else f"{line[: shown - 1]}…"
    named = _UNSEEN.sub(lambda found: f"U+{ord(found.group()):04X}", cut)
    return named.translate(_MARKDOWN)


def own_style(rules: str) -> Html:
    """A style sheet made of names of our own; nothing that could end it may stand in it.

    Raises:
        ValueError: it holds a ``<``.
    """
    if "<" in rules:
        raise ValueError("a style sheet holds no markup")
    return Html(f"<style>{rules}</style>")


def web_address(url: str) -> str | None:
    """The address if it leads to a page of the web; None for anything else."""
    parts = urlsplit(url.strip())
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else None


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, kind: str = "") -> Html:
    """A table of cells that are `Html` or text to be escaped."""
    top = join(fill("<th>{head}</th>", head=head) for head in heads)
    body = join(
        fill("<tr>{cells}</tr>", cells=join(fill("<td>{cell}</td>", cell=cell) for cell in row))
        for row in rows
    )
    return fill(
        '<div class="ot-table-wrap"><table class="ot-table {kind}"><thead><tr>{top}</tr></thead>'
        "<tbody>{body}</tbody></table></div>",
        kind=kind,
        top=top,
        body=body,
    )
