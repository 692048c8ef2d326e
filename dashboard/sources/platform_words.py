"""What platforms say of themselves, in the language of the screen.

A collector speaks English, like all code. `catalogues/platforms/<name>.<language>.po` says the
same to the desk: what its settings are for, what rights it needs, how to get a token.
"""

from collections.abc import Iterator
from functools import cache

from dashboard.i18n import CATALOGUES, SOURCE_LANGUAGE, current_language, read_po
from otklik.describing import describe_field
from otklik.platforms import AnyPlatform, PlatformSettings

FREE = "free"  # the desk's own word


def told(platform: str, text: str) -> str:
    """A text of a platform in the language of this browser; the original where none is."""
    return _texts(platform, current_language()).get(text, text)


@cache
def _texts(platform: str, language: str) -> dict[str, str]:
    file = CATALOGUES / "platforms" / f"{platform}.{language}.po"
    if language == SOURCE_LANGUAGE or not file.is_file():
        return {}
    entries = read_po(file.read_text(encoding="utf-8"))
    return {original: forms[0] for original, forms in entries.items() if original and forms[0]}


def texts_of(kind: type[AnyPlatform]) -> tuple[str, ...]:
    """Every text that the desk shows of a platform, each once."""
    return tuple(dict.fromkeys(text for text in _all_texts(kind) if text))


def _all_texts(kind: type[AnyPlatform]) -> Iterator[str]:
    yield from (kind.title, *kind.rights, *kind.token_steps, kind.answers, *kind.cannot)
    if kind.cost != FREE:
        yield kind.cost
    yield from (limit.per for limit in kind.limits)
    known = PlatformSettings.model_fields
    for name in kind.settings_type.model_fields:
        text = describe_field(kind.settings_type, name)
        if name not in known or text != describe_field(PlatformSettings, name):
            yield text
