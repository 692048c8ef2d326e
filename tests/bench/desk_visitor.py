"""A person at the desk without a browser: signs in, speaks Streamlit's protocol, presses."""

from __future__ import annotations

import http.client
import time
from threading import Event
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.dashboard.seed import PASSWORD
from tests.servers.desk import DeskServer

_ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


def cookie_of(desk: DeskServer, login: str) -> str:
    """The login cookie of somebody."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    connection.request(
        "POST",
        "/sign-in",
        urlencode({"login": login, "password": PASSWORD, "next": "/"}),
        {"Content-Type": "application/x-www-form-urlencoded", "Origin": desk.url},
    )
    found = connection.getresponse().getheader("set-cookie") or ""
    connection.close()
    if not found:
        raise RuntimeError(f"{login} was not let in")
    return found.split(";", 1)[0]


class Visitor:
    """One session of the desk over its websocket. `buttons` are those on the screen, by key."""

    def __init__(self, desk: DeskServer, login: str) -> None:
        self.login = login
        self.buttons: dict[str, str] = {}
        self.query, self.page = "", ""
        self._places: dict[str, str] = {}
        self._renewed: dict[str, float] = {}  # parts that are drawn anew: seconds between
        self._is_part = False
        self._socket: ClientConnection = connect(
            f"ws://{desk.host}/_stcore/stream",
            additional_headers={"Cookie": cookie_of(desk, login)},
            origin=Origin(desk.url),
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
        )

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def open(self) -> float:
        """Draw the page; seconds until its script had ended."""
        return self._run("")

    def visit(self, path: str) -> float:
        """Go to a page by the path it has in the bar; seconds until its script had ended."""
        self.query, self.page = "", self._places.get(path, "")
        return self._run("")

    def press(self, key: str) -> float:
        """Press the button of this key (or the first whose key begins so); seconds it took."""
        found = next((one for name, one in self.buttons.items() if name.startswith(key)), None)
        if found is None:
            raise LookupError(f"{self.login} sees no {key}: {sorted(self.buttons)[:40]}")
        return self._run(found)

    def think(self, seconds: float, over: Event) -> bool:
        """Look at the page for so long, which renews its parts meanwhile; is it over?"""
        ends, began = time.monotonic() + seconds, time.monotonic()
        due = {one: began + every for one, every in self._renewed.items()}
        while (left := ends - time.monotonic()) > 0:
            one, at = min(due.items(), key=lambda pair: pair[1], default=("", ends))
            if at >= ends:
                return over.wait(left)
            if over.wait(max(0.0, at - time.monotonic())):
                return True
            self._renew(one)
            if one not in self._renewed:  # the part has drawn the whole page anew
                due = {name: time.monotonic() + every for name, every in self._renewed.items()}
            else:
                due[one] = time.monotonic() + self._renewed[one]
        return over.is_set()

    def _renew(self, fragment: str) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self.page
        state.fragment_id, state.is_auto_rerun = fragment, True
        self._is_part = True
        self._socket.send(message.SerializeToString())
        self._listen(_ENDED)

    def _run(self, button: str) -> float:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self.page
        if button:
            widget = state.widget_states.widgets.add()
            widget.id, widget.trigger_value = button, True
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        self.buttons, self._renewed, self._is_part = {}, {}, False
        self._listen((ForwardMsg.FINISHED_SUCCESSFULLY,))
        return time.perf_counter() - began

    def _listen(self, ends: tuple[int, ...]) -> None:
        while True:
            said = ForwardMsg()
            said.ParseFromString(self._socket.recv(timeout=120, decode=False))
            self._take_in(said)
            if said.WhichOneof("type") == "script_finished" and said.script_finished in ends:
                return

    def _take_in(self, said: ForwardMsg) -> None:
        kind = said.WhichOneof("type")
        if kind == "delta" and said.delta.WhichOneof("type") == "new_element":
            element = said.delta.new_element
            if element.WhichOneof("type") == "button" and not element.button.disabled:
                self.buttons[element.button.id.split("-", 2)[-1]] = element.button.id
        elif kind == "page_info_changed":
            self.query = said.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._renewed[said.auto_rerun.fragment_id] = float(said.auto_rerun.interval)
        elif kind == "navigation":
            self.page = said.navigation.page_script_hash
            for one in said.navigation.app_pages:
                self._places["" if one.is_default else one.url_pathname] = one.page_script_hash
        elif kind == "new_session":
            self.page = said.new_session.page_script_hash
            if self._is_part:  # a second one would draw the whole page
                self._is_part = False
            else:
                self.buttons, self._renewed = {}, {}
