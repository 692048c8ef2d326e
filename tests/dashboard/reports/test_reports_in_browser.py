"""Reports in a real Chromium: a period, charts, a file that opens, nothing that runs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Opened
from tests.servers.browser import wait_until_drawn
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium


def section(page: Page, name: str) -> None:
    page.locator(".st-key-report-section").get_by_role("radio", name=name, exact=True).click()


def saved(page: Page, label: str, key: str) -> bytes:
    with page.expect_download(timeout=90_000) as caught:
        page.locator(f".st-key-ot-files-{key}").get_by_role("button", name=label).click()
    return Path(caught.value.path()).read_bytes()


def test_a_lead_chooses_a_period_sees_charts_and_takes_the_tables_away(
    busy_desk: DeskServer, open_desk: Opened, screenshots: Path
) -> None:
    page = open_desk(busy_desk, "lead")
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(f"{busy_desk.url}/reports")
    chart = page.locator(".js-plotly-plot")
    expect(chart.first).to_be_visible(timeout=60_000)
    before = page.locator(".ot-tile b").first.inner_text()
    page.get_by_role("radio", name="7 дней").click()
    expect(page.locator(".ot-tile b").first).not_to_have_text(before, timeout=60_000)
    wait_until_drawn(page)
    rows = list(
        csv.reader(
            io.StringIO(saved(page, "CSV", "volume-stance").decode("utf-8-sig")), delimiter=";"
        )
    )
    assert rows[0][0] == "день"
    assert len(rows) == 1 + 7
    section(page, "Люди")
    expect(page.locator(".ot-report-table", has_text="Соколова")).to_be_visible(timeout=60_000)
    expect(chart.filter(has_text="Соколова")).to_be_visible(timeout=60_000)
    book = load_workbook(io.BytesIO(saved(page, "XLSX", "exposure")))
    cells = [cell for row in book.worksheets[0].rows for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any("<b>Соколова</b>" in str(cell.value) for cell in cells)
    section(page, "События")
    expect(page.locator(".ot-verdict")).to_be_visible(timeout=60_000)
    expect(chart.filter(has_text="Цены на улун")).to_be_visible(timeout=60_000)
    assert page.locator(".js-plotly-plot a, .js-plotly-plot b, .js-plotly-plot img").count() == 0
    page.screenshot(path=screenshots / "desk-reports-events-ru.png")
    section(page, "Недельный отчёт")
    with page.expect_download(timeout=90_000) as caught:
        page.get_by_role("button", name="Сохранить страницу").click()
    weekly = Path(caught.value.path()).read_text(encoding="utf-8")
    assert "Что решить" in weekly
    assert page.locator(".modebar").count() == 0
    own = (busy_desk.url, busy_desk.url.replace("http", "ws", 1), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert dialogs == []
