"""A desk whose staff label, and versions of the model made from the shipped one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from classifier import artefact
from otklik import database, pipeline
from otklik.enums import Role
from otklik.learning import StaffLabel, read_labels
from otklik.registry import Registry
from responder import labelling
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import Stage, make_stage

Label = Callable[..., None]
MakeVersion = Callable[[str], Path]


@pytest.fixture(scope="session")
def shop() -> tuple[object, object]:
    """The shop's policy and facts, read once."""
    return shipped_policy(), shipped_knowledge()


@pytest.fixture
def stage(engine: Engine, shop: tuple[object, object]) -> Stage:
    """A desk on a fake site."""
    return make_stage(engine, *shop)  # type: ignore[arg-type]


@pytest.fixture
def label(stage: Stage) -> Label:
    """Somebody labels: `label(mention, Role.OPERATOR, stance="critic")`."""

    def given(mention: int, role: Role = Role.OPERATOR, *, version: int = 1, **values: str) -> None:
        for field, value in values.items():
            stage.clock.wait(seconds=1)
            with database.session(stage.desk.engine) as session:
                labelling.label(
                    session,
                    person=stage.people[role],
                    mention_id=mention,
                    mention_version=version,
                    field=field,
                    value=value,
                    at=stage.clock(),
                )

    return given


def judge_all(stage: Stage, *texts: str) -> None:
    """Strangers write these, and the model judges them: mentions 1, 2, …"""
    for number, text in enumerate(texts):
        stage.site.add(text, author=f"guest{number}")
    pipeline.collect(stage.desk, "site")
    pipeline.classify(stage.desk)


def staff_labels(stage: Stage) -> list[StaffLabel]:
    """Everything staff have said."""
    with database.reading(stage.desk.engine) as session:
        return read_labels(session, stage.desk.brand_id)


@pytest.fixture
def make_version(tmp_path: Path) -> MakeVersion:
    """An artefact under another version: the shipped arrays, a manifest of its own."""

    def made(version: str) -> Path:
        folder = tmp_path / "trained" / version
        folder.mkdir(parents=True)
        told = json.loads((artefact.SHIPPED / artefact.MANIFEST).read_text(encoding="utf-8"))
        text = json.dumps({**told, "version": version})
        (folder / artefact.MANIFEST).write_text(text, encoding="utf-8")
        (folder / artefact.ARRAYS).symlink_to(artefact.SHIPPED / artefact.ARRAYS)
        return folder

    return made


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """An empty registry."""
    return Registry(tmp_path / "models")
