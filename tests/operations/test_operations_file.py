"""Reading `operations.yaml`: every fault at its place, and what looks wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from otklik.enums import AlertKind
from otklik.operations.file import (
    Known,
    find_operations,
    parse_operations,
    shipped_names,
)
from otklik.operations.reading import OperationsError

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
KNOWN = Known(channels=("slack", "telegram"), logins=("anna", "boris", "vera"))
GOOD = """\
timezone: Europe/Moscow
calendars:
  office:
    hours: {mon-fri: "09:00-18:00", sat: "10:00-14:00"}
    holidays: ru
    days: {"2026-12-30": closed, "2026-12-28": "10:00-12:00"}
zones:
  general:
    name: {ru: Общая, en: General}
    calendar: office
    lead: anna
    first_reply: {critical: 15m, high: 1h 30m, normal: 8h}
    resolution: 40h
    escalation:
      - {at: 80%, tell: on_call}
      - {at: breach, tell: [on_call, lead], urgency: high}
      - {late: 2h, tell: lead}
  stores: {lead: vera}
rota:
  shifts:
    - {people: [anna, boris], hours: "09:00-21:00", turn: week, from: 2026-11-02}
    - {people: [vera], hours: "21:00-09:00"}
  replacements:
    - {from: "2026-12-31 18:00", until: "2027-01-02 09:00", people: [vera], zones: [stores]}
routes:
  - {to: [slack], why: All, people: [on_call]}
  - {to: telegram, urgency: critical, when: "off", after: 15m, people: [lead, boris]}
quiet:
  telegram: {hours: {every_day: "22:00-08:00"}}
"""


def wrong(text: str) -> list[str]:
    with pytest.raises(OperationsError) as found:
        parse_operations(text, "operations.yaml", NOW, KNOWN)
    assert str(found.value).splitlines() == [str(fault) for fault in found.value.faults]
    return [str(fault) for fault in found.value.faults]


def test_everything_that_is_written_is_read() -> None:
    found = parse_operations(GOOD, "operations.yaml", NOW, KNOWN).operations
    zone = found.zone("general")
    assert (zone.name_ru, zone.lead, zone.calendar) == ("Общая", "anna", "office")
    assert zone.first_reply == {3: 15, 2: 90, 1: 480}
    assert zone.resolution == dict.fromkeys(range(4), 2400)
    assert [(step.part, step.late_minutes) for step in zone.escalation] == [
        (0.8, 0),
        (1.0, 0),
        (1.0, 120),
    ]
    monday = datetime(2026, 11, 23, 12, tzinfo=MOSCOW)
    assert found.rota.on_call("general", monday) == ("boris", "anna")
    (step,) = found.channels_for(AlertKind.INCIDENT, 1, "general", monday)
    assert (step.channels, step.people) == (("slack",), ("boris",))


def test_a_calendar_knows_holidays_worked_saturdays_and_the_days_of_the_company() -> None:
    calendar = parse_operations(GOOD, "operations.yaml", NOW, KNOWN).operations.calendars["office"]

    def hours(day: int, month: int, year: int) -> float:
        start = datetime(year, month, day, tzinfo=MOSCOW)
        return calendar.working_minutes(start, start.replace(hour=23, minute=59)) / 60

    assert hours(12, 6, 2026) == 0  # a holiday
    assert hours(11, 6, 2026) == 8  # its eve
    assert hours(1, 11, 2025) == 8  # a Saturday worked by Monday's hours, and short
    assert hours(6, 12, 2026) == 0  # a Sunday
    assert hours(5, 12, 2026) == 4  # its own Saturday
    assert hours(9, 5, 2026) == 0  # a holiday on a Saturday
    assert hours(30, 12, 2026) == 0
    assert hours(28, 12, 2026) == 2


def test_every_fault_is_told_at_once_with_its_place() -> None:
    text = GOOD.replace("Europe/Moscow", "Europe/Moskow").replace("lead: anna", "lead: ana")
    text = text.replace("to: [slack]", "to: [slcak]").replace("critical: 15m", "critcal: 1d")
    text = text.replace("calendar: office", "calendar: ofice").replace("{at: 80%", "{at: 80")
    faults = wrong(text)
    assert [fault.split(" ", 1)[0] for fault in faults] == [
        "operations.yaml:1:11:",
        "operations.yaml:10:15:",
        "operations.yaml:11:11:",
        "operations.yaml:12:19:",
        "operations.yaml:15:14:",
        "operations.yaml:26:11:",
    ]
    meant = ["Europe/Moscow", "office", "anna", "critical", "", "slack"]
    for fault, word in zip(faults, meant, strict=True):
        assert not word or f"did you mean {word!r}" in fault


@pytest.mark.parametrize(
    ("old", "new", "pointed", "said"),
    [
        ("timezone: E", "timzone: E", "timzone", "(did you mean 'timezone'?)"),
        ("15m", "1d", "1d", "count days in hours of working time"),
        ("09:00-18:00", "9-18", '"9-18"', "expected hours such as"),
        ("mon-fri", "mon-fry", "mon-fry", "did you mean 'fri'"),
        ("sat: ", "fri: ", "fri: ", "stand here twice"),
        ("holidays: ru", "holidays: uk", "uk", "not one of ru, none"),
        ("2026-12-30", "30.12.2026", '"30.12.2026"', "expected a date"),
        ("turn: week", "turn: weak", "weak", "did you mean 'week'"),
        (", from: 2026-11-02", "", "week}", "turns are counted from a day"),
        ("people: [vera], h", "people: [vira], h", "vira", "there is no login 'vira'"),
        ("21:00-09:00", "20:00-09:00", "{people: [vera]", "overlaps the one on line 21"),
        ("2027-01-02 09:00", "2026-01-02 09:00", '"2026-01-02', "ends after it begins"),
        ("zones: [stores]", "zones: [shops]", "shops", "there is no zone 'shops'"),
        ("people: [on_call]", "people: [oncall]", "oncall", "did you mean 'on_call'"),
        ('when: "off"', "when: night", "night", "not one of always, working, off"),
        ("  telegram: {h", "  telegrm: {h", "telegrm", "did you mean 'telegram'"),
        ("{late: 2h, tell: lead}", "{at: 50%, tell: lead}", "{at: 50%", "in the order in which"),
        ("{at: breach", "{at: breach, late: 1h", "{at: breach", "say when"),
        ("zones:\n  general", "zone:\n  general", "timezone: E", "'zones' is missing"),
    ],
)
def test_a_fault_stands_where_it_is(old: str, new: str, pointed: str, said: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    with pytest.raises(OperationsError) as found:
        parse_operations(text, "operations.yaml", NOW, KNOWN)
    (fault,) = [one for one in found.value.faults if said in one.message]
    assert text.splitlines()[fault.line - 1][fault.column - 1 :].startswith(pointed)


def test_what_is_not_yaml_is_told_like_any_other_fault() -> None:
    assert wrong("zones: [") == [
        fault for fault in wrong("zones: [") if fault.startswith("operations.yaml:1:")
    ]
    assert "empty" in wrong("")[0]


def remarks(text: str) -> list[str]:
    found = parse_operations(text, "operations.yaml", NOW, KNOWN).remarks
    return [f"{remark.line}: {remark.message}" for remark in found]


def test_a_year_that_is_provisional_is_remarked_from_december_on() -> None:
    late = NOW.replace(month=12, day=1)
    text = "calendars: {a: {hours: {mon-fri: '09:00-18:00'}, holidays: ru}}\n"
    found = parse_operations(text + "zones: {general: {calendar: a}}\n", "o.yaml", late).remarks
    assert any("2027 are provisional" in one.message for one in found)


def test_a_good_file_has_no_remarks() -> None:
    assert remarks(GOOD) == []


def test_hours_without_anybody_on_call_are_remarked() -> None:
    (gap,) = remarks(GOOD.replace('hours: "09:00-21:00"', 'hours: "09:00-17:00"'))[:1]
    assert gap.startswith("20: zone general: nobody is on call for 2")
    assert "first on Mon 2026-11-23 17:00" in gap


def test_a_night_without_anybody_is_remarked_where_a_route_calls_somebody() -> None:
    found = remarks(
        GOOD.replace("zones:\n  g", "zones:\n  g").replace(
            '    - {people: [vera], hours: "21:00-09:00"}\n', ""
        )
    )
    assert "zone general: out of hours nobody is on call" in found[0]
    assert "zone stores: nobody is on call" in found[1]  # it never closes


def test_a_zone_whose_critical_comments_go_nowhere_is_remarked() -> None:
    found = remarks(GOOD.replace("to: [slack], why: All", "to: [slack], zones: general"))
    assert found == [
        "26: zone stores: a critical comment is told at once at no time; without a route it goes "
        "to every channel"
    ]


def test_a_calendar_that_nobody_uses_is_remarked() -> None:
    assert remarks(GOOD.replace("    calendar: office\n", "")) == ["3: no zone works by 'office'"]


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_examples_are_good_and_without_remarks(name: str) -> None:
    found = find_operations(name, NOW, Known(channels=("console",)))
    assert found.remarks == ()
    assert found.operations.routes


def test_three_examples_are_shipped() -> None:
    assert shipped_names() == ["bank", "institution", "shop"]


def test_a_file_that_is_not_there_is_a_fault_too(tmp_path: Path) -> None:
    with pytest.raises(OperationsError, match=r"shp: cannot be read|cannot be read"):
        find_operations(str(tmp_path / "shp"), NOW)
