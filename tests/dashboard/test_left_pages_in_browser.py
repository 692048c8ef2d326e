"""A part of the queue that asks once more after the queue was left, in a real Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from dashboard.left_pages import is_of_a_left_page
from dashboard.views import queue
from tests.dashboard.seed import PASSWORD
from tests.servers.browser import sign_in
from tests.servers.desk import DeskServer


class SlowLine:
    """The connection of a page; what its parts ask for by themselves comes once more, too late."""

    def __init__(self) -> None:
        self.asked: dict[str, bytes] = {}  # by the part that asked
        self.page = ""  # hash of the page that those parts stand on
        self.late = 0
        self.is_drawn = False  # is the page drawn during whose drawing they came?

    def route(self, socket: WebSocketRoute) -> None:
        """Between the browser and the desk: everything passes."""
        desk = socket.connect_to_server()

        def on_browser(message: str | bytes) -> None:
            said = BackMsg.FromString(_bytes(message)).rerun_script
            if said.is_auto_rerun:
                self.asked[said.fragment_id], self.page = _bytes(message), said.page_script_hash
            desk.send(message)

        def on_desk(message: str | bytes) -> None:
            socket.send(message)
            said = ForwardMsg.FromString(_bytes(message))
            if said.HasField("new_session") and self.is_leaving(said.new_session.page_script_hash):
                for one in self.asked.values():
                    desk.send(one)
                    self.late += 1
            if self.late and said.HasField("script_finished"):
                self.is_drawn |= said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

        socket.on_message(on_browser)
        desk.on_message(on_desk)

    def is_leaving(self, page: str) -> bool:
        """Has the desk just begun to draw another page?"""
        return bool(self.page) and not self.late and page != self.page


def _bytes(message: str | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.encode()


@pytest.mark.needs_chromium
def test_a_late_part_of_the_queue_does_not_wipe_the_case(
    quiet_desk: DeskServer, context: BrowserContext
) -> None:
    page, line = context.new_page(), SlowLine()
    page.route_web_socket(re.compile("_stcore/stream"), line.route)
    sign_in(page, quiet_desk.url, "approver", PASSWORD)
    page.wait_for_timeout((queue.REFRESH_SECONDS + 2) * 1000)  # all parts of the queue have asked
    page.click(".st-key-take button")
    box = page.locator(".st-key-ot-reply textarea")
    expect(box).to_be_visible()
    for _ in range(300):
        if line.is_drawn:
            break
        page.wait_for_timeout(200)
    assert line.is_drawn
    page.wait_for_timeout(3_000)  # a white page would stand by now
    expect(box).to_be_visible()


@pytest.mark.parametrize(
    ("parts", "page", "is_dropped"),
    [
        (["queue's list"], "queue", True),
        (["case's watch"], "case", False),
        ([], "queue", False),  # somebody goes back to the queue
        (["list"], "", False),  # nothing is known of its page
    ],
)
def test_only_parts_of_another_page_are_dropped(
    parts: list[str], page: str, *, is_dropped: bool
) -> None:
    asked = RerunData(fragment_id_queue=parts, page_script_hash=page)
    assert is_of_a_left_page(asked, "case") is is_dropped
