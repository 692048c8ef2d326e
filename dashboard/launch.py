"""How the desk is started: one command line, for the supervisor and by hand.

`python -m dashboard.launch` becomes that command, so that a supervisor need not import us:
the process it started is the desk, and a signal to it reaches the desk.
"""

import json
import os
import sys

from dashboard.theme import HERE
from dashboard.theme import OPTIONS as THEME
from otklik.settings import Settings, load_settings

_OPTIONS: dict[str, str] = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.showEmailPrompt": "false",
    "server.enableStaticServing": "false",
    "server.maxUploadSize": "1",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.disableDataExport": "true",  # a table of strangers' words must not become a CSV
    "runner.magicEnabled": "false",
    # a full collection after each run, of a fragment, too, is 250 ms of CPU; Python does its own
    "runner.postScriptGC": "false",
    "logger.level": "warning",
}


def command(settings: Settings) -> list[str]:
    """The command that serves the desk on `desk_host:desk_port` until it is signalled."""
    where = {"server.address": settings.desk_host, "server.port": str(settings.desk_port)}
    options = {**_OPTIONS, **where, **THEME}
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(HERE / "server.py"), *flags]


def environment(settings: Settings) -> dict[str, str]:
    """The variables that give the desk these very settings, whatever its files say."""
    values = settings.model_dump(mode="json")
    found = {f"OTKLIK_{name.upper()}": _as_variable(value) for name, value in values.items()}
    # the desk imports its neighbours from here, wherever it was started
    return {**found, "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE.parent), _path())))}


def _as_variable(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _path() -> str:
    return os.environ.get("PYTHONPATH", "")


def main() -> None:
    """Become the desk."""
    settings = load_settings()
    line = command(settings)
    os.execve(line[0], line, {**os.environ, **environment(settings)})  # noqa: S606


if __name__ == "__main__":
    main()
