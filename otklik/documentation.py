"""Writes `docs/settings.md` and `docs/platforms.md` from the code that reads the settings.

Run ``python -m otklik.documentation`` (or `make docs`); with ``--check`` nothing is written and
the exit status says whether the pages are up to date.
"""

import importlib
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from classifier.backends import KINDS
from otklik.alerts import Channel, ChannelConfig, discover_channels
from otklik.describing import bounds_of, default_of, describe_field, type_name
from otklik.entries import BackendSettings, ChannelSettings, OidcSettings, SourceSettings
from otklik.heartbeat_settings import HeartbeatSettings
from otklik.platforms import AnyPlatform, Capability, PlatformSettings, discover
from otklik.report_settings import ReportSettings
from otklik.settings import Settings
from responder.drafting.language_model import WriterConfig

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEAD = "<!-- Written by `make docs` from the code; a change here is lost. -->"


def _table(model: type[BaseModel], names: Sequence[str], variable: str = "") -> list[str]:
    head = ["setting", *(["variable"] if variable else []), "value", "default", "what it does"]
    rows = [head, ["---"] * len(head)]
    for name in names:
        field = model.model_fields[name]
        cells = [f"`{name}`", *([f"`{variable}{name.upper()}`"] if variable else [])]
        cells += [type_name(field.annotation) + bounds_of(field), default_of(field)]
        rows.append([*cells, describe_field(model, name)])
    return ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows]


def _own_fields(model: type[BaseModel], base: type[BaseModel]) -> list[str]:
    """Settings a model adds to `base`, or whose default it changes."""
    known = base.model_fields
    return [
        name
        for name, field in model.model_fields.items()
        if name not in known or field.default != known[name].default
    ]


def settings_page() -> str:
    """The page on `otklik.toml` and the environment, with the channels."""
    lines = [HEAD, "# Settings", "", *_SETTINGS_INTRODUCTION.strip().splitlines(), ""]
    lines += [*_table(Settings, list(Settings.model_fields), "OTKLIK_"), ""]
    lines += ["## `[[sources]]`: watched places", ""]
    lines += [
        "The other keys of an entry belong to its platform: [platforms.md](platforms.md).",
        "",
    ]
    lines += [*_table(SourceSettings, list(SourceSettings.model_fields)), ""]
    lines += ["## `[oidc]`: signing in with the accounts of the company", "", *_OIDC, ""]
    lines += [*_table(OidcSettings, list(OidcSettings.model_fields)), ""]
    lines += ["## `[reports]`: the weekly report", "", *_REPORTS, ""]
    lines += [*_table(ReportSettings, list(ReportSettings.model_fields)), ""]
    lines += ["## `[heartbeat]`: who watches the monitor", "", *_HEARTBEAT, ""]
    lines += [*_table(HeartbeatSettings, list(HeartbeatSettings.model_fields)), ""]
    lines += ["## `[[channels]]`: where alerts go", ""]
    lines += [*_table(ChannelSettings, list(ChannelSettings.model_fields)), ""]
    lines += ["Every channel also knows:", ""]
    lines += [*_table(ChannelConfig, list(ChannelConfig.model_fields)), ""]
    for kind, channel in discover_channels().items():
        lines += _channel_section(kind, channel)
    lines += ["## `[classifier]` and `[shadow]`: other models", "", *_BACKENDS, ""]
    lines += [*_table(BackendSettings, list(BackendSettings.model_fields)), ""]
    for kind, backend in KINDS.items():
        lines += [f'### `kind = "{kind}"`: {backend.title}', "", _first_words(backend), ""]
        model = backend.settings_type
        lines += [*_table(model, list(model.model_fields)), ""]
    lines += ["## `[writer]`: a language model that writes drafts", "", *_WRITER, ""]
    lines += [*_table(WriterConfig, list(WriterConfig.model_fields)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _channel_section(kind: str, channel: type[Channel]) -> list[str]:
    own = _own_fields(channel.settings_type, ChannelConfig)
    lines = [f'### `kind = "{kind}"`: {channel.title or kind}', "", _first_words(channel), ""]
    return [*lines, *(_table(channel.settings_type, own) if own else ["No settings."]), ""]


def platforms_page() -> str:
    """The page on all platforms: what each can do, its limits, its settings."""
    found = discover()
    lines = [HEAD, "# Platforms", "", *_PLATFORMS_INTRODUCTION.strip().splitlines(), ""]
    head = ["platform", "", "reads", *Capability, "longest reply", "limits kept", "cost"]
    rows = [head, ["---"] * len(head), *(_summary(name, kind) for name, kind in found.items())]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", "## Settings of every platform", ""]
    lines += [*_table(PlatformSettings, list(PlatformSettings.model_fields)), ""]
    for name, kind in found.items():
        own = _own_fields(kind.settings_type, PlatformSettings)
        about = inspect.getdoc(importlib.import_module(f"collectors.{name}")) or ""
        lines += [f"## {name}", "", f"**{kind.title or name}.** {about}", ""]
        lines += [*_terms(kind), "**Settings**", ""]
        lines += [*(_table(kind.settings_type, own) if own else ["No settings of its own."]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _summary(name: str, kind: type[AnyPlatform]) -> list[str]:
    can = ["yes" if capability in kind.can else "–" for capability in Capability]
    length = f"{kind.reply_max_length:,} characters" if kind.reply_max_length else "–"
    return [f"[`{name}`](#{name})", kind.title, "yes", *can, length, _limits(kind), kind.cost]


def _limits(kind: type[AnyPlatform]) -> str:
    told = [
        f"{limit.calls:g} in {_duration(limit.seconds)}"
        + (f", {limit.burst} at once" if limit.burst > 1 else "")
        + f", per {limit.per}"
        for limit in kind.limits
    ]
    if kind.min_interval:
        told.append(f"one every {kind.min_interval:g} s")
    return "; ".join(told) or "–"


def _duration(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _terms(kind: type[AnyPlatform]) -> list[str]:
    """Rights, limits, costs, what can be answered, how to get a token, what cannot be done."""
    lines = []
    for name, told in (
        ("Rights needed", "; ".join(kind.rights)),
        ("Limits kept", _limits(kind)),
        ("Cost", kind.cost),
        ("What can be answered", kind.answers),
    ):
        lines += [f"- **{name}:** {told}"] if told and told != "–" else []
    if kind.token_steps:
        lines += ["", "**Getting access, step by step**", ""]
        lines += [f"{number}. {step}" for number, step in enumerate(kind.token_steps, start=1)]
    if kind.cannot:
        lines += ["", "**What it cannot do**", "", *(f"- {one}" for one in kind.cannot)]
    return [*lines, ""]


def _first_words(part: type[Any]) -> str:
    return (inspect.getdoc(part) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")


_OIDC = [
    "Register `<desk_url>/oidc/callback` at the provider and set `desk_url`. What it says of a",
    "person is matched to an account by its subject, at first by the confirmed e-mail address.",
    "[Why not `st.login`](decisions/0021-oidc-beside-streamlit.md).",
]
_HEARTBEAT = [
    "The monitor's signs of life, and what `otklik watch-heartbeat` goes by:",
    "[alerts.md](alerts.md#when-the-monitor-itself-stops).",
]
_REPORTS = [
    "One page for whoever decides, once for each week; what it says: [reports.md](reports.md).",
    "`otklik reports weekly` writes one at any time.",
]
_WRITER = [
    'Only `kind = "language_model"`. What is sent and checked, and how to reach which endpoint:',
    "[writers.md](writers.md). Without this section our own writer works alone.",
]

_BACKENDS = [
    "Off by default: see [operating](operating.md#other-models-beside-or-instead). The other keys",
    "belong to the kind.",
]
_SETTINGS_INTRODUCTION = """
Otklik reads `otklik.toml` in the working directory, or the file that `OTKLIK_CONFIG` names; the
environment overrides the file. An unknown key, an unknown `OTKLIK_` variable or a wrong value
stops the start with a message that names it. Secrets never stand in the file: write
`"env:OTKLIK_SECRET_SHOP"` and set that variable; it is read when the part is built.

```toml
database_url = "sqlite:///var/otklik.sqlite3"

[[sources]]
name = "blog"
platform = "isso"
base_url = "https://comments.example.org"
uris = ["/post/1"]
admin_password = "env:OTKLIK_SECRET_ISSO"

[[channels]]
name = "desk"
kind = "console"
```
"""

_PLATFORMS_INTRODUCTION = """
A platform is one file (or folder) in `collectors/`; a source is one `[[sources]]` entry of
`otklik.toml` ([settings.md](settings.md)). `otklik sources check` makes one real call to each.
"""


def pages() -> dict[str, str]:
    """All generated pages by file name."""
    return {"settings.md": settings_page(), "platforms.md": platforms_page()}


def list_stale(folder: Path = DOCS) -> list[str]:
    """Names of generated pages that are absent or differ from what the code says now."""
    return [
        name
        for name, text in pages().items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with ``--check`` only look; gives the exit status."""
    stale = list_stale()
    if "--check" in arguments:
        if stale:
            sys.stderr.write(f"docs/: {', '.join(stale)} out of date; run `make docs`\n")
        return int(bool(stale))
    for name in stale:
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
        sys.stdout.write(f"wrote docs/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
