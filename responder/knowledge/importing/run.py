"""One import from end to end: read, propose, write."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from otklik.errors import InputError
from responder.knowledge.importing.fetching import fetch_page
from responder.knowledge.importing.markdown import read_markdown
from responder.knowledge.importing.pages import read_page
from responder.knowledge.importing.proposing import propose
from responder.knowledge.importing.tables import decode, read_table
from responder.knowledge.importing.values import Defaults, Read
from responder.knowledge.importing.writing import Written, known_texts, write_proposals

_TABLES = frozenset({".csv", ".tsv"})
_PAGES = frozenset({".html", ".htm"})
_MARKDOWN = frozenset({".md", ".markdown", ".txt"})


def is_address(named: str) -> bool:
    """Whether this names a web page and not a file."""
    return named.startswith(("http://", "https://"))


def import_facts(
    named: str, into: Path, defaults: Defaults, today: date, own_hosts: Collection[str] = ()
) -> Written:
    """Read a file or a page of our own, and write what it says into `into` as proposed facts.

    Args:
        named: a path (Markdown, CSV, HTML) or an address.

    Raises:
        InputError: it cannot be read at all; rows that cannot are in `Written.refused`.
        PolicyError: front matter or the file to write into is wrong, at line and column.
    """
    name, read, defaults = read_source(named, defaults, today, own_hosts)
    proposals, refused = propose(read, defaults, name, today, known_texts(into))
    written = write_proposals(into, proposals, name)
    written.refused = sorted([*refused, *written.refused], key=lambda one: one.line)
    return written


def read_source(
    named: str, defaults: Defaults, today: date, own_hosts: Collection[str]
) -> tuple[str, Read, Defaults]:
    """Name as sources have it, what stands there, and the defaults as it changes them."""
    if is_address(named):
        html = fetch_page(named, own_hosts)
        return named, read_page(html, named, today.isoformat()), defaults
    path = Path(named)
    read, defaults = read_named(path.name, _decoded(path), defaults, today)
    return path.name, read, defaults


def read_named(name: str, text: str, defaults: Defaults, today: date) -> tuple[Read, Defaults]:
    """What stands in a text, and the defaults as it changes them; the name says what it is.

    Raises:
        InputError: it cannot be read at all. PolicyError: its front matter is wrong.
    """
    kind = Path(name).suffix.lower()
    if kind in _TABLES:
        return read_table(text, name), defaults
    if kind in _PAGES:
        return read_page(text, name, today.isoformat()), defaults
    if kind in _MARKDOWN:
        return read_markdown(text, name, defaults)
    raise InputError(f"{name}: neither Markdown (.md), a table (.csv) nor a page (.html)")


def _decoded(path: Path) -> str:
    try:
        return decode(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
