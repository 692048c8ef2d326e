"""What strangers wrote, made safe to store and otherwise left as it is.

Nothing here raises, whatever comes in. Right-to-left and zero-width marks stay: they are
shown as plain text, and they are evidence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import partial
from html.parser import HTMLParser
from typing import Any, NamedTuple

import ftfy.bad_codecs  # noqa: F401  registers the codecs that keep undefined bytes

MAX_TEXT = 100_000  # characters; the longest honest comment seen is a tenth of that
MAX_MARKUP = 4 * MAX_TEXT  # characters of HTML that are read for text
MAX_NAME = 300
MAX_ID = 240  # characters; an author's identity has a column of 255
MAX_ORIGINAL = 2_000  # characters of one value kept for the record
MAX_DEPTH = 6
MAX_ITEMS = 200

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# UTF-8 read byte by byte as another encoding shows Cyrillic as pairs of such characters.
_UTF8_AS_1251 = re.compile(
    r"(?:[РС][\x80-\xbfЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈҐЁЄЇІіґё№єјЅѕї]){3}"
)
_UTF8_AS_1252 = re.compile(r"(?:[ÐÑ][\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]){3}")
_ACCENTED = re.compile(r"[\xc0-\xff]{2}")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]+")
_CYRILLIC = re.compile(r"[а-яёА-ЯЁ]")


class Cleaned(NamedTuple):
    """Text safe to store, and what was done to it (empty when nothing worth telling)."""

    text: str
    notes: dict[str, Any]


def clean(value: object, limit: int = MAX_TEXT) -> Cleaned:
    """Text without control characters, with certain mojibake repaired, at most `limit` long."""
    raw = _as_text(value)
    if len(raw) <= limit and raw.isascii() and raw.isprintable():
        return Cleaned(raw, {})
    notes: dict[str, Any] = {}
    if len(raw) > limit:
        notes["cut_from_characters"] = len(raw)
        raw = raw[:limit]
    repaired = repair_encoding(raw)
    if repaired != raw:
        notes["encoding_repaired"] = True
    if repaired.isprintable():
        return Cleaned(repaired, notes)
    lines = repaired.replace("\r\n", "\n").replace("\r", "\n")
    kept = _CONTROL.sub("", lines)
    if kept != lines:
        notes["control_characters_removed"] = len(lines) - len(kept)
    return Cleaned(kept, notes)


def clean_name(value: object) -> str:
    """A name, title or address on one line."""
    return " ".join(clean(value, MAX_NAME).text.split())


def bounded_id(identity: str, limit: int = MAX_ID) -> str:
    """An identity that fits into its column: a long one ends in a digest of the whole."""
    if len(identity) <= limit:
        return identity
    digest = hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{identity[: limit - 33]}~{digest}"


def clean_original(value: Any, depth: int = 0) -> Any:
    """A JSON value bounded and free of what databases refuse; for `original` fields."""
    if isinstance(value, str):
        return clean(value, MAX_ORIGINAL).text
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if abs(value) < 1e300 else str(value)
    if isinstance(value, Mapping) and depth < MAX_DEPTH:
        pairs = list(value.items())[:MAX_ITEMS]
        return {clean_name(key): clean_original(item, depth + 1) for key, item in pairs}
    if isinstance(value, list | tuple) and depth < MAX_DEPTH:
        return [clean_original(item, depth + 1) for item in value[:MAX_ITEMS]]
    return clean(value, MAX_ORIGINAL).text


def quote(value: object, limit: int = 120) -> str:
    """The beginning of something foreign for a message: one line, cleaned, quoted."""
    line = " ".join(clean(value, limit * 4).text.split())
    return repr(line if len(line) <= limit else line[:limit] + "…")


def repair_encoding(text: str) -> str:
    """Undo a wrong decoding of Cyrillic where there is no doubt; else the text as it is."""
    if text.isascii():
        return text
    for pattern, codec in (
        (_UTF8_AS_1251, "sloppy-windows-1251"),
        (_UTF8_AS_1252, "sloppy-windows-1252"),
        (_UTF8_AS_1252, "latin-1"),
    ):
        if pattern.search(text):
            text = _FOREIGN_RUN.sub(partial(_recoded, codec), text)
    return _repair_single_byte(text)


def _recoded(codec: str, run: re.Match[str]) -> str:
    try:
        return run[0].encode(codec).decode("utf-8")
    except UnicodeError:
        return run[0]


def _repair_single_byte(text: str) -> str:
    """cp1251 read as Latin: words of accented letters only, as no Latin language has them."""
    if not _ACCENTED.search(text):
        return text
    letters = [character for character in text if character.isalpha()]
    accented = sum("\xc0" <= character <= "\xff" for character in letters)
    if accented < 6 or accented < 0.9 * len(letters):
        return text
    try:
        return text.encode("sloppy-windows-1252").decode("sloppy-windows-1251")
    except UnicodeError:
        return text


def decode_json_bytes(body: bytes) -> str:
    """Bytes of a JSON answer as text; cp1251 sent under the name of UTF-8 is recognised."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        lenient = body.decode("utf-8", "replace")
    foreign = sum(not character.isascii() for character in lenient)
    legacy = body.decode("sloppy-windows-1251")
    is_legacy = 2 * lenient.count("\ufffd") > foreign and bool(_CYRILLIC.search(legacy))
    return legacy if is_legacy else lenient


def html_to_text(markup: str) -> str:
    """What a reader of this HTML sees, paragraphs kept; scripts and styles dropped."""
    reader = _Reader()
    reader.feed(tamed(markup[:MAX_MARKUP]))
    reader.close()
    lines = (" ".join(line.split(" ")).strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def tamed(markup: str) -> str:
    """HTML without what the standard parser trips over: tags without an end, odd sections."""
    end = markup.rfind(">") + 1
    return (markup[:end] + markup[end:].replace("<", "&lt;")).replace("<![", "&lt;![")


class _Reader(HTMLParser):
    BREAKS = frozenset({"br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "div", "pre"})
    PARAGRAPHS = frozenset({"p", "blockquote", "ul", "ol", "table"})
    SILENT = frozenset({"script", "style", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self._silent += 1
        elif tag in self.BREAKS:
            self.parts.append("\n")
        elif tag in self.PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self.PARAGRAPHS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " ") if data.strip() else " ")


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bytes | bytearray):
        return decode_json_bytes(bytes(value))
    return str(value)
