"""Commands about alerts: what was told, where, who has it; one more try; a test of a channel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.place import As, opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.errors import ConfigError

if TYPE_CHECKING:
    from otklik.cli.place import Place
    from otklik.models import Alert, AlertDelivery

alerts_app = typer.Typer(
    help="Alerts: what was told, on which channels, and who has it.", no_args_is_help=True
)
Number = Annotated[int, typer.Argument(help="Number of the alert.", metavar="ALERT")]


@alerts_app.command("list")
def alerts_list(
    *,
    untaken: Annotated[bool, typer.Option("--untaken", help="Only those nobody has.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only those a channel refused.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 30,
    as_json: Json = False,
) -> None:
    """List alerts, the newest first: what, how urgent, where it was told, who has it.

    What strangers wrote is cut short here; `otklik alerts show` has it all.

    Example: `otklik alerts list --untaken`
    """
    from otklik.enums import DeliveryState
    from otklik.store import alerts

    states = (DeliveryState.FAILED,) if failed else ()
    with opened() as place:
        brand = place.settings.brand_id
        found = alerts.list_deliveries(
            place.session, brand, states=states, only_untaken=untaken, size=limit
        )
        names = _names(place)
        rows = [_row(place, alert, deliveries, names) for alert, deliveries in found]
    if as_json:
        say_json(rows)
    elif rows:
        say_table(rows, {key: key for key in rows[0]})
    else:
        say("no alert")


@alerts_app.command("show")
def alerts_show(number: Number, as_json: Json = False) -> None:
    """Show one alert whole: its text, each delivery with what became of it, who has it.

    A delivery is `sent`, `pending` (with the time of its next try), `failed` (with the last
    error), `folded` (told in one message with others) or `skipped` (taken before its step).

    Example: `otklik alerts show 412`
    """
    from otklik.store import alerts

    with opened() as place:
        alert, deliveries = alerts.get_alert(place.session, place.settings.brand_id, number)
        row = _row(place, alert, deliveries, _names(place))
        ways = [_way(place, one) for one in deliveries]
    if as_json:
        say_json({**row, "body": alert.body, "deliveries": ways})
        return
    say(f"{row['alert']}  {row['at']}  {row['kind']}  urgency {row['urgency']}")
    say(alert.title)
    if alert.body:
        say(alert.body)
    say(f"taken by: {row['taken by'] or 'nobody'}")
    if ways:
        say_table(ways, {key: key for key in ways[0]})


@alerts_app.command("take")
def alerts_take(number: Number, login: As) -> None:
    """Say that somebody has it: nobody else is called, its messages say who.

    It does what the button in a messenger does, by that person's role: the case is theirs for a
    while, and the audit log has it.

    Example: `otklik alerts take 412 --as anna`
    """
    from responder.alerting import taking

    with opened() as place:
        lasts = timedelta(minutes=place.settings.lease_minutes)
        person = place.person(login)
        holder = taking.take(
            place.session, person=person, alert_id=number, at=place.at, lasts=lasts
        )
    say(f"{holder.name or holder.login} has it")


@alerts_app.command("resend")
def alerts_resend(
    number: Number,
    login: As,
    channel: Annotated[str, typer.Option(help="Only this channel.")] = "",
) -> None:
    """Have the channels tried again that did not take an alert; a lead's or administrator's word.

    What was sent is not sent twice.

    Example: `otklik alerts resend 412 --as vera --channel slack`
    """
    from otklik import switches
    from otklik.enums import DeliveryState
    from otklik.store import alerts

    again = (DeliveryState.FAILED, DeliveryState.PENDING)
    with opened() as place:
        person = place.person(login)
        _alert, deliveries = alerts.get_alert(place.session, place.settings.brand_id, number)
        chosen = [one for one in deliveries if one.state in again and channel in ("", one.channel)]
        for one in chosen:
            switches.send_alert_again(
                place.session, person=person, delivery_id=one.id or 0, at=place.at
            )
    say(f"tried again: {', '.join(one.channel for one in chosen)}" if chosen else "nothing to send")


@alerts_app.command("test")
def alerts_test(
    channel: Annotated[str, typer.Argument(help="Name of the channel.", metavar="CHANNEL")],
) -> None:
    """Send one harmless message to a channel of the settings, now, and say what it answered.

    The database is not asked; nothing is recorded or tried again.

    Example: `otklik alerts test telegram`
    """
    from otklik.alerts import AlertMessage
    from otklik.bootstrap import build_channels, with_channels
    from otklik.clock import now
    from otklik.enums import AlertKind
    from otklik.settings import load_settings

    built = build_channels(with_channels(load_settings()))
    if channel not in built:
        raise ConfigError(f"no channel is named {channel!r}; known: {', '.join(sorted(built))}")
    said = AlertMessage(
        kind=AlertKind.CHANNEL_DOWN,
        title="Проверка канала: всё в порядке",
        body="Это сообщение послал человек командой otklik alerts test. Делать ничего не нужно.",
        alert_id=0,
        key=f"test-{channel}-{now():%Y%m%d%H%M%S%f}",
    )
    try:
        reference = built[channel][1].send(said)
    finally:
        built[channel][1].close()
    say(f"{channel} took it{f' as {reference}' if reference else ''}")


def _names(place: Place) -> dict[int, str]:
    from otklik.store.people import list_people

    people = list_people(place.session, place.settings.brand_id)
    return {one.id or 0: one.login for one in people}


def _row(
    place: Place, alert: Alert, deliveries: list[AlertDelivery], names: dict[int, str]
) -> dict[str, Any]:
    return {
        "alert": alert.id,
        "at": _moment(place, alert.created_at),
        "kind": str(alert.kind),
        "urgency": alert.urgency,
        "told": ", ".join(f"{one.channel} {one.state}" for one in deliveries),
        "taken by": names.get(alert.taken_by_id or 0, ""),
        "title": " ".join(alert.title.split())[:60],
    }


def _way(place: Place, one: AlertDelivery) -> dict[str, Any]:
    is_over = one.sent_at is not None
    return {
        "channel": one.channel,
        "state": str(one.state),
        "attempts": one.attempts,
        "sent": _moment(place, one.sent_at),
        "next": "" if is_over else _moment(place, one.next_attempt_at),
        "error": " ".join(one.error.split())[:120],
    }


def _moment(place: Place, at: Any) -> str:
    from zoneinfo import ZoneInfo

    return f"{at.astimezone(ZoneInfo(place.settings.timezone)):%d.%m %H:%M}" if at else ""
