"""Gaps, powers and the showcase."""

from datetime import datetime
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.i18n import _, in_language, ngettext
from dashboard.knowledge import changing, doing, reading
from dashboard.knowledge.facts import UNITS
from dashboard.knowledge.reading import Known
from dashboard.plain import Html, fill, join, one_line, plain, show, table
from dashboard.views import open_case
from otklik.enums import ProposalKind
from otklik.models import Person
from otklik.store.fact_uses import NEWEST
from responder.knowledge import Power
from responder.knowledge.gaps import Gap
from responder.showcase import Shown

DAYS = (7, 30, 90)


def gaps(known: Known, at: datetime) -> None:
    """Points nobody had a fact for, the most frequent first, with comments."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        days = st.segmented_control(
            _("How many days back"),
            DAYS,
            default=30,
            required=True,
            key="knowledge-gap-days",
            format_func=lambda n: ngettext("{n} day", "{n} days", n),
            label_visibility="collapsed",
        )
        text = _("What people wrote and no fact answered, in the newest {n} drafts.")
        show(fill('<p class="ot-fine">{text}</p>', text=text.format(n=NEWEST)))
    found = reading.gaps(days or 30, at)
    if not found:
        show(
            fill(
                '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
                title=_("Every point had its fact"),
                text=_("Points without a fact gather here: that is where the next one is due."),
            )
        )
    names = {one.id: one for one in known.knowledge.things} if known.knowledge else {}
    for number, gap in enumerate(found[:30]):
        thing = names.get(gap.thing_id)
        called = in_language(thing.about.ru[0], thing.about.en[0]) if thing else gap.thing_id
        _gap(gap, called, number, at)


def _gap(gap: Gap, thing: str, number: int, at: datetime) -> None:
    with st.container(key=f"ot-gap-{number}", border=True):
        show(
            fill(
                '<header class="ot-reply-head"><b>{count}</b><span class="ot-chip">{topic}</span>'
                '{thing}<span class="ot-fine">{last}</span></header>{texts}',
                count=ngettext("{n} comment without a fact", "{n} comments without a fact", n)
                if (n := gap.mentions)
                else "",
                topic=words.name("topic", gap.topic),
                thing=fill('<span class="ot-chip">{t}</span>', t=one_line(thing)) if thing else "",
                last=_("last {time}").format(time=words.ago(gap.last_at, at)),
                texts=join(
                    fill('<div class="ot-line">{text}</div>', text=plain(text, shown=200))
                    for text in gap.texts[:3]
                ),
            )
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                _("Write a fact for it"),
                key=f"gap-fact-{number}",
                on_click=doing.open_form,
                args=(ProposalKind.FACT, values_of(gap), ""),
                kwargs={"is_new": True},
            )
            for mention_id in gap.mention_ids[:3]:
                label = _("To case {number}").format(number=mention_id)
                if st.button(label, key=f"gap-{number}-{mention_id}", type="tertiary"):
                    open_case(mention_id)


def values_of(gap: Gap) -> dict[str, Any]:
    """What a fact for a gap begins with."""
    asked = list(dict.fromkeys(" ".join(text.split()) for text in gap.texts))
    return {"topics": [gap.topic.value], "asked": asked[:3]}


def powers(known: Known, who: Person) -> None:
    """What may be given, in which case, up to what sum, by whom."""
    if not known.powers:
        text = _("The files of the knowledge name no powers.")
        show(fill('<div class="ot-empty"><p>{text}</p></div>', text=text))
        return
    rows = [
        [
            fill(
                "<b>{says}</b><br><code>{id}</code>",
                says=plain(_first(power), shown=200),
                id=power.id,
            ),
            one_line(", ".join(words.name("topic", one) for one in power.topics)),
            _limits(power),
            one_line(_only(power) or "—"),
            one_line(power.owner),
        ]
        for power in known.powers
    ]
    heads = [_("What may be given"), _("In cases of"), _("Who, up to"), _("Only if"), _("Answers")]
    show(table(heads, rows, kind="ot-powers"))
    changing.powers(known, who)


def _first(power: Power) -> str:
    texts = power.says.ru or power.says.en, power.says.en or power.says.ru
    return in_language(texts[0][0], texts[1][0])


def _limits(power: Power) -> Html:
    def much(most: int) -> str:
        return _(UNITS[power.unit]).format(n=f"{most:,}".replace(",", " "))

    lines = [f"{words.name('role', role)}: {much(most)}" for role, most in power.limits]
    lines += [f"{login}: {much(most)}" for login, most in power.people]
    if power.beyond is not None:
        lines.append(f"{words.name('role', power.beyond)}: {_('beyond, on their own answer')}")
    else:
        lines.append(_("nobody goes beyond"))
    return join((fill("<div>{line}</div>", line=one_line(line)) for line in lines), "")


def _only(power: Power) -> str:
    parts = [words.name("part", one) for one in power.urgent]
    rules = [_("rule {rule}").format(rule=one) for one in power.rules]
    return ", ".join([*parts, *rules])


def showcase() -> None:
    """Good decisions, beyond the rule or not."""
    found = reading.shown()
    if not found:
        show(
            fill(
                '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
                title=_("Nothing is shown yet"),
                text=_("Approvers put replies here that colleagues should see, with the reason."),
            )
        )
    for one in found:
        _shown(one)


def _shown(one: Shown) -> None:
    with st.container(key=f"ot-shown-{one.draft_id}", border=True):
        given = [f"{used.power_id}: {used.sum}" for used in one.powers]
        show(
            fill(
                '<p><b>{why}</b></p><div class="ot-said">{text}</div>'
                '<p class="ot-fine">{by} {given}</p>',
                why=plain(one.why, shown=400),
                text=plain(one.text, shown=1200),
                by=one_line(_("chosen by {name}").format(name=one.by)),
                given=one_line(" · ".join(given)),
            )
        )
        label = _("To case {number}").format(number=one.mention_id)
        if st.button(label, key=f"shown-{one.draft_id}", type="tertiary"):
            open_case(one.mention_id)
