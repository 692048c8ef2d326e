"""Which column of an export means what: guessed from its header, or told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from otklik.errors import InputError

FIELDS: dict[str, tuple[str, ...]] = {
    "text": (
        *("text", "текст", "текст отзыва", "текст комментария", "отзыв", "комментарий"),
        *("сообщение", "текст сообщения", "review", "review text", "comment", "comment text"),
        *("body", "content", "message", "мнение", "содержание", "обращение", "tweet", "post"),
        *("reviewtext", "commenttext", "full text", "reviewbody", "содержимое"),
    ),
    "pros": ("достоинства", "плюсы", "преимущества", "pros", "advantages"),
    "cons": ("недостатки", "минусы", "cons", "disadvantages"),
    "id": (
        *("id", "ид", "review id", "comment id", "id отзыва", "id комментария", "номер отзыва"),
        *("идентификатор", "reviewid", "commentid", "external id", "uuid"),
    ),
    "author": (
        *("author", "автор", "имя", "имя автора", "author name", "user", "username", "user name"),
        *("пользователь", "покупатель", "клиент", "name", "ник", "имя пользователя", "reviewer"),
    ),
    "author_id": ("author id", "id автора", "user id", "userid", "authorid", "id пользователя"),
    "followers": ("followers", "author followers", "followers count", "подписчики"),
    "registered": ("registered at", "author registered at", "дата регистрации автора"),
    "date": (
        *("date", "дата", "дата отзыва", "дата публикации", "дата создания", "дата и время"),
        *("created", "created at", "published", "published at", "datetime", "timestamp", "время"),
        *("время публикации", "publication date", "date created", "createdat", "created date"),
        "опубликовано",
    ),
    "rating": (
        *("rating", "оценка", "рейтинг", "звезды", "звёзды", "stars", "star", "score", "баллы"),
        *("количество звезд", "star rating", "балл"),
    ),
    "url": ("url", "ссылка", "link", "permalink", "адрес", "ссылка на отзыв", "href", "uri"),
    "parent": (
        *("parent", "parent id", "ответ на", "родитель", "reply to", "in reply to", "parentid"),
        "id родителя",
    ),
    "thread": (
        *("thread", "thread id", "товар", "продукт", "product", "product name", "название товара"),
        *("post id", "страница", "page", "тред", "обсуждение", "наименование товара"),
    ),
    "platform": ("platform", "площадка", "платформа", "сайт", "site", "источник", "marketplace"),
}


def normalise(header: str) -> str:
    """A header as it is compared: lower case, ё as е, words separated by single spaces."""
    spaced = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", header)
    plain = spaced.casefold().replace("ё", "е").replace("\ufeff", "")
    return " ".join(re.sub(r"[^\w]+|_", " ", plain).split())


KNOWN = {
    normalise(word): (field, rank)
    for field, words in FIELDS.items()
    for rank, word in enumerate(words)
}


def map_columns(headers: Iterable[str], given: Mapping[str, str], file: str) -> dict[str, str]:
    """Field → header. What is `given` wins; every header means one thing at most.

    Raises:
        InputError: a given column is absent, or no column holds the text.
    """
    present = list(headers)
    mapping: dict[str, str] = {}
    for field, header in given.items():
        if header not in present:
            raise InputError(f"{file}:1: no column {header!r}; there are: {_listed(present)}")
        mapping[field] = header
    best: dict[str, tuple[int, str]] = {}
    for header in present:
        field, rank = KNOWN.get(normalise(header), ("", 0))
        if field and header not in mapping.values() and rank < best.get(field, (99, ""))[0]:
            best[field] = (rank, header)
    mapping = {**{field: header for field, (_, header) in best.items()}, **mapping}
    if not {"text", "pros", "cons"} & mapping.keys():
        raise InputError(
            f"{file}:1: no column looks like the text; there are: {_listed(present)}. "
            'Say which: columns = { text = "…" }'
        )
    return mapping


def _listed(headers: list[str]) -> str:
    return ", ".join(repr(header[:40]) for header in headers[:30]) or "none"
