"""What Mastodon's documentation says of the calls and entities that the stand-in knows."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from tests.rigs.base import ContractViolation

PAGING = {"max_id", "since_id", "min_id", "limit"}
CALLS: dict[tuple[str, str], set[str]] = {
    ("GET", "/api/v1/accounts/verify_credentials"): set(),
    ("GET", "/api/v1/apps/verify_credentials"): set(),
    ("GET", "/api/v2/instance"): set(),
    ("GET", "/api/v1/notifications"): {*PAGING, "types[]", "exclude_types[]", "account_id"},
    ("GET", "/api/v1/timelines/tag/{}"): {
        *PAGING, "any[]", "all[]", "none[]", "local", "remote", "only_media",
    },
    ("GET", "/api/v1/statuses/{}"): set(),
    ("GET", "/api/v1/statuses/{}/context"): set(),
    ("POST", "/api/v1/statuses"): {
        "status", "in_reply_to_id", "sensitive", "spoiler_text", "visibility", "language",
    },
    ("PUT", "/api/v1/statuses/{}"): {"status", "spoiler_text", "sensitive", "language"},
    ("DELETE", "/api/v1/statuses/{}"): {"delete_media"},
    ("POST", "/api/v1/accounts/{}/block"): set(),
    ("POST", "/api/v1/accounts/{}/unblock"): set(),
    ("POST", "/api/v1/reports"): {
        "account_id", "status_ids[]", "comment", "forward", "category", "rule_ids[]",
    },
}  # fmt: skip
REQUIRED = {
    ("POST", "/api/v1/statuses"): {"status"},
    ("PUT", "/api/v1/statuses/{}"): {"status"},
    ("POST", "/api/v1/reports"): {"account_id"},
}
LARGEST = {"/api/v1/notifications": 80, "/api/v1/timelines/tag/{}": 40}
TEXT, MAYBE = (str,), (str, type(None))
ENTITIES: dict[str, dict[str, tuple[type, ...]]] = {
    "account": {
        "id": TEXT,
        "username": TEXT,
        "acct": TEXT,
        "display_name": TEXT,
        "created_at": TEXT,
        "url": TEXT,
        "followers_count": (int,),
        "bot": (bool,),
    },
    "status": {
        "id": TEXT,
        "uri": TEXT,
        "created_at": TEXT,
        "edited_at": MAYBE,
        "account": (dict,),
        "content": TEXT,
        "visibility": TEXT,
        "sensitive": (bool,),
        "spoiler_text": TEXT,
        "media_attachments": (list,),
        "mentions": (list,),
        "tags": (list,),
        "emojis": (list,),
        "reblogs_count": (int,),
        "favourites_count": (int,),
        "replies_count": (int,),
        "url": MAYBE,
        "in_reply_to_id": MAYBE,
        "in_reply_to_account_id": MAYBE,
        "reblog": (dict, type(None)),
    },
    "notification": {"id": TEXT, "type": TEXT, "created_at": TEXT, "account": (dict,)},
}


def pattern_of(path: str) -> tuple[str, str]:
    """The documented path, and what stands for its parameter."""
    path = path.rstrip("/")
    for _, known in CALLS:
        if path == known:
            return known, ""
    for _, known in CALLS:
        if "{}" in known and (found := re.fullmatch(known.replace("{}", "([^/]+)"), path)):
            return known, unquote(found[1])
    raise ContractViolation(f"unknown path {path}")


def check_call(method: str, pattern: str, pairs: list[tuple[str, str]]) -> None:
    known = CALLS.get((method, pattern))
    if known is None:
        raise ContractViolation(f"{pattern} takes no {method}")
    given = dict(pairs)
    if unknown := set(given) - known:
        raise ContractViolation(f"{method} {pattern}: unknown parameter {sorted(unknown)}")
    if missing := REQUIRED.get((method, pattern), set()) - set(given):
        raise ContractViolation(f"{method} {pattern}: {sorted(missing)} missing")
    for name in ("max_id", "since_id", "min_id", "limit", "in_reply_to_id"):
        if name in given and not given[name].isdigit():
            raise ContractViolation(f"{method} {pattern}: {name} is no number")
    if int(given.get("limit", 0)) > LARGEST.get(pattern, 80):
        raise ContractViolation(f"{method} {pattern}: limit is larger than documented")
    for name in ("local", "remote", "only_media", "sensitive", "forward", "delete_media"):
        if name in given and given[name] not in {"0", "1", "true", "false"}:
            raise ContractViolation(f"{method} {pattern}: {name} is no truth value")
    if given.get("visibility", "public") not in {"public", "unlisted", "private", "direct"}:
        raise ContractViolation(f"{method} {pattern}: unknown visibility")


def checked(name: str, shown: dict[str, Any]) -> dict[str, Any]:
    for key, kinds in ENTITIES[name].items():
        if not isinstance(shown.get(key, ...), kinds):
            raise ContractViolation(f"{name}: {key} is {shown.get(key, 'missing')!r}")
    return shown
