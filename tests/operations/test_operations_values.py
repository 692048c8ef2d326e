"""Rota and routes: who is called, and where an alert goes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from otklik.enums import AlertKind, Urgency
from otklik.operations import (
    Calendar,
    Hours,
    Operations,
    Replacement,
    Rota,
    Route,
    Shift,
    Step,
    When,
    Zone,
)

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = Calendar("office", MOSCOW, {day: (Hours(540, 1080),) for day in range(5)})
SLEEP = Calendar("sleep", MOSCOW, {day: (Hours(1320, 1860),) for day in range(7)})
DAY = Shift(("anna", "boris"), Hours(540, 1080), MOSCOW, days=frozenset(range(5)))
NIGHT = Shift(
    ("vera", "gleb", "dina"), Hours(1080, 1980), MOSCOW, turn_days=7, first=date(2026, 11, 2)
)
MONDAY = datetime(2026, 11, 23, 12, tzinfo=MOSCOW)
URGENT = AlertKind.URGENT_MENTION


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=MOSCOW)


def test_the_first_of_a_shift_is_called_first() -> None:
    assert Rota((DAY, NIGHT)).on_call("general", MONDAY) == ("anna", "boris")


@pytest.mark.parametrize(
    ("day", "first"), [(2, "vera"), (8, "vera"), (9, "gleb"), (16, "dina"), (23, "vera")]
)
def test_turns_go_round_week_by_week(day: int, first: str) -> None:
    assert Rota((NIGHT,)).on_call("general", at(day, 19))[0] == first


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    rota = Rota((NIGHT,))
    # Monday the ninth before nine in the morning is still Sunday's night
    assert rota.on_call("general", at(9, 8))[0] == "vera"
    assert rota.on_call("general", at(9, 9)) == ()
    assert rota.on_call("general", at(1, 19)) == ()  # before the first day


def test_a_replacement_goes_before_the_shifts() -> None:
    ill = Replacement(at(23, 0), at(24, 0), ("gleb",), frozenset({"stores"}))
    rota = Rota((DAY,), (ill,))
    assert rota.on_call("stores", MONDAY) == ("gleb",)
    assert rota.on_call("general", MONDAY) == ("anna", "boris")
    assert rota.on_call("stores", at(24, 12)) == ("anna", "boris")


def test_a_shift_of_the_zone_goes_before_one_for_all() -> None:
    own = Shift(("vera",), Hours(540, 1080), MOSCOW, zones=frozenset({"stores"}))
    rota = Rota((DAY, own))
    assert rota.on_call("stores", MONDAY) == ("vera", "anna", "boris")
    assert rota.on_call("general", MONDAY) == ("anna", "boris")


def desk(*routes: Route) -> Operations:
    return Operations(
        zones=(Zone("general", calendar="office", lead="lena"), Zone("stores")),
        calendars={"office": OFFICE},
        rota=Rota((DAY, NIGHT)),
        routes=routes,
        channels_quiet={"telegram": SLEEP},
    )


def test_every_route_that_fits_is_used_step_by_step() -> None:
    found = desk(
        Route(("slack", "telegram"), least_urgency=2),
        Route(("mail",), wait_minutes=15, people=("backup", "lead")),
        Route(("slack",), kinds=frozenset({URGENT}), people=("nina",)),
        Route(("console",), kinds=frozenset({AlertKind.SOURCE_DOWN})),
    ).channels_for(URGENT, 2, "general", MONDAY)
    assert found == (
        Step(("slack", "telegram"), 0, ("anna", "nina")),
        Step(("mail",), 15, ("boris", "lena")),
    )


def test_quiet_hours_put_off_all_but_the_most_urgent() -> None:
    operations = desk(Route(("slack", "telegram")))
    late = at(23, 23)
    slack, telegram = operations.channels_for(URGENT, 2, "general", late)
    assert (slack.channels, slack.not_before) == (("slack",), None)
    assert (telegram.channels, telegram.not_before) == (("telegram",), at(24, 7))
    (loud,) = operations.channels_for(URGENT, 3, "general", late)
    assert loud.channels == ("slack", "telegram")


def test_working_hours_are_those_of_the_zone() -> None:
    operations = desk(Route(("slack",), when=When.WORKING), Route(("telegram",), when=When.OFF))
    evening = at(23, 19)
    assert operations.channels_for(URGENT, 2, "general", MONDAY)[0].channels == ("slack",)
    assert operations.channels_for(URGENT, 2, "general", evening)[0].channels == ("telegram",)
    # a zone without a calendar of its own never closes
    assert operations.channels_for(URGENT, 2, "stores", evening)[0].channels == ("slack",)


def test_the_most_urgent_is_never_lost_for_want_of_a_route() -> None:
    operations = desk(Route(("slack",), zones=frozenset({"stores"})))
    assert operations.channels_for(URGENT, 2, "general", MONDAY) == ()
    (step,) = operations.channels_for(URGENT, 3, "general", MONDAY)
    assert step.channels == ("slack",)


def test_only_incidents_means_alerts_of_an_incident() -> None:
    operations = desk(Route(("slack",), only_incidents=True))
    assert operations.channels_for(URGENT, 2, "general", MONDAY) == ()
    assert operations.channels_for(AlertKind.INCIDENT, 2, None, MONDAY) != ()


def test_a_digest_gathers_only_what_its_channel_is_not_told_at_once() -> None:
    operations = desk(Route(("slack",), least_urgency=2), Route(("slack", "mail"), digest=True))
    loud = operations.channels_for(URGENT, Urgency.HIGH, "general", MONDAY)
    assert [(step.channels, step.digest) for step in loud] == [
        (("slack",), False),
        (("mail",), True),
    ]
    (calm,) = operations.channels_for(URGENT, Urgency.NORMAL, "general", MONDAY)
    assert (calm.channels, calm.digest) == (("slack", "mail"), True)


def test_a_zone_that_is_not_listed_goes_by_the_default_one() -> None:
    operations = desk()
    assert operations.zone("couriers").id == "general"
    assert not operations.is_open("couriers", at(23, 19))
    assert Operations().is_open("couriers", datetime(2026, 1, 1, tzinfo=UTC))
