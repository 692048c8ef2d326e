"""From what the child sends to mentions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from collectors._text import bounded_id, clean, clean_name, clean_original
from collectors.reviews.found import Answer, Found, digest_of, mark_of
from collectors.reviews.schema_org import is_nameless
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread

OFFICIAL = "Представитель компании"
MAX_MEDIA = 30


class Mentions:
    """Makes mentions of one source.

    Args:
        host: the name ids are kept under in place of `home`.
        home: host (and port) of `base_url`.
        own_names: names under which the company writes, in any case.
    """

    def __init__(self, host: str, home: str, own_names: tuple[str, ...]) -> None:
        self._host, self._home = host, home
        self._own = {name.casefold() for name in own_names}

    def host_of(self, url: str) -> str:
        """The name under which ids of a page are kept."""
        netloc = urlsplit(url).netloc.rpartition("@")[2].lower()
        return self._host if self._host and netloc == self._home else netloc

    def thread_id(self, url: str) -> str:
        """Identity of a thread: host, path and query."""
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return bounded_id(f"{self.host_of(url)}{parts.path or '/'}{query}")

    def thread(self, event: dict[str, Any]) -> CollectedThread:
        """The thread of a page."""
        return CollectedThread(
            external_id=self.thread_id(event["thread"]),
            title=clean_name(event["thread_title"]),
            url=event["thread"][:2000],
        )

    def of(self, review: Found, thread: CollectedThread, url: str) -> list[CollectedMention]:
        """A review, and what was written under it."""
        identity = self._identity(review, thread, url)
        text, notes = clean(_joined(review))
        if review.is_day:
            notes["date_only"] = True
        if review.is_rough:
            notes["date_told_relatively"] = True
        kept = {"rated": review.rated, "item": review.item, "syntax": review.syntax, **notes}
        mention = CollectedMention(
            external_id=identity,
            thread=thread,
            author=self._author(review.author, review.author_url, identity, url),
            text=text,
            published_at=review.at,
            edited_at=review.edited_at,
            rating=review.rating,
            url=(review.url or _permalink(url, review.key))[:2000],
            media=review.media[:MAX_MEDIA],
            original=clean_original({key: value for key, value in kept.items() if value}),
        )
        answers = enumerate(review.answers, start=1)
        return [mention, *(self._answer(answer, number, mention) for number, answer in answers)]

    def _identity(self, review: Found, thread: CollectedThread, url: str) -> str:
        if review.key.startswith("/"):
            return bounded_id(f"{self.host_of(url)}{review.key}")
        return bounded_id(f"{thread.external_id}{review.key}")

    def _author(self, name: str, link: str, identity: str, url: str) -> CollectedAuthor:
        shown = clean_name(name)
        if link:
            parts = urlsplit(link)
            external_id = bounded_id(
                f"{parts.netloc.lower()}{parts.path}?{parts.query}".rstrip("?")
            )
        elif is_nameless(shown):
            external_id = bounded_id(f"anonymous/{identity}")
        else:
            external_id = f"{self.host_of(url)}/author/{digest_of(shown.casefold())}"
        is_ours = shown.casefold() in self._own
        return CollectedAuthor(
            external_id=external_id, name=shown, url=link[:2000], is_ours=is_ours
        )

    def _answer(self, answer: Answer, number: int, parent: CollectedMention) -> CollectedMention:
        name = clean_name(answer.author)
        is_ours = answer.is_official or name.casefold() in self._own
        key = clean_name(answer.key) or ("answer" if number == 1 else f"answer-{number}")
        identity = bounded_id(f"{parent.external_id}/{key}")
        host = parent.external_id.partition("/")[0]
        author_id = f"{host}/author/{digest_of(name.casefold())}" if name else f"{host}/company"
        return CollectedMention(
            external_id=identity,
            thread=parent.thread,
            author=CollectedAuthor(
                external_id=author_id,
                name=name or (OFFICIAL if is_ours else ""),
                is_ours=is_ours,
            ),
            text=clean(answer.text).text,
            parent_external_id=parent.external_id,
            published_at=answer.at,
            url=parent.url,
        )


def content_mark(mention: CollectedMention) -> str:
    """Identity and content together; another date of the same words is no change."""
    parts = (mention.external_id, mention.text, f"{mention.rating}", mention.author.name)
    return mark_of(*parts, *mention.media)


def _joined(review: Found) -> str:
    """All that was written, with the site's own two headings where it has them."""
    parts = [review.title, review.text]
    if review.pros:
        parts.append(f"Достоинства: {review.pros}")
    if review.cons:
        parts.append(f"Недостатки: {review.cons}")
    return "\n\n".join(part for part in parts if part)


def _permalink(url: str, key: str) -> str:
    if key.startswith("#"):
        return url.partition("#")[0] + key
    return url
