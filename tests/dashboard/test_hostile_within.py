"""Hostile words in what people of the house write: statements, promises, facts, views, reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import cycle

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from dashboard import data, plain
from dashboard.knowledge.facts import PAGE, SIZE
from otklik import audit, database
from otklik.clock import now
from otklik.enums import Language, StatementState
from otklik.models import (
    DecisionRow,
    FactRow,
    Incident,
    Mention,
    Person,
    Promise,
    SavedView,
    Statement,
)
from responder.knowledge.house import House, read_files
from responder.knowledge.values import Wording
from tests.dashboard.conftest import OpenApp
from tests.dashboard.hostile_many import MANY
from tests.dashboard.incidents.conftest import seed_incidents
from tests.dashboard.knowledge.test_knowledge_page import knowledge_only
from tests.dashboard.screen import case_only, queue_only, shown
from tests.dashboard.seed import BRAND
from tests.dashboard.test_plain import read

NEVER = {"script", "img", "iframe", "svg", "object", "embed", "video", "audio", "form", "base"}
PIECES = 40  # texts that stand together in one field


def incident_only() -> None:
    """The page of one incident, without navigation."""
    from dashboard.views import incident

    incident.draw()


def promises_only() -> None:
    """The ledger, without navigation."""
    from dashboard.views import promises

    promises.draw()


def chunks(length: int) -> list[str]:
    """The whole corpus, several texts to a field."""
    starts = range(0, len(MANY), PIECES)
    return ["\n".join(MANY[start : start + PIECES])[:length] for start in starts]


@pytest.fixture
def hostile_house(desk_engine: Engine) -> Engine:
    """A desk whose own people write what no stranger would."""
    number = seed_incidents(desk_engine)["fault"]
    with database.session(desk_engine) as db:
        who = db.exec(select(Person).where(Person.login == "operator")).one()
        db.add(_statement(number, who.id or 0))
        db.add_all(
            SavedView(
                brand_id=BRAND,
                owner_id=who.id or 0,
                name=text,
                is_shared=True,
                created_at=now(),
                changed_at=now(),
            )
            for text in dict.fromkeys(" ".join(one.split())[:80] for one in MANY)
        )
        _of_cases(db)
        incident = db.get_one(Incident, number)
        incident.explanation = MANY[0]
        db.add(incident)
    return desk_engine


def _statement(number: int, author: int) -> Statement:
    text = "\n".join(MANY)
    return Statement(
        brand_id=BRAND,
        incident_id=number,
        language=Language.RUSSIAN,
        state=StatementState.PROPOSED,
        text=text,
        text_digest=audit.digest(text),
        author_id=author,
        created_at=now(),
    )


def _of_cases(db: Session) -> None:
    why = iter(chunks(2_000))
    for decision in db.exec(select(DecisionRow).order_by(DecisionRow.id).limit(12)):  # type: ignore[arg-type]
        decision.why = next(why, MANY[0])
        db.add(decision)
    said = cycle(chunks(2_000))
    for fact in db.exec(select(FactRow)).all():
        says = {"ru": [next(said)], "en": [next(said)]}
        fact.value = {**fact.value, "owner": MANY[3][:60], "source": MANY[1], "says": says}
        db.add(fact)
    mention = db.exec(select(Mention)).first()
    assert mention is not None
    for place, text in enumerate(MANY):
        due = now() + timedelta(hours=place - 5)
        db.add(Promise(brand_id=BRAND, mention_id=mention.id or 0, text=text, note=text, due_at=due,
                       created_at=now()))  # fmt: skip


def hostile_knowledge() -> House:
    """What is shipped, its facts said in the words of the corpus; they are found as before."""
    house = read_files("shop")
    some = cycle(" ".join(MANY[start : start + 6]) for start in range(0, len(MANY), 6))
    facts = [
        (mark, fact.model_copy(update={
            "says": Wording(ru=(next(some),), en=(next(some),)), "owner": next(some),
            "source": next(some), "place": next(some),
        }))
        for mark, fact in house.contents.facts
    ]  # fmt: skip
    return replace(house, contents=replace(house.contents, facts=facts), use_meaning=False)


def test_what_the_facts_say_stays_words_on_their_page_and_where_they_are_cited(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = hostile_knowledge()
    monkeypatch.setattr(data, "house", lambda: house)
    seen = ""
    for number in range(1, -(-len(house.knowledge.facts) // SIZE) + 1):
        page = open_app("lead", view=knowledge_only)
        page.segmented_control(key=PAGE).set_value(number).run()
        assert faults(page) == []
        seen += read(shown(page)).text
    assert seen.count("alert") > 100
    case = open_app("approver", view=case_only, mention="1")
    assert [one.key for one in case.button if str(one.key).startswith("cite-")]
    assert faults(case) == []


def faults(app: AppTest) -> list[str]:
    """Markup that somebody's words have become, in what we draw and in labels."""
    assert not app.exception
    found = read(shown(app))
    bad = sorted(found.tags & NEVER)
    bad += sorted(one for one in found.attributes if one.startswith("on") or one == "srcset")
    return bad


def test_what_the_house_writes_stays_words_in_every_view(
    hostile_house: Engine, open_app: OpenApp
) -> None:
    app = open_app("lead", view=queue_only)
    with database.reading(hostile_house) as db:
        names = {f"view-open-{one.id}": one.name for one in db.exec(select(SavedView))}
    labels = {str(one.key): one.label for one in app.button if str(one.key) in names}
    assert len(labels) > 300
    assert labels == {key: plain.label(names[key]) for key in labels}
    assert faults(app) == []
    for view, query in (
        (promises_only, {}),
        (incident_only, {"id": "1"}),
        *((case_only, {"mention": str(number)}) for number in (1, 2, 3)),
    ):
        found = open_app("lead", view=view, **query)
        assert faults(found) == []
        assert "alert" in read(shown(found)).text or view is case_only
