"""The documents keep up with the code: what exists is described, what is linked exists."""

from __future__ import annotations

import enum
import inspect
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from otklik import documentation, enums
from otklik.alerts import ChannelConfig, discover_channels
from otklik.describing import describe_field
from otklik.entries import ChannelSettings, SourceSettings
from otklik.migrations.guards import TRANSITIONS
from otklik.pipeline import STEPS
from otklik.platforms import Capability, PlatformSettings, discover
from otklik.settings import Settings
from responder.policy import PolicyMode

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VOCABULARY = [
    kind
    for _, kind in inspect.getmembers(enums, inspect.isclass)
    if issubclass(kind, enum.Enum) and kind.__module__.startswith(f"{enums.__name__}.")
] + [Capability, PolicyMode]


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sections(text: str) -> list[str]:
    return re.split(r"\n(?=## )", text)


@pytest.mark.parametrize("kind", VOCABULARY, ids=lambda kind: kind.__name__)
def test_every_word_of_the_vocabulary_is_explained_beside_its_kind(kind: type[enum.Enum]) -> None:
    home = [
        part for part in sections(text_of(DOCS / "concepts.md")) if f"`{kind.__name__}`" in part
    ]
    assert len(home) >= 1, f"docs/concepts.md does not name {kind.__name__}"
    absent = [word.value for word in kind if not any(f"`{word.value}`" in part for part in home)]
    assert absent == []


def test_every_move_of_a_reply_that_the_database_allows_is_documented() -> None:
    concepts = " ".join(text_of(DOCS / "concepts.md").split())
    moves = [f"`{old}` → `{new}`" for old, news in TRANSITIONS.items() for new in news]
    assert [move for move in moves if move not in concepts] == []


def test_the_concepts_follow_the_order_in_which_data_flows() -> None:
    words = ["**Source**", "**Mention**", "**Verdict**", "**Case**", "**Decision**", "**Draft**"]
    words += ["**Approval**", "**Reply**", "**Alert**", "**Audit event**"]
    places = [text_of(DOCS / "concepts.md").index(word) for word in words]
    assert places == sorted(places)


def test_the_generated_pages_are_up_to_date() -> None:
    assert documentation.list_stale() == [], "run `make docs`"


def models_with_settings() -> Iterator[tuple[str, type]]:
    yield from (("settings", model) for model in (Settings, SourceSettings, ChannelSettings))
    yield from [("settings", ChannelConfig), ("platforms", PlatformSettings)]
    yield from (("settings", channel.settings_type) for channel in discover_channels().values())
    yield from (("platforms", platform.settings_type) for platform in discover().values())


def test_every_setting_says_what_it_does() -> None:
    silent = sorted(
        {
            f"{model.__name__}.{name}"
            for _, model in models_with_settings()
            for name in model.model_fields  # type: ignore[attr-defined]
            if not describe_field(model, name)
        }
    )
    assert silent == []


def test_every_setting_platform_and_channel_stands_in_the_pages() -> None:
    pages = documentation.pages()
    for page, model in models_with_settings():
        for name in model.model_fields:  # type: ignore[attr-defined]
            assert f"| `{name}` |" in pages[f"{page}.md"]
    assert all(f"\n## {name}\n" in pages["platforms.md"] for name in discover())
    assert all(f'`kind = "{kind}"`' in pages["settings.md"] for kind in discover_channels())


def test_a_stale_page_is_noticed(tmp_path: Path) -> None:
    for name, text in documentation.pages().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert documentation.list_stale(tmp_path) == []
    (tmp_path / "settings.md").write_text("old", encoding="utf-8")
    assert documentation.list_stale(tmp_path) == ["settings.md"]


def commands() -> list[str]:
    """Full names of all commands, as a person types them."""
    from otklik.cli import app

    def walk(command: object, path: str) -> Iterator[str]:
        inner = getattr(command, "commands", None)
        if not inner:
            yield path
            return
        for name, child in inner.items():
            yield from walk(child, f"{path} {name}")

    return list(walk(typer.main.get_command(app), "otklik"))


def test_every_command_is_described_for_those_who_operate() -> None:
    operating = text_of(DOCS / "operating.md")
    assert [name for name in commands() if f"`{name}" not in operating] == []


def test_every_option_of_every_command_has_a_help_text() -> None:
    from otklik.cli import app

    def walk(command: object, path: str) -> Iterator[tuple[str, object]]:
        for parameter in getattr(command, "params", []):
            yield path, parameter
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, f"{path} {name}")

    silent = [
        f"{path}: {getattr(parameter, 'name', '')}"
        for path, parameter in walk(typer.main.get_command(app), "otklik")
        if not getattr(parameter, "help", None)
        and getattr(parameter, "name", "") not in {"help", "install_completion", "show_completion"}
    ]
    assert silent == []


def test_every_effect_is_described_where_policies_are() -> None:
    policies = text_of(DOCS / "policies.md")
    assert [kind.value for kind in enums.EffectKind if f"`{kind.value}`" not in policies] == []


def test_every_dependency_has_its_licence_and_its_reason_on_record() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[\[<>=~ ]", line)[0] for group in groups for line in group}
    page = text_of(DOCS / "decisions" / "0012-dependencies.md").lower()
    missing = [name for name in names if not name.startswith("types-") and name.lower() not in page]
    assert missing == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[\[<>=~ ]", line)[0].lower() for group in groups for line in group}
    lines = text_of(ROOT / "constraints.txt").lower().replace("_", "-").splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    assert names - pinned == set()


def test_every_step_stands_in_the_table_of_the_readme() -> None:
    rows = [line for line in text_of(ROOT / "README.md").splitlines() if line.startswith("|")]
    told = [name for name in STEPS if any(f"`{name}()`" in row for row in rows)]
    assert told == list(STEPS)


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text_of(path), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(re.sub(r"```.*?```", "", text_of(page), flags=re.S)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


def test_every_document_is_within_reach_of_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for target in LINK.findall(text_of(page)):
            place = (page.parent / target.partition("#")[0]).resolve()
            waiting += sorted(place.glob("*.md")) if place.is_dir() else [place]
        waiting = [place for place in waiting if place.is_file()]
    assert sorted(set(DOCS.rglob("*.md")) - seen) == []


def test_the_changelog_tells_of_what_is_not_released_yet() -> None:
    _, _, rest = text_of(ROOT / "CHANGELOG.md").partition("## Unreleased\n")
    entries = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("- ")]
    assert len(entries) >= 5


def test_every_decision_has_a_number_of_its_own_a_line_to_quote_and_one_page() -> None:
    files = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        assert re.search(r"^> \S.+", text_of(file), re.M), f"{file.name} has no line to quote"
        assert len(text_of(file).splitlines()) <= 60, f"{file.name} is longer than a page"
        assert f"({file.name})" in text_of(DOCS / "decisions" / "README.md")
