"""The policy in force, rule by rule, as people would say it."""

import streamlit as st

from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line, show
from dashboard.policy import in_words, reading
from otklik.clock import now
from responder.policy import Policy

FIND = "policy-find"


def draw(policy: Policy | None) -> None:
    """Rules in the order in which they are tried."""
    if policy is None:
        text = _("The text that decides cannot be read by this version any more.")
        show(fill('<div class="ot-empty"><p>{text}</p></div>', text=text))
        return
    counts = reading.rule_counts(policy.digest, now())
    with st.container(key="ot-rules-head", horizontal=True, vertical_alignment="center"):
        text = _("The first rule that certainly holds decides. Figures: decisions of 7 days.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
        wanted = st.text_input(
            _("Find in the rules"),
            key=FIND,
            placeholder=_("Find in the rules"),
            label_visibility="collapsed",
        )
    rows = [
        (number, rule, counts.get(rule.id, 0)) for number, rule in enumerate(policy.rules, start=1)
    ]
    shown = [
        in_words.rule(rule, number, _count(count))
        for number, rule, count in rows
        if _is_wanted(wanted, in_words.rule(rule, number))
    ]
    if not shown:
        text = _("No rule speaks of that.")
        show(fill('<div class="ot-empty"><p>{text}</p></div>', text=text))
    show(join(shown))
    show(_beside(policy))


def _is_wanted(words: str, said: Html) -> bool:
    low = said.lower()
    return all(word in low for word in words.lower().split())


def _count(count: int) -> str:
    return ngettext("decided {n} time", "decided {n} times", count) if count else ""


def _beside(policy: Policy) -> Html:
    """Sections beside the rules, in a line each."""
    two = policy.two_people
    several = [
        *(in_words.value("approach", one) for one in sorted(two.approaches)),
        *sorted(two.zones),
        *(in_words.value("urgency", int(one)) for one in sorted(two.urgencies)),
    ]
    lines = [
        (_("Two people approve replies of"), ", ".join(several) or "—"),
        (_("Teams with hours"), ", ".join(policy.hours.zones) or "—"),
        (
            _("Bans in a year at most"),
            str(policy.bans.yearly_budget),
        ),
    ]
    return fill(
        '<h3 class="ot-sub">{title}</h3>{lines}',
        title=_("Beside the rules"),
        lines=join(
            fill(
                '<div class="ot-fact"><span class="ot-fact-name">{name}</span>{value}</div>',
                name=name,
                value=one_line(value),
            )
            for name, value in lines
        ),
    )
