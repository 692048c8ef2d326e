"""The reports page in Streamlit's runner: sections, rights, charts without foreign markup."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard.reports import charts
from dashboard.reports.figures import chart_label
from dashboard.views.reports import SECTIONS
from otklik import database
from otklik.clock import now
from otklik.enums import DeliveryState
from otklik.models import AuditEvent, DatedEvent, ReportSending
from tests.dashboard.conftest import OpenApp
from tests.dashboard.hostile import HOSTILE
from tests.dashboard.screen import shown


def reports_only() -> None:
    from dashboard.views import reports

    reports.draw()


def choose(app: AppTest, key: str, value: str) -> AppTest:
    control: Any
    (control,) = [one for one in app.get("button_group") if one.key == key]
    control.set_value(value)
    return app.run()


def go(app: AppTest, section: str) -> AppTest:
    return choose(app, "report-section", section)


def plots(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(one.proto.spec) for one in app.get("plotly_chart")]


def texts_of(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_of(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_of(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_section_draws_with_data_and_its_files(open_app: OpenApp, language: str) -> None:
    app = open_app("lead", view=reports_only, language=language)
    for section in SECTIONS:
        go(app, section)
        assert not app.exception, (section, app.exception)
        if section not in {"effect", "weekly"}:
            assert plots(app), section
            labels = {one.proto.label for one in app.get("download_button")}
            assert labels == {"CSV ↓", "XLSX ↓"}


def test_no_chart_holds_markup_of_anybody(open_app: OpenApp) -> None:
    app = open_app("lead", view=reports_only)
    for section in SECTIONS:
        for plot in plots(go(app, section)):
            words = [text for text in texts_of(plot) if not text.startswith(("rgba", "#"))]
            assert not any("<" in text or "&" in text for text in words if "%{" not in text)
    go(app, "people")
    assert any("Соколова" in text for plot in plots(app) for text in texts_of(plot))
    assert "&lt;b&gt;Соколова" in shown(app)


def test_only_leads_see_reports(open_app: OpenApp) -> None:
    app = open_app("operator", view=reports_only, language="en")
    assert "for leads and administrators" in shown(app)
    assert not app.get("button_group")


def test_the_price_change_shows_as_a_reason_that_grows(open_app: OpenApp) -> None:
    app = open_app("lead", view=reports_only)
    page = shown(go(app, "reasons"))
    grown = [row for row in page.split("<tr>") if "ot-more-up" in row]
    assert any("цены и деньги" in row for row in grown)
    page = shown(go(app, "events"))
    assert "ot-verdict" in page
    assert "Цены на улун" in page


def test_filters_narrow_what_is_counted(open_app: OpenApp) -> None:
    app = open_app("lead", view=reports_only)
    (platforms,) = [one for one in app.multiselect if one.key == "report-platforms"]
    whole = shown(app)
    platforms.set_value(["wordpress"])
    app.run()
    assert not app.exception
    assert shown(app) != whole
    (topics,) = [one for one in app.multiselect if one.key == "report-topics"]
    topics.set_value([])
    app.run()
    choose(app, "report-length", "7")
    assert not app.exception


def test_a_lead_enters_an_event_and_takes_it_back(open_app: OpenApp, desk_engine: Engine) -> None:
    app = open_app("lead", view=reports_only)
    go(app, "events")
    app.text_input(key="event-name").set_value("Запуск матчи")
    app.date_input(key="event-days").set_value(
        ((now() - timedelta(days=5)).date(), (now() - timedelta(days=4)).date())
    )
    app.number_input(key="event-factor").set_value(1.5)
    (keep,) = [one for one in app.button if one.label == "Сохранить событие"]
    keep.click().run()
    assert not app.exception
    assert "Запуск матчи" in shown(app)
    with database.reading(desk_engine) as session:
        made = session.exec(select(DatedEvent).where(DatedEvent.name == "Запуск матчи")).one()
        assert made.factor == 1.5
    app.button(key=f"remove-event-{made.id}").click().run()
    assert "Запуск матчи" not in shown(app).replace("Событие", "")
    with database.reading(desk_engine) as session:
        actions = session.exec(
            select(AuditEvent.action).where(AuditEvent.subject_kind == "event")
        ).all()
    assert list(actions) == ["event.added", "event.removed"]


def test_an_event_without_a_day_is_refused_in_words(open_app: OpenApp) -> None:
    app = open_app("lead", view=reports_only)
    go(app, "events")
    app.text_input(key="event-name").set_value("Без дня")
    (keep,) = [one for one in app.button if one.label == "Сохранить событие"]
    keep.click().run()
    assert "выберите день" in shown(app)


def test_a_weekly_report_that_failed_is_seen(open_app: OpenApp, desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        session.merge(
            ReportSending(
                brand_id="default",
                week="2026-W40",
                state=DeliveryState.PENDING,
                attempts=2,
                next_attempt_at=now(),
                where_to="a@b.example",
                error="mail: no answer <b>(timeout)</b>",
            )
        )
    page = shown(go(open_app("lead", view=reports_only), "weekly"))
    assert "mail: no answer &lt;b&gt;" in page


@pytest.mark.parametrize("section", list(SECTIONS))
def test_a_section_asks_a_few_queries_only(
    open_app: OpenApp, desk_engine: Engine, section: str
) -> None:
    import streamlit as st

    app = open_app("lead", view=reports_only)
    st.cache_data.clear()
    asked: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(desk_engine, "before_cursor_execute", note)
    go(app, section)
    event.remove(desk_engine, "before_cursor_execute", note)
    assert 0 < len([one for one in asked if one.lstrip().startswith(("SELECT", "WITH"))]) <= 20


@pytest.mark.parametrize("text", [*HOSTILE, "a<b>c", "&lt;b&gt;", "$\\frac{1}{2}$", "%{y}"])
def test_a_label_holds_nothing_a_chart_would_read(text: str) -> None:
    label = chart_label(text)
    assert not set(label) & set("<>&${}\n\r\t\x00\u202e\u200b")
    assert len(label) <= 48


def test_a_label_of_plain_words_stays_as_it_is() -> None:
    assert chart_label("доставка и самовывоз: 25 %") == "доставка и самовывоз: 25 %"
    assert chart_label("я" * 100).endswith("…")


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", ["#f4f6f8", "#11161d"])
def test_series_stand_out_on_both_grounds(ground: str) -> None:
    for colour in (*charts.PALETTE, charts.GREY):
        light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, colour
