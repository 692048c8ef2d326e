"""Stand-ins without a memory: VK, X and a shop whose items are made by formula.

``python -m tests.bench.endless ITEMS`` prints its port and answers until its input ends. The
rigs of the contract tests hold every call against a schema, which would be what is measured.
"""

from __future__ import annotations

import html
import json
import re
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

THREAD = 1000  # VK comments under one post
REVIEWS_PAGE = 50
NEWEST = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
TEXT = "Заказ {n} пришёл на три дня позже, в поддержке молчат. Когда вернёте деньги за доставку?"
_CALL = re.compile(r"API\.([\w.]+)\(")


class Endless:
    """`items` things on each platform, spread over the last day.

    Args:
        items: how many there are.
    """

    def __init__(self, items: int) -> None:
        self.items = items

    def moment(self, number: int) -> datetime:
        """Of item `number`, the last being the newest."""
        return NEWEST - timedelta(seconds=(self.items - number) * 80_000 / self.items)

    # ---- VK --------------------------------------------------------------------------------

    def vk(self, method: str, params: dict[str, Any]) -> Any:
        """One call of VK's API, `execute` included."""
        if method == "execute":
            code, found, start = params["code"], [], 0
            while match := _CALL.search(code, start):
                given, start = json.JSONDecoder().raw_decode(code, match.end())
                found.append(self.vk(match[1], given))
            return found
        if method == "wall.get":
            return self._posts(int(params.get("offset", 0)), int(params["count"]))
        if method == "wall.getComments":
            return self._comments(int(params["post_id"]), int(params.get("offset", 0)))
        if method == "users.get":
            return [{"id": 77, "first_name": "Мария", "last_name": "Админ"}]
        return {"count": 0, "items": [], "groups": [], "profiles": []}

    def _posts(self, offset: int, count: int) -> dict[str, Any]:
        total = -(-self.items // THREAD)
        numbers = [n for n in range(total - offset, total - offset - count, -1) if n > 0]
        items = [
            {
                "id": n,
                "owner_id": -1,
                "from_id": -1,
                "date": int(self.moment((n - 1) * THREAD).timestamp()),
                "text": f"Новость {n}",
                "comments": {"count": min(THREAD, self.items - (n - 1) * THREAD), "can_post": 1},
                "post_type": "post",
            }
            for n in numbers
        ]
        return {"count": total, "items": items, "profiles": [], "groups": []}

    def _comments(self, post: int, offset: int) -> dict[str, Any]:
        first = (post - 1) * THREAD
        total = min(THREAD, self.items - first)
        numbers = range(first + offset + 1, first + min(total, offset + 100) + 1)
        items: list[dict[str, Any]] = [
            {
                "id": n,
                "from_id": 1000 + n % 500,
                "date": int(self.moment(n).timestamp()),
                "text": TEXT.format(n=n),
                "post_id": post,
                "owner_id": -1,
                "parents_stack": [],
                "thread": {"count": 0, "items": []},
            }
            for n in numbers
        ]
        people = [
            {"id": 1000 + n, "first_name": "Гость", "last_name": str(n)}
            for n in sorted({item["from_id"] - 1000 for item in items})
        ]
        return {
            "count": total,
            "current_level_count": total,
            "items": items,
            "profiles": people,
            "groups": [],
        }

    # ---- X ---------------------------------------------------------------------------------

    def x(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """A page of mentions, newest first; nothing anywhere else."""
        if not path.endswith("/mentions"):
            return {"meta": {"result_count": 0}}
        top = int(query.get("pagination_token", f"t{self.items}").removeprefix("t"))
        floor = int(query.get("since_id", _x_id(self.moment(0), 0)))
        numbers = list(range(top, max(0, top - int(query["max_results"])), -1))
        numbers = [n for n in numbers if _x_id(self.moment(n), n) > floor]
        meta: dict[str, Any] = {"result_count": len(numbers)}
        if not numbers:
            return {"meta": meta}
        meta["newest_id"], meta["oldest_id"] = (
            str(_x_id(self.moment(n), n)) for n in (numbers[0], numbers[-1])
        )
        if numbers[-1] > 1:
            meta["next_token"] = f"t{numbers[-1] - 1}"
        users = sorted({1000 + n % 500 for n in numbers})
        return {
            "data": [self._post(n) for n in numbers],
            "includes": {"users": [_x_user(number) for number in users]},
            "meta": meta,
        }

    def _post(self, n: int) -> dict[str, Any]:
        number = str(_x_id(self.moment(n), n))
        return {
            "id": number,
            "text": f"@romashka {TEXT.format(n=n)}",
            "author_id": str(1000 + n % 500),
            "created_at": self.moment(n).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "conversation_id": number,
            "edit_history_tweet_ids": [number],
            "edit_history_post_ids": [number],
            "entities": {
                "mentions": [{"start": 0, "end": 9, "username": "romashka", "id": "700700"}]
            },
        }

    # ---- a shop ----------------------------------------------------------------------------

    def shop(self, page: int) -> str:
        """A product's page with its reviews as JSON-LD, newest first."""
        top = self.items - (page - 1) * REVIEWS_PAGE
        numbers = range(top, max(0, top - REVIEWS_PAGE), -1)
        product = {
            "@context": "https://schema.org",
            "@type": "Product",
            "@id": "#kettle",
            "name": "Чайник",
            "review": [
                {
                    "@type": "Review",
                    "@id": f"#review-{n}",
                    "author": {"@type": "Person", "name": f"Гость {n % 500}"},
                    "datePublished": self.moment(n).isoformat(),
                    "reviewRating": {"@type": "Rating", "ratingValue": n % 5 + 1, "bestRating": 5},
                    "reviewBody": TEXT.format(n=n),
                }
                for n in numbers
            ],
        }
        following = f'<a rel="next" href="?page={page + 1}">→</a>' if numbers and top > 50 else ""
        shown = html.escape(json.dumps(product, ensure_ascii=False), quote=False)
        return (
            '<!doctype html><meta charset="utf-8"><title>Чайник</title>'
            f'<script type="application/ld+json">{shown}</script>{following}'
        )


def _x_id(at: datetime, n: int) -> int:
    return ((int(at.timestamp() * 1000) - 1_288_834_974_657) << 22) + n % (1 << 22)


def _x_user(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "name": f"Гость {number}",
        "username": f"guest{number}",
        "created_at": "2015-03-01T10:00:00.000Z",
        "public_metrics": {"followers_count": number, "following_count": 1, "tweet_count": 5},
    }


def handler_of(world: Endless) -> type[BaseHTTPRequestHandler]:
    """Routes by path: /method/… is VK, /2/… is X, the rest is the shop."""

    class Handler(BaseHTTPRequestHandler):
        """One call."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            kind = "application/json"
            if parts.path.startswith("/method/"):
                form = {key: values[-1] for key, values in parse_qs(body).items()}
                method = parts.path.removeprefix("/method/")
                text = json.dumps({"response": world.vk(method, form)}, ensure_ascii=False)
            elif parts.path.startswith("/2/"):
                text = json.dumps(world.x(parts.path, query), ensure_ascii=False)
            elif parts.path == "/robots.txt":
                text, kind = "User-agent: *\nAllow: /\n", "text/plain"
            else:
                text, kind = world.shop(int(query.get("page", 1))), "text/html; charset=utf-8"
            content = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Silence."""

    return Handler


def main() -> None:
    """Serve until the input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(Endless(int(sys.argv[1]))))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)  # noqa: T201
    sys.stdin.read()


if __name__ == "__main__":
    main()
