"""Commands that look and say: policy, audit, sources, db."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from otklik.cli.screen import Json, progress, say, say_json, say_table
from otklik.errors import NotFound, PlatformError

policy_app = typer.Typer(help="Policies: which rule answers what, and why.", no_args_is_help=True)
audit_app = typer.Typer(help="The chain of audit events.", no_args_is_help=True)
sources_app = typer.Typer(help="Watched places and their health.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)


@policy_app.command("check")
def policy_check(
    file: Annotated[Path, typer.Argument(help="Policy YAML.")], as_json: Json = False
) -> None:
    """Read a policy and run its examples, without touching the desk.

    An error names file, line and column. Exit code 0 means that `otklik run` would accept it.

    Example: `otklik policy check policies/shop.yaml`
    """
    from responder.policy_file import load_policy

    policy = load_policy(file)
    found: dict[str, Any] = {
        "name": policy.name,
        "version": policy.version,
        "mode": policy.mode,
        "rules": len(policy.rules),
        "examples": len(policy.examples),
        "digest": policy.digest,
    }
    if as_json:
        say_json(found)
    else:
        say(
            "{name} version {version} ({mode}): {rules} rules, {examples} examples hold".format_map(
                found
            )
        )
        say(f"digest {policy.digest}")


@audit_app.command("verify")
def audit_verify(as_json: Json = False) -> None:
    """Walk the chain of audit events and prove that nothing was changed or left out.

    Exit code 1 names the first event that does not fit. Events whose personal detail was erased
    still verify.

    Example: `otklik audit verify --json`
    """
    from otklik import audit, database
    from otklik.bootstrap import open_database
    from otklik.settings import load_settings

    engine = open_database(load_settings())
    with progress("verifying"), database.reading(engine) as session:
        report = audit.verify(session)
    engine.dispose()
    if as_json:
        say_json(report.model_dump())
    else:
        say(f"{report.length} events verify, {report.erased} of them erased; head {report.head}")


@sources_app.command("list")
def sources_list(
    platforms: Annotated[
        bool, typer.Option("--platforms", help="List what kinds of places can be watched.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the watched places with their health, or the platforms there are.

    A source is `ok`, `suspect` after one failure, `failing` after three, and `off` when access
    was denied: then a person must act. The last error stands beside it.

    Example: `otklik sources list`, `otklik sources list --platforms`
    """
    rows = _platform_rows() if platforms else _source_rows()
    if as_json:
        say_json(rows)
    elif not rows:
        say("No source yet. Add one as [[sources]] in otklik.toml, or `otklik import FILE`.")
    else:
        say_table(rows, {key: key.replace("_", " ") for key in rows[0]})


def _platform_rows() -> list[dict[str, Any]]:
    from otklik.platforms import discover

    return [
        {"platform": name, "title": kind.title, "can": ", ".join(sorted(("collect", *kind.can)))}
        for name, kind in discover().items()
    ]


def _source_rows() -> list[dict[str, Any]]:
    from otklik import clock, database
    from otklik.bootstrap import open_database
    from otklik.settings import load_settings
    from otklik.store import sources

    settings = load_settings()
    engine = open_database(settings)
    with database.session(engine) as session:
        sources.sync_sources(session, settings.brand_id, settings.sources, clock.now())
        found = sources.list_sources(session, settings.brand_id)
    engine.dispose()
    return [
        {
            "name": row.name,
            "platform": row.platform,
            "enabled": "yes" if row.is_enabled else "no",
            "health": row.health,
            "last_ok": row.last_ok_at.isoformat("T", "seconds") if row.last_ok_at else "",
            "failures": row.failures,
            "last_error": row.last_error,
        }
        for row in found
    ]


@sources_app.command("check")
def sources_check(
    name: Annotated[str, typer.Argument(help="Only this source.")] = "", as_json: Json = False
) -> None:
    """Call every source of the settings once and say what it showed. Stores nothing.

    Exit code 1 when one of them does not answer as it should.

    Example: `otklik sources check`, `otklik sources check blog`
    """
    from otklik.platforms import build_platform, discover
    from otklik.settings import load_settings
    from otklik.watching import check_sources

    platforms, wanted = discover(), load_settings().sources
    chosen = [source for source in wanted if name in ("", source.name)]
    if name and not chosen:
        raise NotFound(f"no source is named {name!r} in the settings")
    check_sources(chosen, platforms)
    rows = []
    with progress("checking") as update:
        for place, source in enumerate(chosen):
            update(place / len(chosen), source.name)
            platform = build_platform(platforms[source.platform], source.config, source=source.name)
            with closing(platform):
                rows.append({"name": source.name, **_checked(platform)})
    if as_json:
        say_json(rows)
    else:
        say_table(rows, {"name": "name", "ok": "ok", "message": "message", "can": "can"})
    if not all(row["ok"] is True for row in rows):
        raise typer.Exit(1)


def _checked(platform: Any) -> dict[str, Any]:
    try:
        found = platform.check()
    except PlatformError as error:
        return {"ok": False, "message": f"{type(error).__name__}: {error}", "can": ""}
    return {"ok": found.ok, "message": found.message, "can": ", ".join(found.can)}


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database of the settings to the revision this version needs.

    Safe to run twice, and on an empty database it makes the tables. Make a copy before you
    upgrade a desk in use.

    Example: `OTKLIK_DATABASE_URL=postgresql://… otklik db upgrade`
    """
    from otklik import database, migrate
    from otklik.settings import load_settings

    engine = database.make_engine(load_settings().database_url)
    before = migrate.current(engine)
    with progress("upgrading"):
        migrate.upgrade(engine)
    say(f"{engine.url.render_as_string()}: {before or 'blank'} → {migrate.current(engine)}")
    engine.dispose()
