"""Commands that stay: run and demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otklik.cli.screen import say


def run() -> None:
    """Start the desk: the scheduler and the dashboard, until Ctrl-C.

    Settings come from `otklik.toml` here (or the file `OTKLIK_CONFIG` names) and from variables
    `OTKLIK_…`. A blank database is made ready. Replies are only rehearsed until an admin says
    `otklik posting live --as LOGIN`.

    Example: `OTKLIK_DESK_PORT=8600 otklik run`
    """
    from otklik.processes import run_desk
    from otklik.settings import load_settings

    run_desk(load_settings(), say)


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("var/demo"),
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw the former demo away first.")
    ] = False,
    desk_port: Annotated[int, typer.Option(help="Port of the dashboard; 0: a free one.")] = 8501,
    page_port: Annotated[int, typer.Option(help="Port of the shop's page; 0: a free one.")] = 8502,
    isso_port: Annotated[int, typer.Option(help="Port of Isso; 0: a free one.")] = 8503,
) -> None:
    """Show everything on a made-up tea shop: a page with comments, the desk, live replies.

    Starts a real comment server (Isso) with about 80 comments, a page that shows them, the
    scheduler and the dashboard, all on this machine only, and prints addresses, logins and what
    to try. A second start goes on where the first one ended. Ctrl-C ends everything.

    Example: `otklik demo --fresh`
    """
    from otklik.demo.show import Ports, show

    show(folder, Ports(desk_port, page_port, isso_port), fresh=fresh, say=say)
