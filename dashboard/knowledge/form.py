"""Writing a fact: its fields, what is wrong beside each, what it contradicts and answers."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.i18n import N_, _, in_language, ngettext
from dashboard.knowledge import doing, preview, reading
from dashboard.knowledge.faults import said
from dashboard.knowledge.fields import LABELS
from dashboard.knowledge.form_values import (
    ROLES,
    begin,
    fact_values,
    got,
    key_of,
    power_values,
)
from dashboard.knowledge.reading import Known
from dashboard.plain import fill, join, one_line, plain, show
from otklik.clock import now
from otklik.enums import ProposalKind, Role, Severity, Topic
from otklik.models import Person
from otklik.people import may
from otklik.subjects import SUBJECT_KINDS
from responder.knowledge import Audience
from responder.knowledge.judging_one import Judged, judge_fact, judge_power

AUDIENCES = {
    Audience.PUBLIC.value: N_("in public"),
    Audience.PRIVATE.value: N_("only in private talk"),
}


def draw(who: Person, known: Known) -> None:
    """The form that is open, and beside it all that can be said of what stands in it."""
    opened = st.session_state[doing.FORM]
    kind: ProposalKind = opened["kind"]
    house = known.house
    if house is None:
        return
    is_fact = kind is ProposalKind.FACT
    _head(opened, is_fact=is_fact)
    begin(opened["values"], who, is_fact=is_fact)
    values = fact_values(opened, house) if is_fact else power_values(opened)
    at = now()
    judged = judge_fact(house, values, at) if is_fact else judge_power(house, values)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        (_fact_fields if is_fact else _power_fields)(judged, who, opened)
    with right:
        _verdict(judged)
        if is_fact and judged.value is not None:
            preview.draw(known, judged, at)
        _propose(kind, values, opened, judged)


def _head(opened: dict[str, Any], *, is_fact: bool) -> None:
    if is_fact:
        title = _("A new fact") if opened["new"] else _("Change a fact")
    else:
        title = _("A new power") if opened["new"] else _("Change a power")
    with st.container(key="ot-kform-head", horizontal=True, vertical_alignment="center"):
        st.button(_("← Back"), key="knowledge-close", on_click=doing.close_form, type="tertiary")
        known_as = str(opened["values"].get("id", "")) if not opened["new"] else ""
        show(
            fill('<h2 class="ot-sub">{title} <code>{id}</code></h2>', title=title, id=known_as)
            if known_as
            else fill('<h2 class="ot-sub">{title}</h2>', title=title)
        )


def _beside(judged: Judged, name: str) -> None:
    """What is wrong with this field, under it."""
    for fault in judged.faults:
        if fault.key == name:
            kind = "ot-wrong" if fault.severity is Severity.BLOCK else "ot-mind"
            show(
                fill(
                    '<p class="{kind} ot-beside" role="status">{text}</p>',
                    kind=kind,
                    text=one_line(said(fault), shown=300),
                )
            )


def _fact_fields(judged: Judged, who: Person, opened: dict[str, Any]) -> None:
    st.text_area(
        _("In Russian, as it is said to somebody who asks"),
        key=key_of("ru"),
        height=80,
        help=_("One wording a line; several are said in turn"),
    )
    _beside(judged, "ru")
    st.text_area(_("In English"), key=key_of("en"), height=80)
    _beside(judged, "en")
    one, two = st.columns(2)
    with one:
        _topics()
        _beside(judged, "topics")
    with two:
        st.text_input(_(LABELS["keywords"]), key=key_of("keywords"), placeholder=_("with commas"))
        _beside(judged, "keywords")
    st.text_area(_("Questions it answers, one a line"), key=key_of("asked"), height=80)
    _beside(judged, "asked")
    _ownership(judged, who)
    _dates(judged)
    _scope()
    with st.expander(_("For somebody it went wrong for, and finer rules")):
        _finer(judged)


def _topics() -> None:
    st.multiselect(
        _(LABELS["topics"]),
        [one.value for one in Topic],
        key=key_of("topics"),
        format_func=lambda one: words.name("topic", one),
        placeholder=_("choose"),
    )


def _ownership(judged: Judged, who: Person) -> None:
    one, two, three = st.columns(3)
    with one:
        st.text_input(_(LABELS["owner"]), key=key_of("owner"), placeholder=_("a role, not a name"))
        _beside(judged, "owner")
    with two:
        st.selectbox(
            _("Who that is today"),
            reading.logins(str(got("person") or "")),
            key=key_of("person"),
            format_func=lambda login: login or _("nobody by name"),
            disabled=not may(who, Role.LEAD),
        )
    with three:
        st.text_input(
            _(LABELS["source"]), key=key_of("source"), placeholder=_("an order, a price list")
        )
        _beside(judged, "source")


def _dates(judged: Judged) -> None:
    one, two, three = st.columns(3)
    with one:
        st.date_input(_(LABELS["valid_from"]), key=key_of("valid_from"), format="DD.MM.YYYY")
        _beside(judged, "valid_from")
    with two:
        st.date_input(
            _(LABELS["valid_until"]),
            key=key_of("valid_until"),
            format="DD.MM.YYYY",
            help=_("In full; empty: until somebody ends it"),
        )
        _beside(judged, "valid_until")
    with three:
        st.selectbox(
            _(LABELS["audience"]),
            list(AUDIENCES),
            key=key_of("audience"),
            format_func=lambda one: _(AUDIENCES[one]),
        )


def _scope() -> None:
    names = reading.entity_names()
    kinds = [
        kind
        for kind in SUBJECT_KINDS
        if got(f"about-{kind.value}") or any(of is kind for of, _n in names.values())
    ]
    if not kinds:
        text = _("Your own lists name no products, branches or cities: it holds for everything.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
        return
    for kind, column in zip(kinds, st.columns(len(kinds)), strict=True):
        chosen = list(got(f"about-{kind.value}") or ())
        ids = [key for key, (of, _n) in names.items() if of is kind]
        with column:
            st.multiselect(
                words.name("entity", kind.value),
                list(dict.fromkeys([*ids, *chosen])),
                key=key_of(f"about-{kind.value}"),
                format_func=lambda key: names[key][1] if key in names else key,
                placeholder=_("any"),
            )


def _finer(judged: Judged) -> None:
    for name in ("fault_ru", "fault_en"):
        st.text_area(_(LABELS[name]), key=key_of(name), height=80)
        _beside(judged, name)
    for name, label in (
        ("fault_keywords", _("Words that call for it only where something went wrong")),
        ("only_if", _("Said of a trouble only where one of these is told")),
        ("not_if", _("Never said where one of these is told")),
    ):
        st.text_input(label, key=key_of(name), placeholder=_("with commas"))
    st.checkbox(_("Comes before all others: health and safety"), key=key_of("first"))
    st.checkbox(_("May answer vague criticism of its topic"), key=key_of("general"))


def _power_fields(judged: Judged, who: Person, opened: dict[str, Any]) -> None:
    st.text_area(_("What may be given, in Russian"), key=key_of("ru"), height=80)
    _beside(judged, "ru")
    st.text_area(_("What may be given, in English"), key=key_of("en"), height=80)
    _beside(judged, "en")
    _topics()
    _beside(judged, "topics")
    for role, column in zip(ROLES, st.columns(len(ROLES)), strict=True):
        with column:
            st.number_input(
                _("{role}, up to").format(role=words.name("role", role).capitalize()),
                key=key_of(f"limit-{role.value}"),
                min_value=0,
                step=100,
            )
    for name in ("limits", "up_to"):
        _beside(judged, name)
    one, two = st.columns(2)
    with one:
        st.selectbox(
            _("Beyond every limit, on their own answer"),
            ["", *(role.value for role in Role)],
            key=key_of("beyond"),
            format_func=lambda one: words.name("role", one) if one else _("nobody"),
        )
    with two:
        st.text_input(_("Who answers for the money"), key=key_of("owner"))
        _beside(judged, "owner")


def _verdict(judged: Judged) -> None:
    blocking = [one for one in judged.faults if one.severity is Severity.BLOCK]
    if blocking:
        text = ngettext(
            "{n} thing to be mended first", "{n} things to be mended first", len(blocking)
        )
        items = join(fill("<li>{text}</li>", text=one_line(said(one))) for one in blocking)
        show(
            fill(
                '<div class="ot-check" role="status"><p class="ot-wrong">{text}</p>'
                '<ul class="ot-findings">{items}</ul></div>',
                text=text,
                items=items,
            )
        )
    else:
        text = _("It can be said as it stands")
        show(fill('<p class="ot-clean" role="status">✓ {text}</p>', text=text))
    for one in judged.contradictions:
        _contradiction(one.said, one.second.id, one.other, _texts_of(one.second))


def _texts_of(other: Any) -> Sequence[str]:
    return [in_language(*(next(iter(texts), "") for texts in (other.says.ru, other.says.en)))]


def _contradiction(here: str, other: str, there: str, texts: Sequence[str]) -> None:
    show(
        fill(
            '<div class="ot-notice ot-notice-problem" role="alert"><b>{title}</b><br>{text}'
            "<br>{said}</div>",
            title=_("It contradicts what is known"),
            text=one_line(
                _("Here {said}; {other} says {otherwise}.").format(
                    said=here, other=other, otherwise=there
                ),
                shown=300,
            ),
            said=plain(" ".join(texts), shown=300),
        )
    )


def _propose(
    kind: ProposalKind, values: dict[str, Any], opened: dict[str, Any], judged: Judged
) -> None:
    with st.container(key="ot-kpropose", border=True):
        show(fill('<h3 class="ot-sub">{title}</h3>', title=_("Put before a second person")))
        st.text_area(
            _("What changes, and why"),
            key=doing.NOTE,
            height=80,
            placeholder=_("Your colleague decides by it; it stays on record"),
        )
        seen = True
        if judged.contradictions:
            seen = st.checkbox(_("I have seen what it contradicts"), key=doing.SEEN)
        st.button(
            _("Propose"),
            key="knowledge-propose",
            type="primary",
            disabled=not (judged.is_fit and seen),
            on_click=doing.on_propose,
            args=(kind, values, opened["base"]),
        )
