"""What people say of a verdict on a case: corrections, what is right, what does not fit yet."""

from collections.abc import Callable

import streamlit as st

from dashboard import data, words
from dashboard.case import actions, reasons
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line, show
from otklik import database, learning
from otklik.enums import Stance
from otklik.learning import Fault
from otklik.store.judgements import LABEL_FIELDS


def draw(case: data.CaseFile) -> None:
    """Who said what of the verdict, and the ways to say something."""
    mention = case.mention
    given = _given(case)
    if given:
        show(given, is_wide=False)
    with st.popover(_("The verdict is wrong"), type="tertiary", key=f"wrong-{mention.id}"):
        _form(case)
    known = {one.field for one, _name in case.labels if one.mention_version == mention.version}
    if case.verdict is not None and set(LABEL_FIELDS) - known:
        st.button(
            _("The rest is right") if known else _("The verdict is right"),
            key=f"confirm-{mention.id}",
            type="tertiary",
            on_click=actions.on_confirm,
            args=(mention.id or 0, mention.version),
        )


def what_does_not_fit(case: data.CaseFile) -> None:
    """Labels that contradict each other, or on which people differ."""
    if case.labels:
        show(_what_does_not_fit(case))


def _given(case: data.CaseFile) -> Html:
    """A person's last word on each field; all the earlier ones stand in the audit log."""
    last = {
        (name, one.field): one
        for one, name in case.labels
        if one.mention_version == case.mention.version
    }
    return join(
        fill(
            '<span class="ot-chip">{who}: {field} → {value}</span>',
            who=one_line(name),
            field=words.name("field", one.field),
            value=words.name(one.field, one.value),
        )
        for (name, _field), one in last.items()
    )


def _form(case: data.CaseFile) -> None:
    mention = case.mention
    show(fill('<p class="ot-fine">{text}</p>', text=_("It should be")))
    stances = [one for one in Stance if case.verdict is None or one is not case.verdict.stance]
    reasons.pick(
        [(words.name("stance", one), _stance_giver(case, one)) for one in stances],
        f"stance-{mention.id}",
    )
    with st.expander(_("Something else is wrong")):
        _other_field(case)


def _stance_giver(case: data.CaseFile, stance: Stance) -> Callable[[], None]:
    mention = case.mention
    return lambda: actions.on_label_as(mention.id or 0, mention.version, "stance", str(stance))


def _other_field(case: data.CaseFile) -> None:
    mention = case.mention
    field_key, value_key = f"label-field-{mention.id}", f"label-value-{mention.id}"
    field = st.selectbox(
        _("What is wrong"),
        list(LABEL_FIELDS),
        format_func=lambda value: words.name("field", value),
        key=field_key,
    )
    st.selectbox(
        _("It should be"),
        sorted(LABEL_FIELDS[field]),
        format_func=lambda value: words.name(field, value),
        key=value_key,
    )
    st.button(
        _("Keep the correction"),
        key=f"label-{mention.id}",
        type="primary",
        on_click=actions.on_label,
        args=(mention.id or 0, mention.version, field_key, value_key),
    )


def _what_does_not_fit(case: data.CaseFile) -> Html:
    mention = case.mention
    with database.reading(data.engine()) as session:
        values, disputed = learning.settle_mention(
            session, mention.brand_id, mention.id or 0, mention.version
        )
    lines = [fault_line(fault) for fault in learning.inconsistencies(values)]
    if disputed:
        lines.append(dispute_line(disputed))
    return join(
        fill('<p class="ot-notice ot-notice-problem" role="status">{text}</p>', text=line)
        for line in lines
    )


def fault_line(fault: Fault) -> str:
    """A contradiction and what the labelling guide asks for, for people."""
    return _("{stance} does not go with “{field}: {value}”. The guide asks for: {allowed}.").format(
        stance=words.name("stance", fault.stance),
        field=words.name("field", fault.field),
        value=words.name(fault.field, fault.value),
        allowed=", ".join(words.name(fault.field, one) for one in fault.allowed),
    )


def dispute_line(fields: tuple[str, ...]) -> str:
    """Which fields people differ on, and who may settle it."""
    return _("People disagree: {fields}. It teaches nothing until a lead has settled it.").format(
        fields=", ".join(words.name("field", one) for one in fields)
    )
