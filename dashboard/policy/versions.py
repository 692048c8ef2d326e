"""Versions side by side: what changed by rule, in words, and by line; and the way back."""

from collections.abc import Iterator
from difflib import SequenceMatcher

import streamlit as st

from dashboard import words
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, join, plain, show
from dashboard.policy import doing, in_words, reading
from dashboard.policy.reading import Standing, Version
from otklik.clock import now
from otklik.errors import PolicyError
from otklik.models import Person
from responder.policy import Policy
from responder.policy.file import read_kept
from responder.policy.proposing import PLACE, same_text
from responder.policy.revisions import ADDED, CHANGED, MOVED, REMOVED, Change, list_changes
from responder.policy.values import Rule

AROUND = 3  # unchanged lines shown on either side of a change
MOST_ROWS = 1_500
WHAT = {
    ADDED: N_("new rule"),
    REMOVED: N_("rule taken out"),
    MOVED: N_("rule moved"),
    CHANGED: N_("rule changed"),
}
PARTS = {
    "when": N_("when it holds"),
    "then": N_("what follows"),
    "why": N_("its reason"),
    "section": N_("a section"),
    "number": N_("number of examples"),
    "place": N_("place among the rules"),
}


def draw(who: Person, standing: Standing) -> None:
    """Two texts to choose, their differences, and a button back."""
    found = {one.key: one for one in reading.versions(who)}
    keys = list(found)
    live = f"revision:{standing.digest}"
    if not keys:
        return
    if live == keys[0]:  # nothing newer is written: what changed last is of more use
        live = keys[min(1, len(keys) - 1)]
    left, right = st.columns(2, gap="medium")
    with left:
        old = _choose(_("Older text"), "policy-old", keys, found, live)
    with right:
        new = _choose(_("Newer text"), "policy-new", keys, found, keys[0])
    _back(found[old], found[new], standing)
    one, other = _read(found[old].text), _read(found[new].text)
    changes(one, other)
    if same_text(found[old].text, found[new].text):
        text = _("The two texts are the same.")
        show(fill('<div class="ot-empty"><p>{text}</p></div>', text=text))
        return
    show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Line by line")))
    show(side_by_side(found[old].text, found[new].text))


def _choose(label: str, key: str, keys: list[str], found: dict[str, Version], first: str) -> str:
    start = keys.index(first) if first in keys else 0
    chosen: str = st.selectbox(
        label, keys, index=start, key=key, format_func=lambda one: _name(found[one])
    )
    return chosen


def _name(version: Version) -> str:
    kind, _colon, rest = version.key.partition(":")
    at = words.moment(version.at, now=now()) if version.at else ""
    if kind == "mine":
        return _("what I am writing")
    if kind == "proposal":
        said = _("proposal {n}: version {version}, {by}, {at}")
        return said.format(n=rest, version=version.version, by=version.by, at=at)
    if kind == "shipped":
        said = _("shipped: {name} {version}")
        return said.format(name=version.name, version=version.version)
    said = _("{name} {version}, kept {at}")
    return said.format(name=version.name, version=version.version, at=at)


def _back(old: Version, new: Version, standing: Standing) -> None:
    """The way back to either: as a text of one's own, which a second person activates."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for side, one in (("old", old), ("new", new)):
            if one.key != "mine":
                label = _("Take the left one") if side == "old" else _("Take the right one")
                st.button(
                    label,
                    key=f"policy-take-{side}",
                    on_click=doing.on_take,
                    args=(one.text, standing.digest),
                )
        text = _("It goes into the editor with a new version; a second person activates it.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))


def _read(text: str) -> Policy | None:
    try:
        return read_kept(text, PLACE)
    except PolicyError:
        return None


def changes(old: Policy | None, new: Policy | None) -> None:
    """Differences that can change what is decided, rule by rule, in words."""
    if old is None or new is None:
        text = _("One of the two cannot be read: only its lines are compared.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
        return
    found = list_changes(old, new)
    title = ngettext("{n} change by rule", "{n} changes by rule", len(found))
    if not found:
        title = _("No rule changes")
    show(
        fill(
            '<h3 class="ot-sub">{title}</h3><div class="ot-changes">{items}</div>',
            title=title,
            items=join(_change(one, old, new) for one in found),
        )
    )


def _change(one: Change, old: Policy, new: Policy) -> Html:
    what = _(WHAT[one.what])
    if one.what == CHANGED and one.part in PARTS:
        what = _(PARTS[one.part])
    before, after = _sides(one, old.rule(one.name), new.rule(one.name))
    return fill(
        '<div class="ot-change-row ot-change-{kind}"><div><b><code>{name}</code></b> '
        '<span class="ot-fine">{what}</span></div><div class="ot-was">{before}</div>'
        '<div class="ot-is">{after}</div></div>',
        kind=one.what,
        name=one.name,
        what=what,
        before=before,
        after=after,
    )


def _sides(one: Change, old: Rule | None, new: Rule | None) -> tuple[Html, Html]:
    if one.part == "when" and old and new:
        return in_words.condition(old.when), in_words.condition(new.when)
    if one.part == "then" and old and new:
        return in_words.effects(old.then), in_words.effects(new.then)
    if one.what == ADDED and new:
        return Html(""), _whole(new)
    if one.what == REMOVED and old:
        return _whole(old), Html("")
    if one.part == "number" and one.before == one.after:
        return Html(""), fill("{text}", text=_("other examples, as many as before"))
    return plain(one.before, shown=600), plain(one.after, shown=600)


def _whole(rule: Rule) -> Html:
    return fill(
        "<p>{why}</p>{when}{then}",
        why=plain(rule.why, shown=300),
        when=in_words.condition(rule.when),
        then=in_words.effects(rule.then),
    )


def side_by_side(old: str, new: str) -> Html:
    """Both texts in two columns; stretches that are the same are folded."""
    rows = list(_rows(old.splitlines(), new.splitlines()))
    cut = rows[:MOST_ROWS]
    more = len(rows) - len(cut)
    return fill(
        '<div class="ot-table-wrap ot-diff-wrap"><table class="ot-diff"><tbody>{rows}</tbody>'
        "</table>{more}</div>",
        rows=join(cut),
        more=ngettext("{n} more line", "{n} more lines", more) if more else "",
    )


def _rows(old: list[str], new: list[str]) -> Iterator[Html]:
    groups = SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND)
    for number, group in enumerate(groups):
        if number:
            yield Html('<tr class="ot-gap-row"><td colspan="4">⋯</td></tr>')
        for tag, i1, i2, j1, j2 in group:
            for place in range(max(i2 - i1, j2 - j1)):
                left, right = i1 + place, j1 + place
                yield fill(
                    '<tr class="ot-diff-{tag}">{left}{right}</tr>',
                    tag=tag,
                    left=_cells(old, left if left < i2 else None, "ot-was"),
                    right=_cells(new, right if right < j2 else None, "ot-is"),
                )


def _cells(lines: list[str], place: int | None, kind: str) -> Html:
    if place is None:
        return Html('<td class="ot-line-no"></td><td class="ot-none-there"></td>')
    return fill(
        '<td class="ot-line-no">{n}</td><td class="{kind}">{text}</td>',
        n=place + 1,
        kind=kind,
        text=plain(lines[place], shown=400),
    )
