"""What one real call to each source shows, for `otklik sources check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from otklik.cli.screen import Update
from otklik.errors import AccessDenied, ConfigError, PlatformError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from otklik.models import Source
    from otklik.platforms import AnyPlatform, Meter
    from otklik.settings import Settings

_NOTHING: dict[str, Any] = {
    "can": [],
    "rights": [],
    "missing": [],
    "limits_left": "",
    "newest": None,
    "to_do": "",
    "delay_p50": None,
    "delay_p95": None,
    "delays": 0,
}


def check_all(
    settings: Settings, engine: Engine | None, chosen: list[Source], update: Update
) -> list[dict[str, Any]]:
    """One row for each source; a source that fails is a row, too."""
    from otklik.platforms import discover

    platforms, rows = discover(), []
    for place, source in enumerate(chosen):
        update(place / len(chosen), source.name)
        row = {"name": source.name, "platform": source.platform, **_NOTHING}
        row |= _delay(settings, engine, source)
        rows.append(row | _called(platforms, engine, source))
    return rows


def _called(
    platforms: Mapping[str, type[AnyPlatform]], engine: Engine | None, source: Source
) -> dict[str, Any]:
    from otklik.entries import SourceSettings
    from otklik.platforms import build_platform
    from otklik.watching import check_sources

    entry = {**source.config, "name": source.name, "platform": source.platform}
    try:
        check_sources([SourceSettings.model_validate(entry)], platforms)
        kind, meter = platforms[source.platform], _meter(engine, source)
        built = build_platform(kind, source.config, source=source.name, meter=meter)
        with closing(built) as platform:
            found = platform.check()
    except (PlatformError, ConfigError) as error:
        to_do = error.to_do if isinstance(error, AccessDenied) else ""
        return {"ok": False, "message": f"{type(error).__name__}: {error}", "to_do": to_do}
    return {
        "ok": found.ok,
        "message": found.message,
        "can": list(found.can),
        "rights": list(found.rights),
        "missing": list(found.missing),
        "limits_left": found.limits_left,
        "newest": found.newest_at,
    }


def _meter(engine: Engine | None, source: Source) -> Meter | None:
    """The call counts for limits and budget like any other, where there is a database."""
    from otklik.limiter import DatabaseMeter, budget_micros

    if engine is None or source.id is None:
        return None
    return DatabaseMeter(engine, source.id, budget_micros(source.config))


def _delay(settings: Settings, engine: Engine | None, source: Source) -> dict[str, Any]:
    from otklik import clock, database
    from otklik.watching import get_report

    if engine is None:
        return {}
    with database.reading(engine) as session:
        report = get_report(session, settings.brand_id, source.name, clock.now())
    return {key: getattr(report, key) for key in ("delay_p50", "delay_p95", "delays")}


def told(row: Mapping[str, Any]) -> Iterator[str]:
    """A row for people: what it is, then what is known of it, line by line."""
    yield f"{row['name']} ({row['platform']}): {'ok' if row['ok'] else 'NOT OK'}, {row['message']}"
    lists = {"may": row["rights"], "can": row["can"], "cannot": row["missing"]}
    for title, values in lists.items():
        if values:
            yield f"  {title}: {', '.join(map(str, values))}"
    if row["limits_left"]:
        yield f"  limits left: {row['limits_left']}"
    if row["newest"] is not None:
        yield f"  newest: {row['newest']:%Y-%m-%d %H:%M:%S %Z}"
    if row["delays"]:
        p50, p95 = row["delay_p50"], row["delay_p95"]
        yield f"  delay: {p50:.0f} s, 95 % within {p95:.0f} s (of {row['delays']} comments)"
    if row["to_do"]:
        yield f"  to do: {row['to_do']}"
