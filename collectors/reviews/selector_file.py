"""Selector files: where the reviews of a site without markup stand, said in YAML.

Shipped ones lie in `collectors/reviews/selectors`; `docs` in each tells what it reads. Every
place is a *pick*: ``css``, ``xpath`` or ``json`` (a JMESPath), with an optional ``regex``
(its first group counts). A bare text is a CSS selector, or a JMESPath where the answer is JSON.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from collectors.reviews.marked import fail_at, parse_marked
from otklik.errors import ConfigError

SHIPPED = resources.files("collectors.reviews") / "selectors"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Pattern = Annotated[str, BeforeValidator(_pattern)]


class Pick(_Part):
    """One place. `all`: every match, joined by line breaks, not the first alone."""

    css: str = ""
    xpath: str = ""
    json_path: str = Field(default="", alias="json")
    const: str = ""
    regex: Pattern = ""
    all: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return {(info.context or {}).get("short", "css"): value}
        return value

    @field_validator("css", "xpath", "json_path")
    @classmethod
    def _compiles(cls, text: str, info: ValidationInfo) -> str:
        if text:
            _try(str(info.field_name), text)
        return text

    @model_validator(mode="after")
    def _names_one_place(self) -> Pick:
        if sum(map(bool, (self.css, self.xpath, self.json_path, self.const))) != 1:
            raise ValueError("give exactly one of css, xpath, json, const")
        return self


def _try(kind: str, text: str) -> None:
    """Let the library that will use a selector read it."""
    from scrapy import Selector

    try:
        if kind == "css":
            Selector(text="<p></p>").css(text)
        elif kind == "xpath":
            Selector(text="<p></p>").xpath(text)
        else:
            Selector(text="{}", type="json").jmespath(text)
    except (ValueError, SyntaxError) as error:
        raise ValueError(f"not a valid selector: {' '.join(str(error).split())}") from error


class DatePick(Pick):
    """A date. `formats` as of strptime; without them ISO and words in `languages`."""

    formats: tuple[str, ...] = ()


class RatingPick(Pick):
    """A rating. `count`: as many points as there are matches; `values`: points of words."""

    best: float | None = None
    worst: float | None = None
    count: bool = False
    values: dict[str, float] = Field(default_factory=dict)


class AnswerPick(_Part):
    """The company's own answer inside a review."""

    text: Pick
    author: Pick | None = None
    date: DatePick | None = None


class ReviewPick(_Part):
    """Where one review and its parts stand; all but `item` inside the item.

    `id_scope`: ``page`` where ids are told apart on their page only, ``host`` where on all
    of it (then one review may be shown on several pages).
    """

    item: Pick
    id: Pick | None = None
    id_scope: Literal["page", "host"] = "page"
    author: Pick | None = None
    author_url: Pick | None = None
    date: DatePick | None = None
    edited: DatePick | None = None
    rating: RatingPick | None = None
    title: Pick | None = None
    text: Pick | None = None
    pros: Pick | None = None
    cons: Pick | None = None
    url: Pick | None = None
    media: Pick | None = None
    answer: AnswerPick | None = None


class Next(_Part):
    """The next page: a `link`, or a query parameter counted up.

    `param` begins at `first` and grows by `step`, up to `pages` pages or `total` items.
    """

    link: Pick | None = None
    param: str = ""
    first: int = 1
    step: int = Field(default=1, gt=0)
    pages: Pick | None = None
    total: Pick | None = None

    @model_validator(mode="after")
    def _is_one_way(self) -> Next:
        if bool(self.link) == bool(self.param):
            raise ValueError("give either link, or param")
        if self.param and not (self.pages or self.total):
            raise ValueError("param needs pages or total, or paging would have no end")
        return self


class Follow(_Part):
    """Links to further pages. `thread`: they show the same thing, or each its own.

    `reread_days`: a followed page is read again after so long; 0 for at each poll.
    """

    links: Pick
    thread: Literal["same", "own"] = "same"
    reread_days: int = Field(default=0, ge=0, le=365)


class Start(_Part):
    """An address as people copy it (`match`, a regular expression) and the one to read."""

    match: Pattern
    url: str


class SelectorFile(_Part):
    """A whole file.

    Attributes:
        kind: the answer is a page, JSON, or a page with JSON in a `script` (a pick).
        captcha: a page on which this is found asks for a person.
        empty: on a page without reviews this tells that there really are none.
        items_on: whether reviews are read from all pages, or from followed ones only.
        token_param: name of the query parameter that takes `api_token`.
        total: how many reviews the thing has, where the page says so.
    """

    name: str
    docs: str
    kind: Literal["html", "json", "state"] = "html"
    script: Pick | None = None
    languages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    start: tuple[Start, ...] = ()
    token_param: str = ""
    captcha: tuple[Pick, ...] = ()
    captcha_to_do: str = ""
    empty: Pick | None = None
    title: Pick | None = None
    total: Pick | None = None
    follow: tuple[Follow, ...] = ()
    items_on: Literal["all", "followed"] = "all"
    next: Next | None = None
    review: ReviewPick

    @model_validator(mode="after")
    def _is_whole(self) -> SelectorFile:
        if (self.kind == "state") != (self.script is not None):
            raise ValueError("kind: state needs script, and nothing else does")
        if self.items_on == "followed" and not self.follow:
            raise ValueError("items_on: followed needs follow")
        return self


def load_selectors(name: str) -> SelectorFile:
    """The selector file shipped as `name` (``otzovik``), or at that path.

    Raises:
        ConfigError: no such file, or wrong: then with file, line and column.
    """
    return parse_selectors(*_text_of(name))


def _text_of(name: str) -> tuple[str, str]:
    shipped = sorted(entry.name for entry in SHIPPED.iterdir() if entry.name.endswith(".yaml"))
    if f"{name}.yaml" in shipped:
        return (SHIPPED / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml"
    try:
        return Path(name).read_text("utf-8"), name
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(entry.removesuffix(".yaml") for entry in shipped)
        raise ConfigError(f"selectors {name!r}: no such file; shipped: {known}") from error


@cache
def parse_selectors(text: str, name: str) -> SelectorFile:
    """The selector file written as `text`.

    Raises:
        ConfigError: at the line and column of what is wrong.
    """
    marked = parse_marked(text, name)
    is_json = isinstance(marked.data, dict) and marked.data.get("kind") in ("json", "state")
    try:
        return SelectorFile.model_validate(
            marked.data, context={"short": "json" if is_json else "css"}
        )
    except ValidationError as error:
        fail_at(marked, error, SelectorFile)
