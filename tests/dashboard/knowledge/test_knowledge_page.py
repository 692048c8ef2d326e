"""The page of the knowledge: facts, gaps, powers, good decisions; few queries each."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard.knowledge import facts as facts_part
from dashboard.knowledge import reading
from dashboard.views.knowledge import PART
from otklik import database
from otklik.clock import now
from otklik.enums import DraftState, Role
from otklik.models import DraftRow, Person
from otklik.store import fact_uses
from responder import showcase
from responder.knowledge.file import shipped_knowledge
from responder.knowledge.searching import sync
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown
from tests.dashboard.seed import BRAND

PARTS = ("facts", "gaps", "powers", "showcase")


def knowledge_only() -> None:
    """The page, without navigation."""
    from dashboard.views import knowledge

    knowledge.draw()


def opened(open_app: OpenApp, part: str, language: str = "ru", login: str = "operator") -> AppTest:
    app = open_app(login, view=knowledge_only, language=language)
    if part != "facts":
        app.session_state[PART] = part
        app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_part_opens_in_both_languages_with_few_queries(
    desk_engine: Engine, open_app: OpenApp, language: str
) -> None:
    for part in PARTS:
        app = opened(open_app, part, language)
        asked: list[str] = []

        def count(*args: object, asked: list[str] = asked) -> None:
            asked.append(str(args[2]))

        event.listen(desk_engine, "before_cursor_execute", count)
        app.run()
        event.remove(desk_engine, "before_cursor_execute", count)
        assert len([one for one in asked if one.lstrip().startswith("SELECT")]) <= 8, part


def test_expired_facts_come_first_and_are_marked(open_app: OpenApp) -> None:
    at = now()
    known = shipped_knowledge().facts
    ends = [one.valid_until for one in facts_part.ordered(known, at) if one.valid_until]
    assert ends == sorted(ends)
    app = opened(open_app, "facts")
    app.selectbox(key=facts_part.KIND).set_value("late").run()
    late = [one for one in known if facts_part.state(one, at) in ("expired", "soon")]
    assert shown(app).count("ot-known-fact") == min(len(late), facts_part.SIZE)


def test_search_finds_a_fact_by_any_form_of_its_words(
    desk_engine: Engine, open_app: OpenApp
) -> None:
    facts = shipped_knowledge().facts
    with database.session(desk_engine) as session:
        sync(session, BRAND, facts, now())
    app = opened(open_app, "facts")
    app.text_input(key=facts_part.FIND).set_value("верните деньги").run()
    found = shown(app).count("ot-known-fact")
    assert 0 < found < len(facts)
    app.text_input(key=facts_part.FIND).set_value("ъъъ").run()
    assert "Такого факта нет" in shown(app)


def test_uses_count_drafts_and_replies_and_lead_to_cases(
    desk_engine: Engine, open_app: OpenApp
) -> None:
    with database.reading(desk_engine) as session:
        uses = fact_uses.count_uses(session, BRAND)
        rows = session.exec(select(DraftRow)).all()
    gone = (DraftState.SUPERSEDED, DraftState.REJECTED, DraftState.OFFERED)
    for fact_id, use in uses.items():
        citing = [
            row
            for row in rows
            if row.state not in gone and fact_id in {one["id"] for one in row.facts}
        ]
        assert use.drafts == len(citing)
        assert use.replies <= use.drafts
        assert set(use.mention_ids) <= {row.mention_id for row in citing}
    assert any(use.replies for use in uses.values())


def test_gaps_come_with_their_comments(open_app: OpenApp) -> None:
    gaps = reading.gaps(90, now()) if opened(open_app, "gaps") else []
    assert gaps
    app = opened(open_app, "gaps")
    said = shown(app)
    assert said.count("без факта") >= 1
    number = gaps[0].mention_ids[0]
    assert any(str(button.key).endswith(f"-{number}") for button in app.button)


def test_powers_say_who_may_give_how_much(open_app: OpenApp) -> None:
    said = shown(opened(open_app, "powers"))
    power = shipped_knowledge().powers[0]
    assert power.id in said
    assert "₽" in said
    assert "оператор" in said


def test_a_good_decision_is_shown_with_its_reason(desk_engine: Engine, open_app: OpenApp) -> None:
    with database.session(desk_engine) as session:
        person = session.exec(select(Person).where(Person.role == Role.LEAD)).one()
        draft = session.exec(select(DraftRow).where(DraftRow.state == DraftState.APPROVED)).first()
        assert draft is not None
        showcase.put(session, person=person, draft_id=draft.id or 0, why="Вернула больше", at=now())
    assert "Вернула больше" in shown(opened(open_app, "showcase"))
