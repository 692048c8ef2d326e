"""The page of the model: for leads, risk beside budget, consent, and what was corrected."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from dashboard import data
from dashboard.quality import model_room
from otklik import database, promotion
from otklik.clock import now
from otklik.models import AuditEvent, Label
from otklik.registry import SHIPPED, Pointer, Registry
from otklik.settings import Settings
from otklik.store.people import find_person
from responder import labelling
from tests.dashboard.conftest import OpenApp, Opened
from tests.dashboard.screen import model_only, shown
from tests.dashboard.seed import BRAND
from tests.dashboard.seed_model import better_figures, make_version, seed_corrections
from tests.servers.desk import DeskServer


@pytest.fixture
def engine(desk_engine: Engine) -> Engine:
    return desk_engine


@pytest.fixture
def registry(
    tmp_path: Path, seeded_url: str, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> Registry:
    """The versions of the desk that `open_app` opens."""
    settings = Settings(database_url=seeded_url, models_dir=str(tmp_path / "models"))
    monkeypatch.setattr(data, "settings", lambda: settings)
    return Registry(tmp_path / "models")


def test_an_operator_finds_neither_the_page_nor_its_link(
    open_app: OpenApp, registry: Registry
) -> None:
    assert "для руководителей" in shown(open_app("operator", view=model_only))
    assert registry.versions() == []


def test_the_measured_rate_stands_beside_its_budget(
    open_app: OpenApp, registry: Registry, engine: Engine
) -> None:
    seed_corrections(engine)
    app = open_app("lead", view=model_only)
    assert not app.exception
    said = shown(app)
    assert "допустимо не больше 1.0\u00a0%" in said
    assert "критик принят за хейтера" in said
    assert "/case?mention=" in said
    assert registry.pointer() == Pointer()


def test_the_page_is_whole_in_english_and_on_an_empty_desk(
    open_app: OpenApp, registry: Registry
) -> None:
    app = open_app("admin", view=model_only, language="en")
    assert not app.exception
    assert "budget: at most 1.0\u00a0%" in shown(app)
    assert registry.versions() == []


def test_a_better_version_is_promoted_with_a_click_and_rolled_back_with_another(
    open_app: OpenApp, registry: Registry, engine: Engine, tmp_path: Path
) -> None:
    registry.add(make_version(tmp_path, "v1"))
    better_figures(engine, registry, "v1")
    app = open_app("lead", view=model_only)
    app.text_input(key="why-v1").set_value("меньше ошибок")
    app.button(key="promote-v1").click().run()
    assert not app.exception
    assert registry.pointer().serving == "v1"
    assert registry.pointer().history[-1]["why"] == "меньше ошибок"
    app.button(key="roll-back").click().run()
    assert registry.pointer().serving == SHIPPED
    with database.reading(engine) as session:
        found = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "model")).all()
    assert [one.action for one in found] == ["model.promoted", "model.rolled_back"]


def test_a_lead_cannot_force_a_version_that_was_not_compared(
    open_app: OpenApp, registry: Registry, tmp_path: Path
) -> None:
    registry.add(make_version(tmp_path, "v1"))
    app = open_app("lead", view=model_only)
    assert "promote-v1" not in {button.key for button in app.button}
    assert "ещё не сравнивали" in shown(app)
    app = open_app("admin", view=model_only)
    app.button(key="promote-v1").click().run()
    assert "нужна причина" in shown(app)
    assert registry.pointer() == Pointer()


def test_a_damaged_version_is_named_and_cannot_be_chosen(
    open_app: OpenApp, registry: Registry, tmp_path: Path
) -> None:
    registry.add(make_version(tmp_path, "v1"))
    (registry.place("v1") / "model.npz").write_bytes(b"not a model")
    app = open_app("admin", view=model_only)
    assert "Работать не может" in shown(app)
    assert "promote-v1" not in {button.key for button in app.button}


def test_a_correction_against_the_guide_is_said_at_once(open_app: OpenApp, engine: Engine) -> None:
    with database.session(engine) as session:
        person = find_person(session, "operator")
        assert person is not None
        for field, value in (("stance", "critic"), ("abuse", "insult")):
            labelling.label(
                session,
                person=person,
                mention_id=1,
                mention_version=1,
                field=field,
                value=value,
                at=now(),
            )
    app = open_app("operator", mention=1)
    assert "не сочетается" in shown(app)
    app.button(key="confirm-1").click().run()
    assert not app.exception
    with database.reading(engine) as session:
        found = session.exec(select(Label).where(Label.mention_id == 1)).all()
    assert {one.field for one in found} == {"stance", "abuse", "claim", "topic", "urgency"}
    assert "confirm-1" not in {button.key for button in app.button}


@pytest.mark.parametrize(
    "line",
    [
        "too few frozen labels: 3 of at least 50",
        "stance kappa falls: 0.700 → 0.600",
        "critics_filed_as_hater is worse: 0.0% → 2.5%",
        "urgency_3_recall may be worse by 7.0%, 5% is the budget",
        "critics_filed_as_other: 31 critics prove at most 11.0%, not the 3%",
        "urgency_3_recall: no label of urgency 3",
        "nothing is better than with the serving model",
        "it was never compared with the serving model",
        "the model or the labels have changed since it was compared",
    ],
)
def test_every_objection_is_said_in_russian(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import i18n

    monkeypatch.setattr(i18n, "current_language", lambda: "ru")
    assert model_room.said(line) != line
    assert "{" not in model_room.said(line)


@pytest.mark.needs_chromium
def test_the_page_looks_as_it_should(
    seeded_url: str, tmp_path: Path, open_desk: Opened, screenshots: Path, desk_engine: Engine
) -> None:
    seed_corrections(desk_engine)
    registry = Registry(tmp_path / "models")
    for name in ("2026-11-20-1a2b3c4d", "2026-11-22-5e6f7a8b"):
        registry.add(make_version(tmp_path, name))
    with database.session(desk_engine) as session:
        admin = find_person(session, "admin")
        assert admin is not None
        promotion.promote(
            session,
            registry,
            person=admin,
            version="2026-11-20-1a2b3c4d",
            at=now(),
            brand_id=BRAND,
            reason="первая, обученная на наших оценках",
            is_forced=True,
        )
    better_figures(desk_engine, registry, "2026-11-22-5e6f7a8b")
    with DeskServer(seeded_url, models_dir=str(registry.folder)) as server:
        page = open_desk(server, "lead")
        page.goto(f"{server.url}/quality")
        page.get_by_text("Дорогие ошибки").wait_for()
        page.get_by_role("button", name="Включить").first.wait_for()
        page.screenshot(path=screenshots / "model.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440
        page.get_by_role("button", name="Включить").first.click()
        page.get_by_role("button", name="Да, включить").click()
        page.get_by_text("следующие комментарии оценит она").wait_for()
    assert registry.pointer().serving == "2026-11-22-5e6f7a8b"
