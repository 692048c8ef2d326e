"""Which of our texts says what a part below the screen has said, by pattern."""

import re
from collections.abc import Iterable


def find_said(message: str, known: Iterable[tuple[str, str]]) -> tuple[str, dict[str, str]] | None:
    """The first text whose pattern fits the whole message, and what fills its places.

    Args:
        known: pattern with named groups, and our text with places of these names.
    """
    for pattern, ours in known:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return ours, found.groupdict()
    return None
