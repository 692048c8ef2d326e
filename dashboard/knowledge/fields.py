"""Fields of a fact and of a power: their names, and their values as people read them."""

from typing import Any

from dashboard import words
from dashboard.i18n import N_, _

LABELS = {
    "ru": N_("In Russian"),
    "en": N_("In English"),
    "topics": N_("Topics"),
    "keywords": N_("Words that call for it"),
    "asked": N_("Questions it answers"),
    "about": N_("Only of"),
    "owner": N_("Who keeps it true"),
    "person": N_("Login"),
    "source": N_("Where it comes from"),
    "valid_from": N_("First day"),
    "valid_until": N_("Last day"),
    "audience": N_("Where it may be said"),
    "fault_ru": N_("In Russian, where it went wrong"),
    "fault_en": N_("In English, where it went wrong"),
    "up_to": N_("Without asking, up to"),
    "limits": N_("Each role, up to"),
    "beyond": N_("Beyond every limit"),
    "unit": N_("Counted in"),
}
_WORDS = {"topics": "topic", "beyond": "role"}


def shown_value(value: Any) -> list[str]:
    """Lines of one field's value."""
    if not value and value is not False and value != 0:
        return []
    if isinstance(value, dict):
        return [f"{_key(key)}: {', '.join(shown_value(inner))}" for key, inner in value.items()]
    if isinstance(value, list):
        return [str(one) for one in value]
    return [_("yes") if value is True else str(value)]


def named_value(key: str, value: Any) -> list[str]:
    """The same, words of the vocabulary and days as people say them."""
    lines = shown_value(value)
    if key in _WORDS:
        return [words.name(_WORDS[key], line) for line in lines]
    if key.startswith("valid_"):
        return [".".join(reversed(line.split("-"))) for line in lines]
    return lines


def _key(key: str) -> str:
    for kind in ("role", "entity"):
        if (name := words.name(kind, key)) != key:
            return name
    return key
