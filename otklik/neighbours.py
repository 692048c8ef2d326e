"""The four packages beside `otklik`: their names also exist on PyPI, so the start checks them.

Imports nothing of theirs, so that it can speak before one of them fails to import.
"""

import importlib.util
from pathlib import Path

from otklik.errors import ConfigError

NEIGHBOURS = ("collectors", "classifier", "responder", "dashboard")


def check_neighbours(home: Path | None = None) -> None:
    """The four packages must stand beside `otklik`: their names also exist on PyPI.

    Raises:
        ConfigError: names the foreign file, or the package that is missing.
    """
    home = home or Path(__file__).resolve().parents[1]
    for name in NEIGHBOURS:
        spec = importlib.util.find_spec(name)
        origin = spec.origin if spec else None
        if origin is None:
            raise ConfigError(f"package {name!r} is missing beside otklik in {home}")
        if Path(origin).resolve().parents[1] != home:
            raise ConfigError(
                f"{name!r} comes from {origin}, a foreign package of the same name; ours is in "
                f"{home}. Uninstall it, or run in an environment of its own."
            )
