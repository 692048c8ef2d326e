"""Words that name things of a policy: rules, zones, people told."""

from __future__ import annotations

import re

from otklik.marked_yaml import Marked

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def read_word(mark: Marked) -> str:
    """The value as one word.

    Raises:
        PolicyError: it is something else.
    """
    if not isinstance(mark.value, str) or not _WORD.fullmatch(mark.value):
        mark.fail("expected one word of small Latin letters, digits, _ and - here")
    return mark.value
