"""schema.org reviews of a page: JSON-LD, microdata and RDFa brought to one form of nodes.

A node is a mapping with ``@type`` (short names), ``@id`` and properties by their short names;
values are texts, numbers, nodes, or lists of them. A malformed JSON-LD block costs itself only.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collectors._text import quote

Node = dict[str, Any]

MAX_NODES = 200_000  # of one page
MAX_DEPTH = 30
MAX_REPAIRED = 1_000_000  # characters; beyond, a slip is not looked for
_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)")
_COMMENT_END = re.compile(r"(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$")
# Strings are matched first, so that nothing inside them is touched.
_LOOSE = re.compile(r'("(?:\\.|[^"\\])*")|(/\*.{0,1000}?\*/|//[^\n]*)|,(?=\s*[}\]])', re.DOTALL)
_PREFIXED = re.compile(r'"(?:https?://(?:www\.)?schema\.org/|schema:)\w+"\s*:')
_LD_SCRIPTS = (
    "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')"
    " or contains(translate(@type, 'LDJSON', 'ldjson'), 'json-ld')]"
)


@dataclass(frozen=True)
class Block:
    """What one syntax of a page told: nodes, or why it cannot be read."""

    syntax: str
    nodes: tuple[Node, ...] = ()
    reason: str = ""
    raw: str = ""


def read_blocks(selector: Any, url: str) -> Iterator[Block]:
    """All blocks of a page, JSON-LD first.

    Args:
        selector: a `scrapy.Selector` over the page.
        url: of the page, to resolve links.
    """
    for script in selector.xpath(_LD_SCRIPTS):
        text = script.xpath("string()").get("")
        if text.strip():
            yield read_json_ld(text)
    if selector.xpath("boolean(//*[@itemscope])").get() == "1":
        yield from _extracted(selector, url, "microdata")
    if selector.xpath("boolean(//*[@typeof])").get() == "1":
        yield from _extracted(selector, url, "rdfa")


def read_json_ld(text: str) -> Block:
    """One JSON-LD block, with what browsers forgive repaired: comments, CDATA, commas."""
    try:
        data = _parsed(text)
    except (ValueError, RecursionError) as error:
        return Block(syntax="json-ld", reason=f"malformed JSON-LD: {error}", raw=quote(text, 1500))
    roots = _as_list(data)
    if _PREFIXED.search(text):
        roots = [_short_names(root) for root in roots]
    return Block(syntax="json-ld", nodes=tuple(_linked(roots)))


def _parsed(text: str) -> Any:
    stripped = _COMMENT_END.sub("", _COMMENT.sub("", text)).strip()
    first: ValueError | None = None
    repairs = (str, _without_slips, lambda it: _without_slips(html.unescape(it)))
    for repair in repairs if len(text) <= MAX_REPAIRED else repairs[:1]:
        try:
            return json.loads(repair(stripped), strict=False)
        except ValueError as error:
            first = first or error
    raise first or ValueError("nothing there")


def _without_slips(text: str) -> str:
    """Without comments and without commas before a closing bracket."""
    return _LOOSE.sub(lambda found: found[1] or "", text)


def _extracted(selector: Any, url: str, syntax: str) -> Iterator[Block]:
    """Microdata and RDFa as extruct reads them."""
    import extruct

    for element in selector.root.iter("time") if syntax == "rdfa" else ():
        # RDFa takes the attribute before the words, its reader does so for `content` only.
        if element.get("datetime") and not element.get("content"):
            element.set("content", element.get("datetime"))
    found = extruct.extract(
        selector.root if syntax == "microdata" else selector.get(),
        base_url=url,
        syntaxes=[syntax],
        errors="ignore",
        return_html_node=syntax == "microdata",
    )
    if syntax not in found:
        yield Block(syntax=syntax, reason=f"{syntax} that cannot be read")
    elif syntax == "microdata":
        yield Block(syntax=syntax, nodes=tuple(_microdata_node(item) for item in found[syntax]))
    else:
        nodes = _linked([_short_names(item) for item in found[syntax]])
        yield Block(syntax=syntax, nodes=tuple(nodes))


def _microdata_node(item: Any, depth: int = 0) -> Any:
    if isinstance(item, list):
        return [_microdata_node(entry, depth) for entry in item]
    if not isinstance(item, Mapping) or depth > MAX_DEPTH:
        return item
    element = item.get("htmlNode")
    node: Node = {"@type": [short(name) for name in _as_list(item.get("type"))]}
    if own_id := item.get("id") or _attribute(element, "id"):
        node["@id"] = own_id if item.get("id") else f"#{own_id}"
    for name, value in (item.get("properties") or {}).items():
        inner = _microdata_node(value, depth + 1)
        node[short(name)] = _shown(name, inner, element)
    if "properties" not in item and item.get("value"):
        node["name"] = item["value"]
    return node


def _attribute(element: Any, name: str) -> str:
    return "" if element is None else str(element.get(name) or "")


def _shown(name: str, value: Any, element: Any) -> Any:
    """What a reader sees where the attribute holds only a link, or nothing."""
    is_name_of_link = name in ("author", "creator") and str(value).startswith("http")
    is_bare_time = value == "" and name.startswith("date")
    if element is None or not (is_name_of_link or is_bare_time):
        return value
    shown = element.xpath(f"string(.//*[@itemprop='{name}'])")
    words = " ".join(str(shown).split())
    return {"name": words, "url": value} if words and is_name_of_link else words or value


def _short_names(value: Any, depth: int = 0) -> Any:
    """Prefixed or expanded JSON-LD with short names and bare values."""
    if isinstance(value, list):
        return [_short_names(entry, depth) for entry in value]
    if not isinstance(value, Mapping) or depth > MAX_DEPTH:
        return value
    if "@value" in value:
        return value["@value"]
    node: Node = {}
    for name, inner in value.items():
        if name == "@type":
            node[name] = [short(kind) for kind in _as_list(inner)]
        else:
            key = name if name.startswith("@") else short(name)
            node[key] = _short_names(inner, depth + 1)
    return node


def _linked(roots: list[Any]) -> list[Node]:
    """Nodes that refer to others of the block by ``@id`` alone get those in their place."""
    known: dict[str, Node] = {}
    for node in walk(roots):
        identity = node.get("@id")
        if isinstance(identity, str) and len(node) > 1:
            known.setdefault(identity, node)
    for node in list(walk(roots)):
        for name, value in node.items():
            if isinstance(value, Mapping | list) and not name.startswith("@"):
                node[name] = _resolved(value, known)
    return list(walk(roots, is_flat=True))


def _resolved(value: Any, known: Mapping[str, Node]) -> Any:
    if isinstance(value, list):
        return [_resolved(entry, known) for entry in value]
    if isinstance(value, Mapping) and set(value) == {"@id"}:
        return known.get(str(value["@id"]), value)
    return value


def walk(roots: Any, *, is_flat: bool = False) -> Iterator[Node]:
    """Every node below, each once, parents before children; bounded.

    Args:
        is_flat: the roots only, out of whatever lists they lie in.
    """
    seen: set[int] = set()
    stack = [(roots, 0)]
    while stack and len(seen) < MAX_NODES:
        value, depth = stack.pop()
        if isinstance(value, list):
            stack += [(entry, depth) for entry in reversed(value)]
        elif isinstance(value, dict) and id(value) not in seen and depth < MAX_DEPTH:
            seen.add(id(value))
            yield value
            inner = [] if is_flat else list(value.values())
            stack += [(one, depth + 1) for one in reversed(inner)]


def types_of(node: Mapping[str, Any]) -> set[str]:
    """Short names of a node's types."""
    return {short(kind) for kind in _as_list(node.get("@type")) if isinstance(kind, str)}


def short(name: Any) -> str:
    """``http://schema.org/Review`` and ``schema:Review`` as ``Review``."""
    return re.split(r"[/#:]", str(name).rstrip("/"))[-1]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def first(value: Any) -> Any:
    """The first of a list, or the value itself, bare."""
    if isinstance(value, list):
        value = next((entry for entry in value if entry not in (None, "")), None)
    return value["@value"] if isinstance(value, Mapping) and "@value" in value else value
