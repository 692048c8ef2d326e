"""Isso's admin interface: the only way to change a comment later or from another process."""

from __future__ import annotations

import html
import re

from collectors._http import HttpClient
from otklik.errors import AccessDenied, Rejected


class Admin:
    """Acts on our own comments only.

    Args:
        http: client of the source.
        password: of `[admin]`; empty when not configured.
        email: our address; a comment with another one is never touched.
    """

    def __init__(self, http: HttpClient, password: str, email: str) -> None:
        self._http, self._password, self._email = http, password, email

    def log_in(self) -> None:
        """Get the session cookie.

        Raises:
            AccessDenied: no password, a wrong one, or the interface is switched off.
        """
        if not self._password:
            raise self._http.error(AccessDenied, "admin_password is not configured")
        self._http.forget_cookies()
        form = {"password": self._password}
        answer = self._http.send("POST", "/login/", form=form, accept=(302, 303))
        if answer.status == 200:
            raise self._http.error(AccessDenied, "the admin password is wrong, or admin is off")

    def edit(self, number: int, text: str) -> bool:
        """Change the text; False when the comment no longer exists."""
        return self._act(number, "edit", {"text": text})

    def delete(self, number: int) -> bool:
        """Delete; False when there was nothing to delete."""
        return self._act(number, "delete")

    def activate(self, number: int) -> bool:
        """Publish out of the moderation queue."""
        return self._act(number, "activate")

    def publish_ours(self) -> int:
        """Publish what of ours waits among the newest hundred of the queue; how many."""
        self.log_in()
        params = {"mode": "2", "order_by": "id", "asc": "0"}
        page = self._http.get("/admin/", params, as_json=False).text
        emails = re.findall(r'id="isso-email-(\d+)">([^<]*)</span>', page)
        ours = [number for number, email in emails if self._is_ours(email)]
        for number in ours:
            key = re.search(rf"validate_com\({number}, '([\w.-]+)'", page)
            if key is not None:
                self._http.send("POST", f"/id/{number}/activate/{key[1]}", accept=(404,))
        return len(ours)

    def _act(self, number: int, action: str, payload: dict[str, str] | None = None) -> bool:
        key = self._key(number)
        if key is None:
            return False
        path = f"/id/{number}/{action}/{key}"
        answer = self._http.send("POST", path, payload=payload, accept=(404,))
        return answer.status != 404

    def _key(self, number: int) -> str | None:
        """Isso signs a key for each comment and shows it in the admin page only."""
        self.log_in()
        params = {"comment_search_url": f"http://site/#isso-{number}", "mode": "0"}
        page = self._http.get("/admin/", params, as_json=False).text
        key = re.search(rf"delete_com\({number}, '([\w.-]+)'", page)
        if key is None:
            return None
        email = re.search(rf'id="isso-email-{number}">([^<]*)</span>', page)
        if email is None or not self._is_ours(email[1]):
            raise self._http.error(Rejected, f"comment {number} is not ours")
        return key[1]

    def _is_ours(self, shown: str) -> bool:
        # Escaped once when stored and once more when shown.
        return bool(self._email) and html.unescape(html.unescape(shown)) == self._email
