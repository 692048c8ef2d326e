"""Facts: what they say, who keeps them true, how long, where they may be said and are said."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import streamlit as st

from dashboard import data, words
from dashboard.i18n import N_, _, in_language, ngettext
from dashboard.knowledge import changing, doing, reading
from dashboard.knowledge.reading import Known
from dashboard.plain import Html, fill, join, one_line, plain, show
from dashboard.views import open_case
from otklik.clock import now
from otklik.enums import ProposalKind
from otklik.models import Person
from otklik.store.fact_uses import FactUse
from responder.knowledge import Audience, Fact, Power
from responder.knowledge.contradictions import Contradiction
from responder.knowledge.expiry import last_day, owner_of

FIND, KIND, PAGE = "knowledge-find", "knowledge-kind", "knowledge-page"
SIZE = 25
KINDS = {
    "all": N_("every fact"),
    "late": N_("expired or expiring"),
    "checked": N_("still to be checked"),
    "quarrel": N_("contradicted"),
}
UNITS = {"roubles": N_("{n} roubles"), "points": N_("{n} points")}


def draw(known: Known, who: Person, at: datetime) -> None:
    """Search, figures, contradictions, then the facts, the expired first."""
    uses = reading.uses()
    quarrels = _quarrels(known.contradictions)
    with st.container(key="ot-facts-head", horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            _("Find a fact"), key=FIND, placeholder=_("any form of a word will do")
        )
        kind = st.selectbox(
            _("Which facts"), list(KINDS), key=KIND, format_func=lambda one: _(KINDS[one])
        )
        st.button(
            _("Add a fact"),
            key="knowledge-add",
            type="primary",
            on_click=doing.open_form,
            args=(ProposalKind.FACT, {}, ""),
            kwargs={"is_new": True},
        )
    show(_figures(known, at))
    facts = reading.found(wanted, at) if wanted.strip() else ordered(known.facts, at)
    facts = [one for one in facts if _is_of(one, kind, quarrels, at)]
    if not facts:
        text = _("No fact says that. Look under “Gaps”: that is where the next one is written.")
        show(fill('<div class="ot-empty"><p>{text}</p></div>', text=text))
    for fact in _page(facts):
        _card(fact, uses.get(fact.id), quarrels.get(fact.id, []), known, who)
    if kind == "all" and not wanted.strip():
        changing.taken_out(known, who)


def ordered(facts: Sequence[Fact], at: datetime) -> list[Fact]:
    """Those that ended first, then the first to end; those without an end at last."""
    never = datetime.max.replace(tzinfo=at.tzinfo)
    return sorted(facts, key=lambda one: (one.valid_until or never, one.id))


def _page(facts: list[Fact]) -> list[Fact]:
    pages = max(1, -(-len(facts) // SIZE))
    if pages == 1:
        return facts
    number = st.segmented_control(
        _("Page of facts"),
        range(1, pages + 1),
        key=PAGE,
        default=1,
        required=True,
        label_visibility="collapsed",
    )
    start = (min(number or 1, pages) - 1) * SIZE
    return facts[start : start + SIZE]


def state(fact: Fact, at: datetime) -> str:
    """`proposed`, `future`, `expired`, `soon` or `holds`."""
    if fact.proposed:
        return "proposed"
    if fact.valid_from > at:
        return "future"
    if fact.valid_until is None:
        return "holds"
    if fact.valid_until <= at:
        return "expired"
    near = timedelta(days=data.settings().fact_warning_days)
    return "soon" if fact.valid_until - at <= near else "holds"


def _is_of(fact: Fact, kind: str, quarrels: Mapping[str, object], at: datetime) -> bool:
    if kind == "late":
        return state(fact, at) in ("expired", "soon")
    if kind == "checked":
        return fact.proposed
    return kind != "quarrel" or fact.id in quarrels


def _figures(known: Known, at: datetime) -> Html:
    states = [state(one, at) for one in known.facts]
    figures = [
        ("all", states.count("holds") + states.count("soon"), _("facts that hold")),
        ("late", states.count("expired"), _("expired: nothing cites them")),
        ("high", states.count("soon"), _("expire soon")),
        ("normal", states.count("proposed"), _("still to be checked")),
        ("critical", len(known.contradictions), _("contradictions")),
    ]
    return fill(
        '<div class="ot-numbers">{items}</div>',
        items=join(
            fill(
                '<div class="ot-number ot-n-{kind} {none}"><b>{n}</b>{text}</div>',
                kind=kind,
                none="" if number else "ot-zero",
                n=number,
                text=text,
            )
            for kind, number, text in figures
        ),
    )


def _quarrels(found: Sequence[Contradiction]) -> dict[str, list[tuple[str, str, str]]]:
    """By fact id: what it says, what says otherwise, and how."""
    by_fact: dict[str, list[tuple[str, str, str]]] = {}
    for one in found:
        by_fact.setdefault(one.first.id, []).append((one.said, one.second.id, one.other))
        if not isinstance(one.second, Power):
            by_fact.setdefault(one.second.id, []).append((one.other, one.first.id, one.said))
    return by_fact


def _card(
    fact: Fact,
    use: FactUse | None,
    quarrels: Sequence[tuple[str, str, str]],
    known: Known,
    who: Person,
) -> None:
    with st.container(key=f"ot-fact-{fact.id}", border=True):
        show(_says(fact, known, now()))
        for said, other, otherwise in quarrels:
            text = _("Says {said}; {other} says {otherwise}.").format(
                said=said, other=other, otherwise=otherwise
            )
            show(fill('<p class="ot-wrong">{text}</p>', text=one_line(text, shown=300)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            show(fill('<p class="ot-fine">{text}</p>', text=one_line(_said_where(use))))
            for mention_id in use.mention_ids if use else []:
                label = _("To case {number}").format(number=mention_id)
                if st.button(label, key=f"fact-{fact.id}-{mention_id}", type="tertiary"):
                    open_case(mention_id)
            changing.ways(ProposalKind.FACT, fact.id, known, who, fact)


def _said_where(use: FactUse | None) -> str:
    if use is None:
        return _("No draft cites it of late")
    drafts = ngettext("{n} draft", "{n} drafts", use.drafts)
    replies = ngettext("{n} reply", "{n} replies", use.replies)
    return _("Cited by {drafts}, of these {replies} in public or on their way:").format(
        drafts=drafts, replies=replies
    )


def _says(fact: Fact, known: Known, at: datetime) -> Html:
    first = in_language(fact.text_ru or fact.text_en, fact.text_en or fact.text_ru)
    other = in_language(fact.text_en if fact.text_ru else "", fact.text_ru if fact.text_en else "")
    return fill(
        '<div class="ot-known-fact"><div><b>{first}</b>{other}</div><div>{chips}</div>'
        '<div class="ot-fine">{owner}<br>{source}<br><code>{id}</code> {place}</div></div>',
        first=plain(first, shown=600),
        other=fill('<p class="ot-fine">{text}</p>', text=plain(other, shown=600)) if other else "",
        chips=join(_chips(fact, at), " "),
        owner=one_line(_("Kept true by {name}").format(name=owner_of(fact)), shown=160),
        source=one_line(_("By: {source}").format(source=fact.source), shown=160),
        id=fact.id,
        place=one_line(changing.origin(ProposalKind.FACT, fact.id, fact.place, known), shown=160),
    )


def _chips(fact: Fact, at: datetime) -> list[Html]:
    last = last_day(fact)
    day = words.day(date.fromisoformat(last)) if last else ""
    begins = words.moment(fact.valid_from, now=at)
    said = {
        "proposed": ("ot-u-normal", _("still to be checked: nothing cites it")),
        "future": ("ot-u-normal", _("holds from {day}").format(day=begins)),
        "expired": ("ot-u-critical", _("expired after {day}").format(day=day)),
        "soon": ("ot-u-high", _("holds until {day}").format(day=day)),
        "holds": ("ot-rate-ok", _("holds until {day}").format(day=day) if day else _("holds")),
    }[state(fact, at)]
    chips = [fill('<span class="ot-chip {kind}">{text}</span>', kind=said[0], text=said[1])]
    if fact.audience is Audience.PRIVATE:
        chips.append(_chip(_("only in private talk")))
    if fact.first:
        chips.append(_chip(_("comes before all others")))
    missing = fact.says.missing
    if missing:
        text = _("not written in {languages}")
        chips.append(_chip(text.format(languages=", ".join(one.value for one in missing))))
    chips += [_chip(words.name("topic", topic)) for topic in fact.topics]
    chips += [_chip(f"{words.name('entity', kind)}: {', '.join(ids)}") for kind, ids in fact.about]
    return chips


def _chip(text: str) -> Html:
    return fill('<span class="ot-chip">{text}</span>', text=one_line(text, shown=80))
