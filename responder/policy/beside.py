"""Reading what stands beside the rules: `lint`, `hours`, `bans`, `two_people`, `incidents`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time

from otklik.enums import Approach, Severity, Topic, Urgency
from otklik.marked_yaml import Marked, suggest
from responder.lint.codes import CODES
from responder.moderation.terms import BanTerms
from responder.policy.sections import WEEK, Hours, IncidentTerms, Shift, TwoPeople

SECTIONS = ("lint", "hours", "bans", "two_people", "incidents")
OFF = "off"
EVERY_DAY = "every_day"
# key → (its name in `BanTerms`, least, most): stricter than the house is allowed, laxer is not
BAN_KEYS: Mapping[str, tuple[str, int, int]] = {
    "yearly_budget": ("yearly_budget", 0, 50),
    "window_days": ("window_days", 30, 730),
    "ban_days": ("ban_days", 0, 3650),
    "least_violations": ("violations", 3, 1000),
    "least_days": ("days", 2, 1000),
    "least_warnings": ("warnings", 1, 1000),
    "least_after_warnings": ("after_warnings", 1, 1000),
    "least_insults": ("staff_insults", 1, 1000),
    "least_personal": ("personal", 1, 1000),
}


def read_lint(mark: Marked) -> dict[str, Severity | None]:
    """Severity by code; `off` leaves a code out, but never one that blocks by itself."""
    found = mark.check_keys(sorted(CODES))
    return {code: _severity(code, value) for code, value in found.items()}


def _severity(code: str, mark: Marked) -> Severity | None:
    if mark.value is False or mark.value == OFF:
        if CODES[code].severity is Severity.BLOCK:
            mark.fail(f"{code} protects people and cannot be switched off")
        return None
    words = [*map(str, Severity), OFF]
    if mark.value not in words:
        hint = suggest(str(mark.value), words)
        mark.fail(f"{mark.shown()} is not one of {', '.join(words)}{hint}")
    return Severity(str(mark.value))


def read_hours(mark: Marked) -> Hours:
    """Shifts by zone: one shift, or a list of them."""
    if not mark.mapping():
        mark.fail("name a zone and its hours")
    return Hours(zones={zone: tuple(_shifts(value)) for zone, value in mark.mapping().items()})


def _shifts(mark: Marked) -> Iterator[Shift]:
    for item in mark.items() if isinstance(mark.value, list) else [mark]:
        found = item.check_keys(("days", "from", "until"), ("days", "from", "until"))
        starts, ends = _clock(found["from"]), _clock(found["until"])
        if ends != time(0) and ends <= starts:
            found["until"].fail("a shift ends after it begins; past midnight write two shifts")
        yield Shift(days=_days(found["days"]), starts=starts, ends=ends)


def _clock(mark: Marked) -> time:
    try:
        return time.fromisoformat(str(mark.value)).replace(tzinfo=None)
    except ValueError:
        mark.fail(f'expected a time of day such as "09:00" in quotes, found {mark.shown()}')


def _days(mark: Marked) -> frozenset[int]:
    if mark.value == EVERY_DAY:
        return frozenset(range(len(WEEK)))
    parts = mark.items() if isinstance(mark.value, list) else [mark]
    return frozenset(day for part in parts for day in _span(part))


def _span(mark: Marked) -> range:
    """`mon`, or `mon-fri`."""
    first, _, last = str(mark.value).partition("-")
    for day in (first, last or first):
        if day not in WEEK:
            hint = suggest(day, (*WEEK, EVERY_DAY))
            mark.fail(f"{day!r} is no day; write mon, mon-fri, [sat, sun] or {EVERY_DAY}{hint}")
    begins, ends = WEEK.index(first), WEEK.index(last or first)
    if ends < begins:
        mark.fail("write days in the order of the week, or as a list")
    return range(begins, ends + 1)


def read_bans(mark: Marked) -> BanTerms:
    """What has to be counted before a ban may be asked for; never laxer than the bounds."""
    values = {}
    for key, value in mark.check_keys(BAN_KEYS).items():
        name, least, most = BAN_KEYS[key]
        number = value.integer(least=least)
        if number > most:
            value.fail(f"expected {most} or less, found {number}")
        values[name] = number
    return BanTerms(**values)


def read_two_people(mark: Marked) -> TwoPeople:
    """Replies that two must approve."""
    found = mark.check_keys(("approaches", "zones", "urgencies"))
    if not found:
        mark.fail("name approaches, zones or urgencies")
    return TwoPeople(
        approaches=frozenset(item.choice(Approach) for item in _each(found.get("approaches"))),
        zones=frozenset(item.text() for item in _each(found.get("zones"))),
        urgencies=frozenset(_urgency(item) for item in _each(found.get("urgencies"))),
    )


def read_incidents(mark: Marked) -> IncidentTerms:
    """Which incidents the machine confirms by itself."""
    found = mark.check_keys(("confirm_people", "confirm_topics"), ("confirm_people",))
    return IncidentTerms(
        confirm_people=found["confirm_people"].integer(least=2),
        confirm_topics=frozenset(item.choice(Topic) for item in _each(found.get("confirm_topics"))),
    )


def _urgency(mark: Marked) -> Urgency:
    number = mark.integer()
    if number not in list(Urgency):
        mark.fail(f"urgency is 0 to 3, found {number}")
    return Urgency(number)


def _each(mark: Marked | None) -> list[Marked]:
    if mark is None:
        return []
    return mark.items() if isinstance(mark.value, list) else [mark]
