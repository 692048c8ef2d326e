"""What another policy would change, as people read it: figures, rules, effects, examples."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line, plain, show, table, veil
from dashboard.policy import in_words, reading
from dashboard.views import open_case
from otklik.models import Mention

MOST_RULES = 12
Result = Mapping[str, Any]


def draw(found: Result, key: str, whys: Mapping[str, str], *, is_veiled: bool) -> None:
    """The whole of it.

    Args:
        found: as `Tally.as_json` has it.
        key: of this place on the page.
        whys: by rule id, in the words of its policy.
    """
    show(_figures(found))
    if not found["differ"]:
        text = _("Every comment would be treated as it was.")
        show(fill('<p class="ot-clean">✓ {text}</p>', text=text))
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _rules(found["rules"], key, whys, is_veiled=is_veiled)
    with right:
        _effects(found)


def _figures(found: Result) -> Html:
    sla = found["sla"]
    figures = [
        (_("decided again"), "all", found["mentions"]),
        (_("would be treated otherwise"), "high", found["differ"]),
        (_("under another rule, the same in effect"), "normal", found["other_rule_same_effects"]),
        (_("answered sooner"), "normal", sla["sooner"] + sla["set"]),
        (_("answered later"), "late", sla["later"] + sla["dropped"]),
    ]
    numbers = join(
        fill(
            '<div class="ot-number ot-n-{kind} {none}"><b>{n}</b>{text}</div>',
            kind=kind,
            none="" if number else "ot-zero",
            n=number,
            text=text,
        )
        for text, kind, number in figures
    )
    return fill('<div class="ot-numbers">{numbers}</div>', numbers=numbers)


def _rules(
    rows: Sequence[Mapping[str, Any]], key: str, whys: Mapping[str, str], *, is_veiled: bool
) -> None:
    show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Which rule decides instead")))
    shown = rows[:MOST_RULES]
    known = reading.comments([one for row in shown for one in row["examples"][:3]])
    for number, row in enumerate(shown):
        with st.container(key=f"ot-change-{key}-{number}", border=True):
            show(_change(row, whys))
            for mention_id in row["examples"][:3]:
                if mention_id in known:
                    example(known[mention_id], f"{key}-{number}", is_veiled=is_veiled)
    left = len(rows) - len(shown)
    if left > 0:
        text = ngettext("… and {n} more pair of rules", "… and {n} more pairs of rules", left)
        show(fill('<p class="ot-fine">{text}</p>', text=text))


def _change(row: Mapping[str, Any], whys: Mapping[str, str]) -> Html:
    return fill(
        '<p class="ot-change"><b>{count}</b> <code>{old}</code> → <code>{new}</code></p>'
        '<p class="ot-fine">{why}</p>',
        count=f"{row['count']} ×",
        old=row["from"],
        new=row["to"],
        why=plain(whys.get(row["to"], ""), shown=240),
    )


def example(mention: Mention, key: str, *, is_veiled: bool) -> None:
    """One comment in a line, and a way to its case."""
    text = " ".join(mention.text.split())
    with st.container(
        key=f"ot-example-{key}-{mention.id}",
        horizontal=True,
        vertical_alignment="center",
        gap="small",
    ):
        said = plain(text, veil(text) if is_veiled else [], shown=150)
        if not text:
            said = fill("<em>{text}</em>", text=_("no words"))
        show(fill('<div class="ot-line">{said}</div>', said=said))
        label = _("To case {number}").format(number=mention.id)
        if st.button(label, key=f"example-{key}-{mention.id}", type="tertiary"):
            open_case(mention.id or 0)


def _effects(found: Result) -> None:
    rows = [
        [
            one_line(in_words.effect_name(row["effect"]), shown=80),
            row["before"],
            row["after"],
            signed(row["after"] - row["before"]),
        ]
        for row in found["effects"]
    ]
    heads = [_("What follows"), _("as it was"), _("as it would be"), ""]
    if rows:
        show(fill('<h3 class="ot-sub">{text}</h3>', text=_("What follows for people")))
        show(table(heads, rows, kind="ot-figures"))
    zones = [
        [one_line(zone), one["before"], one["after"], signed(one["after"] - one["before"])]
        for zone, one in found["zones"].items()
    ]
    if zones:
        show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Work of the teams")))
        show(
            table(
                [_("Which team"), _("as it was"), _("as it would be"), ""], zones, kind="ot-figures"
            )
        )


def signed(number: int) -> Html:
    """A difference with its sign; nothing where there is none."""
    if not number:
        return Html("")
    kind = "ot-more-of" if number > 0 else "ot-less-of"
    return fill('<span class="{kind}">{n}</span>', kind=kind, n=f"{number:+d}".replace("-", "−"))


def reasons_of(*policies: Any) -> dict[str, str]:
    """Why each rule stands there, by its id, of these policies."""
    return {rule.id: rule.why for policy in policies if policy for rule in policy.rules}
