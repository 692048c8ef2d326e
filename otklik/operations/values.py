"""What a lead sets up in `operations.yaml`: zones, calendars, rota, routes. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from otklik.enums import AlertKind, Urgency
from otklik.operations.calendars import Calendar, always
from otklik.operations.rota import Rota

ON_CALL = "on_call"  # the first on call for the zone
BACKUP = "backup"  # the others on call
LEAD = "lead"  # who answers for the zone
WORDS = (ON_CALL, BACKUP, LEAD)
_ALWAYS = always()
Terms = Mapping[int, int]  # urgency → working minutes


class When(StrEnum):
    """At which times a route holds, by the calendar of the zone."""

    ALWAYS = "always"
    WORKING = "working"
    OFF = "off"


@dataclass(frozen=True)
class EscalationStep:
    """Whom to tell when a term has used up a part of itself, or some time after it ran out.

    Attributes:
        part: of the term that is used up: 0.5, 0.8; 1.0 is the breach.
        late_minutes: working minutes after the breach; counts with `part` 1.0 only.
        people: logins, or `on_call`, `backup`, `lead`.
        urgency: how loud: which routes and quiet hours the alert meets.
    """

    part: float
    late_minutes: int = 0
    people: tuple[str, ...] = (ON_CALL,)
    urgency: int | None = None


@dataclass(frozen=True)
class Zone:
    """A department: its working time, and how soon it must act, by urgency.

    Terms are working minutes of its calendar by urgency 0–3; an urgency that is absent has no
    term. `lead` is the login of who answers for the zone, `escalation` whom to tell as a term
    runs out, in order.
    """

    id: str
    name_ru: str = ""
    name_en: str = ""
    calendar: str = "always"
    first_reply: Terms = field(default_factory=dict)
    next_reply: Terms = field(default_factory=dict)
    resolution: Terms = field(default_factory=dict)
    lead: str = ""
    escalation: tuple[EscalationStep, ...] = ()


@dataclass(frozen=True)
class Route:
    """Which alerts go where. Every route that fits an alert is used.

    Attributes:
        channels: names of `[[channels]]`.
        kinds, zones: empty: all of them.
        only_incidents: only alerts of an incident.
        wait_minutes: only if nobody has taken the alert after so long (an escalation step).
        digest: gathered and told together, not at once.
        people: whom it names: logins, or `on_call`, `backup`, `lead`.
    """

    channels: tuple[str, ...]
    kinds: frozenset[AlertKind] = frozenset()
    zones: frozenset[str] = frozenset()
    least_urgency: int = 0
    when: When = When.ALWAYS
    only_incidents: bool = False
    wait_minutes: int = 0
    digest: bool = False
    people: tuple[str, ...] = (ON_CALL,)
    why: str = ""


@dataclass(frozen=True)
class Step:
    """Where one alert goes after so many minutes without anybody taking it.

    `not_before` is the end of the channels' quiet hours; None: at once.
    """

    channels: tuple[str, ...]
    after_minutes: int = 0
    people: tuple[str, ...] = ()
    digest: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True)
class Operations:
    """Everything `operations.yaml` says.

    `channels_quiet` maps the name of a channel to the calendar that is open while the channel
    is to be quiet. `default_zone` is what a zone that is not listed goes by.
    """

    zones: tuple[Zone, ...] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    rota: Rota = field(default_factory=Rota)
    routes: tuple[Route, ...] = ()
    channels_quiet: Mapping[str, Calendar] = field(default_factory=dict)
    default_zone: str = "general"

    def zone(self, zone_id: str | None) -> Zone:
        """The zone of that id, or the default one, or one without terms that never closes."""
        found = {zone.id: zone for zone in self.zones}
        wanted = zone_id or self.default_zone
        return found.get(wanted) or found.get(self.default_zone) or Zone(wanted)

    def calendar_of(self, zone_id: str | None) -> Calendar:
        """The working time of a zone; always, where none is set."""
        return self.calendars.get(self.zone(zone_id).calendar, _ALWAYS)

    def is_open(self, zone_id: str | None, at: datetime) -> bool:
        """Whether a zone works at that moment."""
        return self.calendar_of(zone_id).is_working(at)

    def routes_for(
        self, kind: AlertKind, urgency: int, zone: str | None, at: datetime
    ) -> tuple[Route, ...]:
        """The routes that fit such an alert, in the order of the file."""
        is_open = self.is_open(zone, at)
        return tuple(one for one in self.routes if _fits(one, kind, urgency, zone, is_open))

    def channels_for(
        self, kind: AlertKind, urgency: int, zone: str | None, at: datetime
    ) -> tuple[Step, ...]:
        """Where such an alert goes, step by step, the soonest first.

        The most urgent goes through quiet hours. Nothing fits: no step; the most urgent then
        goes to every channel that any route names, so that it is never lost for want of a line.
        A digest gathers only what its channel is not told at once.
        """
        routes = self.routes_for(kind, urgency, zone, at)
        if not routes and urgency >= Urgency.CRITICAL:
            routes = tuple(Route(one.channels) for one in self.routes)
        gathered: dict[tuple[int, bool, datetime | None], _Gathered] = {}
        at_once = {
            channel
            for route in routes
            if not route.digest and not route.wait_minutes
            for channel in route.channels
        }
        for route in routes:
            people = self.people_of(route.people, zone, at)
            for channel in route.channels:
                if route.digest and channel in at_once:
                    continue
                key = (route.wait_minutes, route.digest, self.quiet_until(channel, urgency, at))
                gathered.setdefault(key, _Gathered()).add(channel, people)
        steps = (
            Step(tuple(one.channels), wait, tuple(one.people), digest, quiet)
            for (wait, digest, quiet), one in gathered.items()
        )
        return tuple(sorted(steps, key=lambda step: (step.after_minutes, step.digest)))

    def quiet_until(self, channel: str, urgency: int, at: datetime) -> datetime | None:
        """The end of a channel's quiet hours; None while it may be used."""
        quiet = self.channels_quiet.get(channel)
        if urgency >= Urgency.CRITICAL or quiet is None or not quiet.is_working(at):
            return None
        return quiet.closing(at)

    def people_of(self, words: tuple[str, ...], zone: str | None, at: datetime) -> tuple[str, ...]:
        """Logins that such words mean for a zone at a moment; each once."""
        called = self.rota.on_call(self.zone(zone).id, at)
        lead = self.zone(zone).lead
        meant = {ON_CALL: called[:1], BACKUP: called[1:], LEAD: (lead,) if lead else ()}
        return tuple(dict.fromkeys(one for word in words for one in meant.get(word, (word,))))


@dataclass
class _Gathered:
    """Channels and people of one step; dictionaries keep the order and drop doubles."""

    channels: dict[str, None] = field(default_factory=dict)
    people: dict[str, None] = field(default_factory=dict)

    def add(self, channel: str, people: tuple[str, ...]) -> None:
        self.channels[channel] = None
        self.people.update(dict.fromkeys(people))


def _fits(route: Route, kind: AlertKind, urgency: int, zone: str | None, is_open: bool) -> bool:
    return (
        urgency >= route.least_urgency
        and (not route.kinds or kind in route.kinds)
        and (not route.zones or zone in route.zones)
        and (not route.only_incidents or kind is AlertKind.INCIDENT)
        and (route.when is When.ALWAYS or is_open == (route.when is When.WORKING))
    )
