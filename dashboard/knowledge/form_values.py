"""What stands in the fields of a form, and back: values key by key as in a file."""

from datetime import date
from typing import Any

import streamlit as st

from dashboard.knowledge import reading
from otklik.clock import now
from otklik.enums import Role
from otklik.models import Person
from otklik.people import may
from otklik.subjects import SUBJECT_KINDS
from responder.knowledge import Audience
from responder.knowledge.house import House
from responder.knowledge.importing.proposing import free_id

LINES = ("ru", "en", "fault_ru", "fault_en", "asked")
COMMAS = ("keywords", "fault_keywords", "only_if", "not_if")
ORDER = (
    *("id", "ru", "en", "fault_ru", "fault_en", "topics", "keywords", "fault_keywords", "asked"),
    *("only_if", "not_if", "owner", "person", "source", "valid_from", "valid_until", "audience"),
    *("about", "first", "general", "action"),
)
ROLES = (Role.OPERATOR, Role.APPROVER, Role.LEAD)


def key_of(name: str) -> str:
    """Key of a field's widget."""
    return f"kform-{name}"


def _put(name: str, value: Any) -> None:
    st.session_state.setdefault(key_of(name), value)


def got(name: str) -> Any:
    """What stands in a field."""
    return st.session_state.get(key_of(name))


def begin(values: dict[str, Any], who: Person, *, is_fact: bool) -> None:
    """Fill the fields in once; what a person types stays."""
    for name in LINES:
        _put(name, "\n".join(_texts(values.get(name))))
    for name in COMMAS:
        _put(name, ", ".join(_texts(values.get(name))))
    _put("topics", list(_texts(values.get("topics"))))
    _put("owner", str(values.get("owner", "")))
    own = "" if may(who, Role.LEAD) else who.login
    _put("person", str(values.get("person", "") or own))
    _put("source", str(values.get("source", "")))
    _put("valid_from", _day(values.get("valid_from")) or (None if not is_fact else now().date()))
    _put("valid_until", _day(values.get("valid_until")))
    _put("audience", str(values.get("audience", Audience.PUBLIC.value)))
    for name in ("first", "general"):
        _put(name, bool(values.get(name)))
    about = values.get("about") or {}
    for kind in SUBJECT_KINDS:
        _put(f"about-{kind.value}", _texts(about.get(kind.value)))
    limits = values.get("limits") or {Role.OPERATOR.value: values.get("up_to")}
    for role in ROLES:
        _put(f"limit-{role.value}", limits.get(role.value))
    _put("unit", str(values.get("unit", "roubles")))
    _put("beyond", str(values.get("beyond") or ""))


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def fact_values(opened: dict[str, Any], house: House) -> dict[str, Any]:
    """What stands in the fields, key by key as in a file; keys without a field stay as they are."""
    values = {key: one for key, one in opened["values"].items() if key != "proposed"}
    values |= {name: _lines(got(name)) for name in LINES}
    values |= {name: _parts(got(name)) for name in COMMAS}
    for name in ("owner", "person", "source"):
        values[name] = str(got(name) or "").strip()
    values["topics"] = list(got("topics") or ())
    for name in ("valid_from", "valid_until"):
        values[name] = got(name).isoformat() if got(name) else None
    values["audience"] = None if got("audience") == Audience.PUBLIC.value else got("audience")
    found = {kind.value: list(got(f"about-{kind.value}") or ()) for kind in SUBJECT_KINDS}
    values["about"] = {key: ids for key, ids in found.items() if ids}
    values["first"], values["general"] = bool(got("first")), bool(got("general"))
    if opened["new"]:
        texts = [*values["ru"], *values["en"], ""]
        values["id"] = free_id(texts[0], reading.taken_ids(house))
    ordered = {key: values[key] for key in ORDER if values.get(key) or key == "keywords"}
    return ordered | {key: one for key, one in values.items() if key not in ORDER and one}


def power_values(opened: dict[str, Any]) -> dict[str, Any]:
    """The same of a power."""
    values = dict(opened["values"])
    values["ru"], values["en"] = _lines(got("ru")), _lines(got("en"))
    values["topics"] = list(got("topics") or ())
    values["owner"] = str(got("owner") or "").strip()
    found = {role.value: got(f"limit-{role.value}") for role in ROLES}
    limits = {role: int(most) for role, most in found.items() if most is not None}
    values["limits"] = limits
    values["up_to"] = next(iter(limits.values()), 0)
    values["unit"] = got("unit")
    values["beyond"] = got("beyond") or None
    return {key: one for key, one in values.items() if one not in (None, "", [], {})}


def _lines(text: Any) -> list[str]:
    return [" ".join(line.split()) for line in str(text or "").splitlines() if line.strip()]


def _parts(text: Any) -> list[str]:
    return [part.strip() for part in str(text or "").replace("\n", ",").split(",") if part.strip()]
