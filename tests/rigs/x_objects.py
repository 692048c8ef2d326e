"""Posts and accounts of the stand-in for X, and how its answers show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH_MS = 1_288_834_974_657
OUR_ID, OUR_NAME = "700700", "romashka"
PROBLEMS = "https://api.x.com/2/problems"


@dataclass
class Version:
    """One wording of a post."""

    id: int
    text: str
    media: tuple[str, ...] = ()


@dataclass
class Written:
    """A post with its history."""

    author: str
    versions: list[Version]
    conversation: int = 0
    parent: int = 0
    quotes: int = 0
    prefix: str = ""
    is_hidden: bool = False
    kind: str = "replied_to"
    names: tuple[str, ...] = ()

    @property
    def last(self) -> Version:
        return self.versions[-1]


@dataclass
class Account:
    """Somebody on X."""

    id: str
    name: str
    username: str
    followers: int = 12
    created_at: str = "2015-03-01T10:00:00.000Z"


@dataclass
class Found:
    """Rows of an answer with what is missing."""

    rows: list[tuple[Written, Version]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    meta: dict[str, Any] | None = None


class Objects:
    """Shows posts with the fields and expansions that were asked for."""

    accounts: dict[str, Account]
    by_version: dict[int, Written]

    def row(self, number: int) -> tuple[Written, Version]:
        """A post and one wording of it."""
        post = self.by_version[number]
        return post, next(one for one in post.versions if one.id == number)

    def shown(self, found: Found, query: Mapping[str, str]) -> dict[str, Any]:
        fields = set(filter(None, query.get("post.fields", "").split(",")))
        expanded = set(filter(None, query.get("expansions", "").split(",")))
        body: dict[str, Any] = {}
        if found.rows:
            body["data"] = [self._object(*row, fields, expanded) for row in found.rows]
        includes: dict[str, Any] = {}
        if "author_id" in expanded and found.rows:
            names = dict.fromkeys(post.author for post, _ in found.rows)
            includes["users"] = [self.user(self.accounts[name], query) for name in names]
        if others := list(self._related(found, expanded)):
            includes["posts"] = [self._object(*row, fields, set()) for row in others]
        if includes:
            body["includes"] = includes
        if found.missing:
            body["errors"] = [missing(number, "ids") for number in found.missing]
        if found.meta is not None:
            body["meta"] = found.meta
        return body

    def _related(self, found: Found, expanded: set[str]) -> Iterator[tuple[Written, Version]]:
        numbers: list[int] = []
        for post, version in found.rows:
            if "referenced_posts" in expanded:
                numbers += [post.parent, post.quotes]
            if "edit_history_post_ids" in expanded:
                numbers += [one.id for one in post.versions if one.id != version.id]
        for number in dict.fromkeys(numbers):
            if number in self.by_version:
                yield self.row(number)

    def _object(
        self, post: Written, version: Version, fields: set[str], expanded: set[str]
    ) -> dict[str, Any]:
        said = post.prefix + version.text
        links = [f"https://t.co/m{version.id % 10_000}{n}" for n in range(len(version.media))]
        told = " ".join([_escaped(said), *links])
        shown: dict[str, Any] = {
            "id": str(version.id),
            "text": told,
            "edit_history_post_ids": [str(one.id) for one in post.versions],
        }
        if "created_at" in fields:
            shown["created_at"] = iso(version.id)
        if "conversation_id" in fields:
            shown["conversation_id"] = str(post.conversation)
        if "display_text_range" in fields:
            shown["display_text_range"] = [len(post.prefix), len(told)]
        if "entities" in fields and (named := self._entities(post, version, said, links)):
            shown["entities"] = named
        if "author_id" in expanded:
            shown["author_id"] = self.accounts[post.author].id
        if "referenced_posts" in expanded and (post.parent or post.quotes):
            pairs = ((post.kind, post.parent), ("quoted", post.quotes))
            shown["referenced_posts"] = [{"type": k, "id": str(n)} for k, n in pairs if n]
        return shown

    def _entities(
        self, post: Written, version: Version, said: str, links: Iterable[str]
    ) -> dict[str, Any]:
        named = [
            {
                "start": found.start(),
                "end": found.end(),
                "username": found[1],
                "id": self.accounts[found[1]].id,
            }
            for found in re.finditer(r"@([A-Za-z0-9_]+)", said)
            if found[1] in self.accounts
        ]
        urls = [
            {
                "start": len(said) + 1,
                "end": len(said) + 24,
                "url": link,
                "expanded_url": address,
                "display_url": "pic.x.com/1",
                "media_key": f"3_{n}",
            }
            for n, (link, address) in enumerate(zip(links, version.media, strict=True))
        ]
        if post.quotes:
            address = f"https://x.com/{OUR_NAME}/status/{post.quotes}"
            urls.append({"start": 0, "end": 23, "url": "https://t.co/q", "expanded_url": address})
        return {key: rows for key, rows in (("mentions", named), ("urls", urls)) if rows}

    def user(self, account: Account, query: Mapping[str, str]) -> dict[str, Any]:
        fields = query.get("user.fields", "").split(",")
        shown: dict[str, Any] = {
            "id": account.id,
            "name": account.name,
            "username": account.username,
        }
        if "created_at" in fields:
            shown["created_at"] = account.created_at
        if "public_metrics" in fields:
            shown["public_metrics"] = {
                "followers_count": account.followers,
                "following_count": 1,
                "post_count": 5,
                "listed_count": 0,
            }
        return shown


def milliseconds(value: str) -> int:
    if value.isdigit():
        return (int(value) >> 22) + EPOCH_MS
    return int(datetime.fromisoformat(value).timestamp() * 1000)


def floor_id(moment: str) -> int:
    return (milliseconds(moment) - EPOCH_MS) << 22


def iso(number: int) -> str:
    moment = datetime.fromtimestamp(((number >> 22) + EPOCH_MS) / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def problem(detail: str, status: int) -> dict[str, Any]:
    """X's usual error body, with what the contract's `Error` asks for."""
    about = {"title": "Error", "detail": detail, "type": "about:blank", "status": status}
    return {"code": status, "message": detail, **about}


def missing(value: str, parameter: str) -> dict[str, Any]:
    return {
        "type": f"{PROBLEMS}/resource-not-found",
        "title": "Not Found Error",
        "detail": f"Could not find what {parameter} {value} names.",
        "parameter": parameter,
        "resource_id": value,
        "resource_type": "tweet",
        "value": value,
    }
