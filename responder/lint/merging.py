"""Merging of hits: weights of the policy, one finding for one place, the order of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from otklik.enums import Severity
from otklik.verdicts import Span
from responder.lint.codes import CODES
from responder.lint.values import Hit

RANK = {Severity.NOTE: 0, Severity.WARN: 1, Severity.BLOCK: 2}

# What makes the other finding idle where the two overlap.
_SWALLOWS: Mapping[str, frozenset[str]] = {
    "personal_data": frozenset(
        {
            *("unsupported_figure", "unsupported_contact", "unsupported_name", "misspelling"),
            "link_forbidden",
        }
    ),
    "link_forbidden": frozenset({"unsupported_figure", "misspelling"}),
    "hidden_characters": frozenset({"misspelling"}),
    "obscenity": frozenset({"misspelling", "blames_client"}),
    "canned_phrase": frozenset({"officialese"}),
    "asks_for_known": frozenset({"details_without_channel"}),
    "details_without_channel": frozenset({"canned_phrase", "private_without_way"}),
    "asks_for_rating": frozenset({"canned_phrase"}),
}


def merged(hits: Iterable[Hit], text: str, severities: Mapping[str, Severity | None]) -> list[Hit]:
    """One hit for each place, weighed, in order of place.

    Hits of one code that overlap become the longest of them; of two codes at exactly one
    place, short of the whole text, the heavier stays; some codes swallow others they overlap.
    """
    weighed = [_weighed(hit, severities) for hit in hits if not _is_off(hit.code, severities)]
    apart = _apart(weighed)
    kept = [hit for hit in apart if not any(_swallows(one, hit, text) for one in apart)]
    return sorted(kept, key=lambda hit: (hit.span.start, hit.span.end, hit.code))


def _is_off(code: str, severities: Mapping[str, Severity | None]) -> bool:
    is_kept = CODES[code].severity is Severity.BLOCK
    return not is_kept and code in severities and severities[code] is None


def _weighed(hit: Hit, severities: Mapping[str, Severity | None]) -> Hit:
    """The hit with its weight: the policy's, unless the hit itself is lighter than its code."""
    default = CODES[hit.code].severity
    asked = severities.get(hit.code) or default
    wanted = default if default is Severity.BLOCK else asked
    own = hit.severity or wanted
    is_light = RANK[own] < RANK[default]
    return replace(hit, severity=min(own, wanted, key=RANK.__getitem__) if is_light else wanted)


def _apart(hits: list[Hit]) -> list[Hit]:
    """For each code the longest of hits that overlap, the heavier of equally long ones."""
    found: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda one: (-_length(one.span), -_rank(one), one.span.start)):
        same = found.setdefault(hit.code, [])
        if not any(_overlap(hit.span, one.span) for one in same):
            same.append(hit)
    return [hit for same in found.values() for hit in same]


def _swallows(one: Hit, other: Hit, text: str) -> bool:
    if one.code == other.code or not _overlap(one.span, other.span):
        return False
    if other.code in _SWALLOWS.get(one.code, frozenset()):
        return _rank(one) >= _rank(other)
    is_whole = _length(one.span) >= len(text.strip())
    return one.span == other.span and not is_whole and _rank(one) > _rank(other)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _length(span: Span) -> int:
    return span.end - span.start


def _rank(hit: Hit) -> int:
    return RANK[hit.severity or CODES[hit.code].severity]
