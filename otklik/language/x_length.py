"""How X counts the characters of a post, and what it takes for a link.

Most scripts of Europe, Cyrillic among them, weigh 1; other characters and each whole emoji
weigh 2; a link weighs 23 however long it is.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_POST = 280
LINK_WEIGHT = 23

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK = re.compile(
    r"(?<![@\w.])(?:https?://)?(?:[\w-]{1,63}\.){1,127}"
    r"(?:[a-z]{2}|com|net|org|info|biz|shop|store|online|site|app|dev|рф|рус|москва)"
    r"(?::\d{1,5})?(?![\w@])(?:[/?#][^\s«»\"<>]*[^\s.,;:!?)\]»\"'<>])?/?",
    re.IGNORECASE,
)
_PICTURE = (
    "[\U0001f000-\U0001faff\u2190-\u21ff\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299]"
)
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    f"{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*"
    f"(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)


def has_link(text: str) -> bool:
    """Whether X will find a link in the text, and charge for it."""
    return _LINK.search(text) is not None


def weighted_length(text: str) -> int:
    """Characters as X counts them against its 280."""
    normal = unicodedata.normalize("NFC", text)
    rest, links = _LINK.subn("", normal)
    plain, emoji = _EMOJI.subn("", rest)
    return LINK_WEIGHT * links + 2 * emoji + sum(map(_weight, plain))


def _weight(character: str) -> int:
    code = ord(character)
    return 1 if any(low <= code <= high for low, high in _LIGHT) else 2
