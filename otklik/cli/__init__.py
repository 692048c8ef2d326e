"""`otklik`: the command. Each command does its work elsewhere and only speaks here.

Imports of the working parts stand inside the commands, so that `otklik --help` is quick.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from otklik.cli import checking, learning, moving, people, running, watching
from otklik.cli.acts import acts_app
from otklik.cli.alerts import alerts_app
from otklik.cli.authors import authors_app
from otklik.cli.drafts import drafts_app
from otklik.cli.entities import entities_app
from otklik.cli.heartbeat import watch_heartbeat
from otklik.cli.incident_measures import incidents_app
from otklik.cli.knowledge import knowledge_app
from otklik.cli.lint import lint
from otklik.cli.model import model_app
from otklik.cli.operations import operations_app
from otklik.cli.powers import powers_app, showcase_app
from otklik.cli.promises import promises_app
from otklik.cli.proposals import policy_app
from otklik.cli.replay import replay
from otklik.cli.reports import reports_app
from otklik.cli.shadow import model_shadow
from otklik.cli.tuning import model_tune
from otklik.errors import OtklikError
from otklik.logs import configure_logs, one_line
from otklik.neighbours import check_neighbours

HELP = """
Otklik reads what people write about you, tells critics from haters, drafts a reply to each from
dated facts, and posts nothing that a person has not approved.

First time here? `otklik demo` shows everything on a made-up tea shop. For your own places:
`otklik sources add` each (or write them into `otklik.toml`), then `otklik sources check`,
`otklik run`: it shows the link that makes the first administrator.
"""


class _House(TyperGroup):
    """Errors of the house are one line on standard error and exit code 1, no traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except OtklikError as error:
            if ctx.params.get("debug"):
                raise
            typer.echo(f"otklik: {one_line(error)}", err=True)
            raise typer.Exit(getattr(error, "code", 1)) from error


app = typer.Typer(
    name="otklik",
    cls=_House,
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(version("otklik"))
        except PackageNotFoundError:
            typer.echo("from a working copy, not installed")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error and say more.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options that stand before the command."""
    configure_logs(verbose=debug)
    check_neighbours()


app.command("run")(running.run)
app.command("demo")(running.demo)
app.command("import")(moving.import_file)
app.command("step")(moving.step)
app.command("drain")(moving.drain)
app.command("replay")(replay)
for _name, _command in learning.COMMANDS.items():
    model_app.command(_name)(_command)
model_app.command("shadow")(model_shadow)
model_app.command("tune")(model_tune)
app.add_typer(model_app, name="model")
app.add_typer(policy_app, name="policy")
app.add_typer(operations_app, name="operations")
app.add_typer(checking.audit_app, name="audit")
app.add_typer(acts_app, name="acts")
app.add_typer(alerts_app, name="alerts")
app.add_typer(authors_app, name="authors")
app.add_typer(entities_app, name="entities")
app.add_typer(drafts_app, name="drafts")
app.add_typer(incidents_app, name="incidents")
app.add_typer(promises_app, name="promises")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(powers_app, name="powers")
app.add_typer(showcase_app, name="showcase")
app.add_typer(reports_app, name="reports")
app.add_typer(watching.sources_app, name="sources")
app.add_typer(checking.db_app, name="db")
app.add_typer(people.people_app, name="people")
app.command("posting")(people.posting)
app.command("lint")(lint)
app.command("watch-heartbeat")(watch_heartbeat)


def main() -> None:
    """What the installed command and `python -m otklik.cli` call."""
    app()
