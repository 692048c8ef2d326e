"""Reads a page by a selector file."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from collectors._text import html_to_text, quote
from collectors.reviews.found import (
    Answer,
    Found,
    Moment,
    identity_digest,
    moment_of,
    number_in,
    numbered,
    plain,
    rating_of,
)
from collectors.reviews.selector_file import DatePick, Pick, RatingPick, ReviewPick, SelectorFile


class Unreadable(Exception):
    """The page is not what the selector file says it is (no JSON, no script)."""


@dataclass
class Picked:
    """What a page told.

    Attributes:
        is_empty: the page says that there are no reviews.
        next_url: of the next page, empty at the end.
        troubles: (reason, raw) of each item that cannot be read.
    """

    reviews: list[Found] = field(default_factory=list)
    items: int = 0
    title: str = ""
    total: int | None = None
    is_empty: bool = False
    next_url: str = ""
    links: list[tuple[str, int]] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)


class Picker:
    """Reads pages of one site.

    Args:
        file: the selectors.
        languages: of dates in words, in addition to those of the file.
    """

    def __init__(self, file: SelectorFile, languages: tuple[str, ...] = ()) -> None:
        self.file = file
        self._languages = (*file.languages, *languages)

    def asks_for_person(self, page: Any) -> bool:
        """Whether a page is a captcha."""
        return not _is_json(page) and any(_matches(page, pick) for pick in self.file.captcha)

    def read(self, page: Any, url: str, *, now: datetime, is_followed: bool) -> Picked:
        """Reviews, links and the next page.

        Args:
            page: a `scrapy.Selector`.

        Raises:
            Unreadable: no JSON where the file expects it.
        """
        source = self._source(page)
        result = Picked(
            title=self._one(source, self.file.title),
            total=_count(source, self.file.total),
            is_empty=bool(self.file.empty and _matches(source, self.file.empty)),
        )
        if is_followed or self.file.items_on == "all":
            self._read_items(source, url, now, result)
        for number, follow in enumerate(self.file.follow):
            for link in _values(source, follow.links):
                result.links.append((urljoin(url, str(link)), number))
        result.next_url = self._next(source, url)
        return result

    def _source(self, page: Any) -> Any:
        if self.file.script is None:
            if (self.file.kind == "json") != _is_json(page):
                raise Unreadable(f"{self.file.kind} was expected")
            return page
        text = "" if _is_json(page) else self._one(page, self.file.script, raw=True)
        if not text:
            raise Unreadable("the script with the data is not on the page")
        try:
            json.loads(text)
        except ValueError as error:
            raise Unreadable(f"the script with the data is no JSON: {error}") from error
        return type(page)(text=text, type="json")

    def _read_items(self, source: Any, url: str, now: datetime, result: Picked) -> None:
        picks = self.file.review
        found = []
        items = _selected(source, picks.item)
        for item in items:
            review = self._review(item, picks, url, now, result.title)
            if review.is_empty:
                result.troubles.append(("nothing of a review in it", quote(item.get(), 800)))
            else:
                found.append(review)
        result.items = len(items)
        result.reviews = numbered(found)

    def _review(self, item: Any, picks: ReviewPick, url: str, now: datetime, title: str) -> Found:
        when = self._moment(item, picks.date, now)
        edited = self._moment(item, picks.edited, now)
        author, text = self._one(item, picks.author), self._one(item, picks.text)
        own_title = self._one(item, picks.title)
        link = self._one(item, picks.url)
        own_id = self._one(item, picks.id)
        scope = "/" if picks.id_scope == "host" else "#"
        rated = _rated(item, picks.rating)
        return Found(
            key=f"{scope}{own_id.lstrip('/#')}"
            if own_id
            else identity_digest(author, when, text or own_title),
            syntax="selectors",
            author=author,
            author_url=_absolute(url, self._one(item, picks.author_url)),
            at=when.at if when else None,
            edited_at=edited.at if edited and when and edited.at > when.at else None,
            is_day=bool(when and when.is_day),
            is_rough=bool(when and when.is_rough),
            rating=_rating(rated, picks.rating),
            rated=", ".join(str(value) for value in rated)[:60],
            title="" if own_title == text else own_title,
            text=text,
            pros=self._one(item, picks.pros),
            cons=self._one(item, picks.cons),
            url=_absolute(url, link),
            item=title,
            media=tuple(
                _absolute(url, str(value))
                for value in (_values(item, picks.media) if picks.media else [])
            ),
            answers=self._answers(item, picks, now),
        )

    def _answers(self, item: Any, picks: ReviewPick, now: datetime) -> tuple[Answer, ...]:
        if picks.answer is None:
            return ()
        text = self._one(item, picks.answer.text)
        if not text:
            return ()
        when = self._moment(item, picks.answer.date, now)
        author = self._one(item, picks.answer.author)
        return (Answer(text=text, author=author, at=when.at if when else None),)

    def _moment(self, item: Any, pick: DatePick | None, now: datetime) -> Moment | None:
        for value in _values(item, pick) if pick else []:
            read = moment_of(
                value, now=now, formats=pick.formats if pick else (), languages=self._languages
            )
            if read is not None:
                return read
        return None

    def _one(self, item: Any, pick: Pick | None, *, raw: bool = False) -> str:
        if pick is None:
            return ""
        values = [str(value) for value in _values(item, pick)]
        chosen = values if pick.all else values[:1]
        return "\n".join(value if raw else plain(value) for value in chosen).strip()

    def _next(self, source: Any, url: str) -> str:
        rule = self.file.next
        if rule is None:
            return ""
        if rule.link is not None:
            return _absolute(url, self._one(source, rule.link))
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        here = int(number_in(query.get(rule.param)) or rule.first)
        there = here + rule.step
        pages, total = _count(source, rule.pages), _count(source, rule.total)
        steps = math.ceil((total or 0) / rule.step) if pages is None else pages
        if (there - rule.first) // rule.step >= steps:
            return ""
        query[rule.param] = str(there)
        return urlunsplit(parts._replace(query=urlencode(query)))


def _is_json(page: Any) -> bool:
    return bool(page.type == "json")


def _selected(source: Any, pick: Pick) -> Any:
    if pick.css:
        return source.css(pick.css)
    return source.xpath(pick.xpath) if pick.xpath else source.jmespath(pick.json_path)


def _values(source: Any, pick: Pick) -> list[Any]:
    """What a pick finds, in order; elements as the words a reader sees, empty ones dropped."""
    if pick.const:
        found: list[Any] = [pick.const]
    else:
        found = [_value(selected) for selected in _selected(source, pick)]
    if pick.regex:
        matches = (re.search(pick.regex, str(value)) for value in found)
        found = [match[1] if match.re.groups else match[0] for match in matches if match]
    return [value for value in found if value not in (None, "")]


def _matches(source: Any, pick: Pick) -> int:
    """How often a pick matches; an element counts without a word in it."""
    is_element = (pick.css or pick.xpath) and not pick.regex
    return len(_selected(source, pick) if is_element else _values(source, pick))


def _value(selected: Any) -> Any:
    value = selected.get()
    if hasattr(selected.root, "tag"):
        return html_to_text(value)
    return value.strip() if isinstance(value, str) else value


def _count(source: Any, pick: Pick | None) -> int | None:
    found = None if pick is None else next(iter(_values(source, pick)), None)
    points = number_in(
        found if not isinstance(found, str) else re.sub(r"(?<=\d)\s(?=\d)", "", found)
    )
    return int(points) if points is not None and points >= 0 else None


def _rated(item: Any, pick: RatingPick | None) -> list[Any]:
    """What stands for the rating, as the site writes it."""
    if pick is None:
        return []
    if pick.count:
        count = _matches(item, pick)
        return [count] if count else []
    return _values(item, pick)


def _rating(values: list[Any], pick: RatingPick | None) -> float | None:
    if pick is None or not values:
        return None
    if pick.values:
        words = str(values[0]).split()
        points = next((pick.values[word] for word in words if word in pick.values), None)
        return rating_of(points, pick.best, pick.worst)
    return rating_of(values[0], pick.best, pick.worst)


def _absolute(url: str, link: str) -> str:
    joined = urljoin(url, link) if link else ""
    return joined if joined.startswith(("http://", "https://")) else ""
