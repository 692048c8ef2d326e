"""The system page: state, alerts sent again, the audit log, its chain."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from dashboard.system import audit_log
from dashboard.system.reading import Sought
from otklik import audit, database
from otklik.audit import Event
from otklik.clock import now
from otklik.enums import DeliveryState
from otklik.models import AlertDelivery, AuditEvent
from otklik.store import audit as audit_rows
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown, system_only
from tests.dashboard.seed_sources import seed_sources

MOST_QUERIES = 22
FORMULA = '=HYPERLINK("http://evil.example";"x")'


def record(engine: Engine, *events: Event) -> None:
    with database.session(engine) as session:
        audit.record_all(session, list(events))


def search(app: AppTest, **wanted: str) -> str:
    for name, value in wanted.items():
        if name in ("actor", "action"):
            app.selectbox(key=f"audit-{name}").set_value(value)
        else:
            app.text_input(key=f"audit-{name}").set_value(value)
    next(one for one in app.button if one.label == "Search").click().run()
    assert not app.exception
    return shown(app)


def test_all_of_the_page_takes_few_queries(open_app: OpenApp, desk_engine: Engine) -> None:
    seed_sources(desk_engine)
    app = open_app("admin", view=system_only)
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(desk_engine, "before_cursor_execute", note)
    app.run()
    selects = [one for one in asked if one.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(selects) <= MOST_QUERIES, "\n".join(selects)


def test_an_operator_sees_no_log(open_app: OpenApp) -> None:
    app = open_app("operator", view=system_only, language="en")
    assert "for leads and administrators" in shown(app)
    assert "audit-words" not in {str(one.key) for one in app.text_input}


def test_the_log_is_searched_by_person_action_subject_and_words(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    at = now()
    record(
        desk_engine,
        Event(at, "machine", "step.failed", ("source", 41), {"error": "иголка <b>в</b> стоге"}),
        Event(at, "cli", "source.paused", ("source", 41), {"reason": "ремонт"}),
    )
    app = open_app("lead", view=system_only, language="en")
    assert "иголка &lt;b&gt;в&lt;/b&gt; стоге" in shown(app)
    assert "ремонт" not in search(app, words="ИГОЛКА")
    found = search(app, words="", action="source.")
    assert "ремонт" in found
    assert "иголка" not in found
    assert "the command line" in found
    assert "Nothing fits" in search(app, action="source.", subject="source:42")


def test_the_log_is_turned_page_by_page(open_app: OpenApp, desk_engine: Engine) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    record(
        desk_engine,
        *(
            Event(at + timedelta(seconds=n), "cli", "source.added", ("source", n), {"n": f"n-{n}-"})
            for n in range(120)
        ),
    )
    app = open_app("lead", view=system_only, language="en")
    first = search(app, action="source.added")
    assert "n-119-" in first
    assert "n-60-" not in first
    app.button(key="audit-older").click().run()
    assert "n-60-" in shown(app)
    assert "n-119-" not in shown(app)
    app.button(key="audit-older").click().run()
    assert "n-0-" in shown(app)
    assert "audit-older" not in {str(one.key) for one in app.button}
    app.button(key="audit-newest").click().run()
    assert "n-119-" in shown(app)


def test_the_export_holds_what_fits_and_no_formula(
    open_app: OpenApp, desk_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "current_language", lambda: "en")
    record(
        desk_engine,
        Event(now(), "cli", "source.paused", ("source", FORMULA[:60]), {"reason": FORMULA}),
        Event(now(), "cli", "source.resumed", ("source", 1), {}),
    )
    open_app("admin")
    sought = Sought(action="source.paused")
    body, count = audit_log.csv_of(sought, {"cli": FORMULA})
    assert count == 1
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0][:3] == ["number", "at", "actor"]
    assert len(rows) == 2
    assert not [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@"))]
    assert "evil.example" in rows[1][7]
    with database.session(desk_engine) as session:
        many = [Event(now(), "cli", "source.paused", ("source", n), {}) for n in range(2_100)]
        audit.record_all(session, many)
    assert audit_log.csv_of(sought, {})[1] == 2_101
    assert audit_log.csv_of(sought, {}, most=50)[1] == 50


def test_the_range_verified_is_told_and_the_broken_link_named(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("lead", view=system_only, language="en")
    app.button(key="verify").click().run()
    with database.reading(desk_engine) as session:
        last = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert last is not None
    assert f"from № 1 to № {last.id}" in shown(app)
    assert "unbroken" in shown(app)
    with desk_engine.begin() as connection:
        names = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%audit%'")
        ).all()
        for (name,) in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit_event SET actor = 'person:99' WHERE id = 3"))
    app.button(key="verify-latest").click().run()
    assert "broken at event № 3" in shown(app)
    assert "its fields were changed" in shown(app)
    assert "2 events before it are whole" in shown(app)


def test_an_alert_that_failed_is_sent_again_by_a_lead_only(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        waiting = session.exec(
            select(AlertDelivery).where(AlertDelivery.state == DeliveryState.PENDING)
        ).first()
        assert waiting is not None
        waiting.state, waiting.error, waiting.attempts = DeliveryState.FAILED, "<i>no</i>", 8
        number = waiting.id
    keys = {str(one.key) for one in open_app("operator", view=system_only).button}
    assert f"again-{number}" not in keys
    app = open_app("lead", view=system_only, language="en")
    assert "&lt;i&gt;no&lt;/i&gt;" in shown(app)
    app.button(key=f"again-{number}").click().run()
    with database.reading(desk_engine) as session:
        again = session.get_one(AlertDelivery, number)
        assert (again.state, again.attempts) == (DeliveryState.PENDING, 0)


def test_a_source_nobody_reads_is_said_to_wait_for_the_scheduler(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    made = seed_sources(desk_engine)
    assert made
    with desk_engine.begin() as connection:
        late = (now() - timedelta(minutes=9)).replace(tzinfo=None).isoformat(" ")
        connection.execute(text("UPDATE source SET next_due_at = :late"), {"late": late})
    assert "is the scheduler running?" in shown(open_app("lead", view=system_only, language="en"))


def test_a_search_for_an_absent_word_says_how_far_it_looked(
    open_app: OpenApp, desk_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_rows, "LOOKED_THROUGH", 20)
    monkeypatch.setattr(audit_rows, "_READ_AT_ONCE", 10)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    record(
        desk_engine,
        *(
            Event(at + timedelta(seconds=n), "cli", "source.added", ("source", n), {"n": n})
            for n in range(50)
        ),
    )
    app = open_app("lead", view=system_only, language="en")
    said = re.search(r"down to event № (\d+);", search(app, words="zebra"))
    assert said is not None
    app.button(key="audit-older").click().run()
    further = re.search(r"down to event № (\d+);", shown(app))
    assert further is not None
    assert int(said[1]) - int(further[1]) == 20
