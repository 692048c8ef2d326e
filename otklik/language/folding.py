"""Lower-case letters without marks, look-alike signs and invisible characters undone.

Every folded character keeps the place of the character it came from.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Characters that need no care: one character of these is one folded character.
_CAREFUL = re.compile(
    r"[^\t\n\r\x20-\x7eА-яЁё№«»—–…“”„’‘•€₽·"
    r"\u2600-\u27bf\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff]"
)
_KEPT_MARKS = {"и\u0306": "й", "е\u0308": "е", "і\u0308": "ї", "у\u0306": "ў"}
_LOOKALIKES = dict(
    zip(
        "αβγδεικλμνορπστυχωϲѕԁԛԝɑɡɩʏᴀᴄᴅᴇғʜᴊᴋᴍɴᴘꜱᴛᴜᴠᴡᴢɪʙʟɢʀꜰ†₴¢€£∂",
        "aбgdeiklмvopпcтуxwcsdqwagiyacdefhjkмnpstuvwziblgrftsceld",
        strict=True,
    )
)
_LETTER_BLOCKS = (0x1F150, 0x1F170)  # letters in black circles and squares


def fold(text: str) -> tuple[str, list[int] | None]:
    """Folded text and, for each of its characters, its place; None when none has moved."""
    if _CAREFUL.search(text) is None:
        return text.lower().replace("ё", "е").replace("’", "'").replace("‘", "'"), None
    return _fold(text)


def _fold(text: str) -> tuple[str, list[int]]:
    folded: list[str] = []
    origin: list[int] = []
    for index, sign in enumerate(text):
        bases = _bases(sign)
        if not bases:
            if folded and folded[-1] + sign in _KEPT_MARKS:
                folded[-1] = _KEPT_MARKS[folded[-1] + sign]
            continue
        for base in bases:
            folded.append(base)
            origin.append(index)
    return "".join(folded), origin


@lru_cache(maxsize=8192)
def _bases(sign: str) -> str:
    """What one character folds to; "" for marks and invisible characters."""
    if unicodedata.category(sign) in ("Mn", "Me", "Cf", "Cc") and sign not in "\t\n\r":
        return ""
    low = sign.lower()
    if low in "йїў":
        return low
    if low in _LOOKALIKES and low not in "€£¢":
        return _LOOKALIKES[low]
    for first in _LETTER_BLOCKS:
        if first <= ord(sign) < first + 26:
            return chr(ord("a") + ord(sign) - first)
    plain = unicodedata.normalize("NFKD", low)
    kept = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    # A sign that falls into several parts («¼», «½») would stand in several tokens at once.
    whole = kept if kept.isalnum() else kept[:1]
    return (whole[:4] or low[:1]).replace("’", "'")
