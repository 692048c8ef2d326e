"""Reads and changes comments of one site over its REST API."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from collectors._http import HttpClient, Params
from collectors.wordpress.wire import FIELDS, VISIBLE, Place, Row, Thread, read_place, read_rows
from otklik.errors import Gone, Transient

PER_PAGE = 100  # the API's own bound
Seen = dict[str, Any]


class Site:
    """One WordPress site.

    Args:
        http: client of the source, with our account where there is one.
        host: what ids begin with.
        rest_path: "/wp-json", or empty for `?rest_route=`.
        is_known: whether the client sends our account; it then sees what is held, and raw text.
    """

    def __init__(self, http: HttpClient, host: str, rest_path: str, *, is_known: bool) -> None:
        self._http, self._host, self._rest_path = http, host, rest_path
        self.is_known = is_known

    @cached_property
    def own_id(self) -> int:
        """Number of our user; 0 without an account."""
        if not self.is_known:
            return 0
        path, params = self.route("/users/me", {"_fields": "id"})
        data = self._http.get(path, params).data
        if not isinstance(data, dict) or not isinstance(data.get("id"), int):
            raise self._http.error(Transient, "users/me did not name our user")
        return int(data["id"])

    def list_comments(self, query: dict[str, Any]) -> tuple[list[Row], int, list[Any]]:
        """One page of comments, how many there are in all, and what was no comment."""
        asked = {**query, "_fields": FIELDS, "type": "comment"}
        if self.is_known:
            asked |= {"status": "all", "context": "edit"}
        path, params = self.route("/comments", asked)
        answer = self._http.get(path, params)
        total = str(answer.headers.get("x-wp-total", ""))
        if not isinstance(answer.data, list) or not total.isdecimal():
            raise self._http.error(Transient, "no list of comments in the answer")
        rows, bad = read_rows(answer.data, place=f"{self._host} comments")
        return rows, int(total), bad

    def read(self, post: str) -> Thread:
        """All comments of a post, and whether that is certainly all of them."""
        rows: dict[int, Row] = {}
        bad_rows = []
        totals: set[int] = set()
        offset = 0
        while True:
            query = {"post": post, "per_page": PER_PAGE, "offset": offset}
            found, total, bad = self.list_comments({**query, "orderby": "id", "order": "asc"})
            rows.update((row.id, row) for row in found)
            bad_rows += bad
            totals.add(total)
            offset += PER_PAGE
            if offset >= total or not (found or bad):
                break
        is_complete = totals == {len(rows)} and not bad_rows
        ordered = tuple(rows[number] for number in sorted(rows))
        return Thread(rows=ordered, bad_rows=tuple(bad_rows), is_complete=is_complete)

    def places(self, posts: list[tuple[str, Seen]]) -> dict[str, Place]:
        """Titles, addresses and whether comments are closed, a hundred posts a call."""
        by_route: dict[str, list[str]] = {}
        for post, seen in posts:
            if seen.get("route"):
                by_route.setdefault(seen["route"], []).append(post)
        found: dict[str, Place] = {}
        for route, numbers in by_route.items():
            for start in range(0, len(numbers), PER_PAGE):
                include = ",".join(numbers[start : start + PER_PAGE])
                asked = {"include": include, "per_page": PER_PAGE}
                asked["_fields"] = "id,link,title,comment_status"
                path, params = self.route(f"/{route}", asked)
                data = self._http.get(path, params).data
                items = data if isinstance(data, list) else []
                found |= {str(i["id"]): read_place(i) for i in items if isinstance(i, dict)}
        return found

    def find(self, number: int) -> Row | None:
        """One comment as it stands; None when it is gone or in the trash."""
        asked = {"_fields": FIELDS, "context": "edit" if self.is_known else "view"}
        path, params = self.route(f"/comments/{number}", asked)
        try:
            answer = self._http.get(path, params)
        except Gone:
            return None
        rows, _ = read_rows([answer.data], place=f"{self._host}/{number}")
        return rows[0] if rows and rows[0].status in VISIBLE else None

    def change(self, number: int, fields: dict[str, str]) -> None:
        """Change fields of a comment."""
        path, params = self.route(f"/comments/{number}")
        self._http.send("POST", path, params=params, payload=fields)

    def route(self, route: str, query: dict[str, Any] | None = None) -> tuple[str, Params]:
        """Path and query of a route, however the site writes its addresses."""
        values = {key: str(value) for key, value in (query or {}).items()}
        if self._rest_path:
            return f"{self._rest_path.rstrip('/')}/wp/v2{route}", values
        return "/", {"rest_route": f"/wp/v2{route}", **values}
