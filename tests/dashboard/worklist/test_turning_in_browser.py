"""The numbers of pages under a list, in Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.servers.desk import ROOT
from tests.servers.ports import free_port, wait_until

pytestmark = pytest.mark.needs_chromium
PATIENCE = 60_000  # milliseconds; the machine may be busy
NUMBERS = """
import streamlit as st
from dashboard.worklist import turning
for count in (3, 30):
    with st.container(key=f"ot-turn-{count}", horizontal=True):
        turning.pages(count, f"page-{count}")
        st.markdown("61-90 of 300 · renewed at 12:00:00")
"""


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[str]:
    """Two lists of pages in Streamlit alone; its address."""
    script, port = tmp_path / "numbers.py", free_port()
    script.write_text(NUMBERS)
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    where = [f"--server.port={port}", "--server.address=127.0.0.1"]
    more = ["--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([*command, *where, *more], cwd=ROOT, env=env)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: _answers(url), seconds=60, what="Streamlit alone", log=str)
    yield url
    running.terminate()
    running.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_no_number_is_left_out_between_two_others(numbers: str, context: BrowserContext) -> None:
    page = context.new_page()
    for width in (1440, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        page.goto(numbers)
        for count, said in ((3, ["1", "2", "3"]), (30, ["1", "2", "3", "4", "5", "30"])):
            row = page.locator(f".st-key-ot-turn-{count}")
            expect(row.get_by_role("button", name="Page 3", exact=True)).to_be_visible(
                timeout=PATIENCE
            )
            found = [one.strip() for one in row.get_by_role("button").all_inner_texts()]
            assert [one for one in found if one.isdecimal()] == said, (width, found)
