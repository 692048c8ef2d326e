"""How platforms count the characters of a reply, and whether it fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from otklik.language.x_length import LINK_WEIGHT, weighted_length
from otklik.verdicts import Span
from responder.lint.values import Check, Hit, LintContext

_MASTODON_LINK = re.compile(r"https?://[^\s<>]{1,2000}", re.IGNORECASE)
_MENTION = re.compile(r"(@\w{1,64})@[\w.-]{1,253}")


def platform_length(text: str, platform: str = "") -> int:
    """Characters of `text` as the platform of that name counts them against its limit."""
    return _COUNTERS.get(platform, len)(text)


def _on_telegram(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _on_mastodon(text: str) -> int:
    """A link weighs 23, of a name only what stands before the server."""
    short = _MASTODON_LINK.sub("x" * LINK_WEIGHT, text)
    return len(_MENTION.sub(r"\1", short))


_COUNTERS: Mapping[str, Callable[[str], int]] = {
    "x": weighted_length,
    "telegram": _on_telegram,
    "mastodon": _on_mastodon,
}


def _too_long(text: str, context: LintContext) -> Iterator[Hit]:
    most = context.reply_max_length
    if most is not None and platform_length(text, context.platform) > most:
        start = _first_too_many(text, most, context.platform)
        yield Hit("too_long", Span(start=start, end=len(text)))


def _first_too_many(text: str, most: int, platform: str) -> int:
    """Where the text stops fitting, by halving."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if platform_length(text[:middle], platform) <= most:
            low = middle
        else:
            high = middle - 1
    return min(low, len(text) - 1)


LENGTH: tuple[Check, ...] = (_too_long,)
