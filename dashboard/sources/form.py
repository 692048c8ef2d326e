"""The form for one more source: widgets from the platform's settings, errors beside the field."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.case import answering
from dashboard.i18n import _
from dashboard.plain import fill, one_line, show
from dashboard.sources import changing, fields
from dashboard.sources.fields import WHOLE, FieldKind, FormField, Wrong
from otklik.entries import SourceSettings
from otklik.platforms import AnyPlatform

WRONG, ADDED = "add-wrong", "add-done"
CHANGING, CHANGE = "change-source-open", "change-source-wanted"
OURS = ("base_url",)  # common to all, and still the first thing to say
LONG = (FieldKind.LINES, FieldKind.JSON, FieldKind.CHOICES)
INTERVAL = f"{SourceSettings.model_fields['interval'].default:g}"


def draw(kind: type[AnyPlatform]) -> None:
    """The form; what it came to stands in the session: `WRONG` by field, or `ADDED`."""
    wrong: Wrong = st.session_state.get(WRONG, {})
    found = fields.list_fields(kind)
    with st.form(key="add-source", border=False, enter_to_submit=False):
        _own_name(kind, wrong)
        _settings(kind, found, wrong)
        with st.container(horizontal=True, key="ot-add-decide", vertical_alignment="center"):
            st.form_submit_button(
                _("Add the source"), type="primary", key="add", on_click=_on_add, args=(kind,)
            )
            st.form_submit_button(_("Check first"), key="try", on_click=_on_try, args=(kind,))
            _not_yet(wrong)


def draw_change(kind: type[AnyPlatform], name: str) -> None:
    """The form of a source there is; `begin_change` has filled it in.

    What is to be saved stands in the session under `CHANGE`: the view checks it by one real call.
    """
    wrong: Wrong = st.session_state.get(WRONG, {})
    with st.form(key="change-source", border=False, enter_to_submit=False):
        _settings(kind, fields.list_fields(kind), wrong)
        with st.container(horizontal=True, key="ot-add-decide", vertical_alignment="center"):
            st.form_submit_button(
                _("Check and save"),
                type="primary",
                key="change",
                on_click=_on_change,
                args=(kind, name),
            )
            st.form_submit_button(_("Leave as it is"), key="leave", on_click=end_change)
            _not_yet(wrong)


def begin_change(
    kind: type[AnyPlatform], name: str, config: Mapping[str, Any], interval: float
) -> None:
    """Fill the form with the settings of a source."""
    end_change()
    for field in fields.list_fields(kind):
        if field.name in config:
            value = fields.as_typed(config[field.name], field.kind)
        else:
            value = field.default
        is_no_choice = field.kind is FieldKind.CHOICE and value not in field.choices
        st.session_state[_key(kind, field.name)] = None if is_no_choice else value
    st.session_state[_key(kind, "name")] = name
    st.session_state[_key(kind, "interval")] = f"{interval:g}"
    st.session_state[CHANGING] = name


def end_change() -> None:
    """Close the form."""
    for key in (CHANGING, CHANGE, WRONG):
        st.session_state.pop(key, None)


def _on_change(kind: type[AnyPlatform], name: str) -> None:
    st.session_state[_key(kind, "name")] = name
    st.session_state[CHANGE] = _read(kind)


def _not_yet(wrong: Wrong) -> None:
    if wrong:
        text = _("Not yet: mend what is marked in red.")
        show(fill('<p class="ot-notice ot-notice-problem">{text}</p>', text=text))


def _settings(kind: type[AnyPlatform], found: Sequence[FormField], wrong: Wrong) -> None:
    first = OURS if kind.cost == "free" else (*OURS, "monthly_budget")
    _widgets(kind, [one for one in found if one.name in first or not one.is_common], wrong)
    rest = [one for one in found if one.is_common and one.name not in first]
    with st.expander(_("More settings"), expanded=any(one.name in wrong for one in rest)):
        _interval(kind, wrong)
        _widgets(kind, rest, wrong)
    _problem(wrong, WHOLE)


def _key(kind: type[AnyPlatform], name: str) -> str:
    return f"add-{kind.name}-{name}"


def _own_name(kind: type[AnyPlatform], wrong: Wrong) -> None:
    st.text_input(
        _("Name at the desk"),
        key=_key(kind, "name"),
        max_chars=128,
        placeholder=_("as you call it"),
    )
    _problem(wrong, "name")


def _interval(kind: type[AnyPlatform], wrong: Wrong) -> None:
    key = _key(kind, "interval")
    value: dict[str, Any] = {} if key in st.session_state else {"value": INTERVAL}
    st.text_input(_("Seconds between two readings"), key=key, **value)
    _hint(_("To begin with: busy sources are read more often, quiet ones less."))
    _problem(wrong, "interval")


def _widgets(kind: type[AnyPlatform], found: Sequence[FormField], wrong: Wrong) -> None:
    """Short ones two by two, long ones by themselves."""
    waiting: list[FormField] = []
    for field in (*found, None):
        is_long = field is None or field.kind in LONG or field.name in OURS
        if waiting and (is_long or len(waiting) == 2):
            for column, one in zip(st.columns(2, gap="small"), waiting, strict=False):
                with column:
                    _widget(kind, one, wrong)
            waiting = []
        if field is not None and is_long:
            _widget(kind, field, wrong)
        elif field is not None:
            waiting.append(field)


def _widget(kind: type[AnyPlatform], field: FormField, wrong: Wrong) -> None:
    key, label = _key(kind, field.name), f"{field.label} *" if field.is_required else field.label
    with st.container(key=f"ot-field-{field.name}", gap=None):
        is_filled = key in st.session_state  # a default beside it would only be warned about
        value: dict[str, Any] = {} if is_filled else {"value": field.default}
        if field.kind is FieldKind.FLAG:
            st.toggle(label, key=key, **value)
        elif field.kind is FieldKind.CHOICE:
            choices = list(field.choices)
            at = choices.index(field.default) if field.default in choices else None
            st.selectbox(label, choices, index=0 if is_filled else at, key=key)
        elif field.kind is FieldKind.CHOICES:
            chosen = None if is_filled else field.default
            st.multiselect(label, field.choices, chosen, key=key, placeholder=_("Any"))
        elif field.kind in (FieldKind.LINES, FieldKind.JSON):
            st.text_area(label, key=key, height=90, **value)
        else:
            hint = fields.SECRET_PREFIX + "…" if field.kind is FieldKind.SECRET else None
            st.text_input(label, key=key, placeholder=hint, **value)
        _hint(field.hint, _how(field))
        _problem(wrong, field.name)


def _how(field: FormField) -> str:
    if field.kind is FieldKind.SECRET:
        return _("A secret: the name of an environment variable.")
    if field.kind is FieldKind.LINES:
        return _("One to a line.")
    return _("As JSON.") if field.kind is FieldKind.JSON else ""


def _hint(text: str, more: str = "") -> None:
    show(
        fill(
            '<p class="ot-fine ot-field-hint">{text} <b>{more}</b></p>',
            text=one_line(text, shown=600),
            more=more,
        )
    )


def _problem(wrong: Wrong, name: str) -> None:
    with st.container(gap=None):  # stands there always, so that what follows keeps its place
        if name in wrong:
            text = one_line(wrong[name], shown=600)
            show(fill('<p class="ot-wrong" role="alert">{text}</p>', text=text))


def _typed(kind: type[AnyPlatform]) -> Mapping[str, Any]:
    names = ("name", "interval", *kind.settings_type.model_fields)
    found = {name: st.session_state.get(_key(kind, name)) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _read(kind: type[AnyPlatform]) -> tuple[str, float, dict[str, Any]] | None:
    """What was typed; None, with the reasons in `WRONG`, when it does not do."""
    typed = _typed(kind)
    config, wrong = fields.read_form(kind, typed)
    name = str(typed.get("name", "")).strip()
    if not name:
        wrong["name"] = _("This is needed.")
    interval = fields.find_number(str(typed.get("interval", INTERVAL)))
    if interval is None or interval <= 0:
        wrong["interval"] = _("A number is needed.")
    st.session_state[WRONG] = wrong
    _forget_secrets(kind, wrong)
    return None if wrong or interval is None else (name, interval, config)


def _forget_secrets(kind: type[AnyPlatform], wrong: Wrong) -> None:
    """Whoever typed the secret itself shall not find it on the screen again."""
    for field in fields.list_fields(kind):
        if field.kind is FieldKind.SECRET and field.name in wrong:
            typed = str(st.session_state.get(_key(kind, field.name), ""))
            if not fields.is_variable(typed):
                st.session_state[_key(kind, field.name)] = ""


def _on_add(kind: type[AnyPlatform]) -> None:
    if (read := _read(kind)) is None:
        return
    name, interval, config = read
    added = changing.add(name, kind.name, config, interval)
    if isinstance(added, dict):
        st.session_state[WRONG] = added
        return
    st.session_state[ADDED] = added


def _on_try(kind: type[AnyPlatform]) -> None:
    """Ask for a check of what was typed; the view makes the call, where a person sees it wait."""
    read = _read(kind)
    st.session_state[wanted_check(kind)] = read[2] if read else None


def wanted_check(kind: type[AnyPlatform]) -> str:
    """Where the configuration to be checked waits for the view."""
    return f"try-{kind.name}"


def offered() -> list[str]:
    """Platforms a source can be added for, by title; files are imported instead."""
    found = answering.platforms()
    names = [name for name in found if name != "file"]
    return sorted(names, key=lambda name: (found[name].title or name).casefold())
