"""Commands that look and say: audit, db."""

from __future__ import annotations

import typer

from otklik.cli.screen import Json, progress, say, say_json

audit_app = typer.Typer(help="The chain of audit events.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)


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
