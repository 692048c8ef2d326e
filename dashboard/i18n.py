"""Words on the screen: English in the code, other languages from `catalogues/*.po`.

`ru.po` has what all views share, `queue.ru.po` the texts of one room. They are read as they are:
no compiled file to forget. `N_` marks a text that is translated later, where it is shown.
"""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from gettext import NullTranslations, c2py
from pathlib import Path

from dashboard import browser, data
from otklik.errors import ConfigError

CATALOGUES = Path(__file__).resolve().parent / "catalogues"
SOURCE_LANGUAGE = "en"


class Catalogue(NullTranslations):
    """One language: texts by their English original; plural forms by the file's own rule."""

    def __init__(self, texts: dict[str, list[str]], plural: Callable[[int], int]) -> None:
        super().__init__()
        self.texts, self.plural = texts, plural

    def gettext(self, message: str) -> str:
        """The text in this language, or the original."""
        return self.texts.get(message, [message])[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form of a text that goes with the number `n`."""
        forms = self.texts.get(msgid1, [msgid1, msgid2])
        return forms[min(self.plural(n), len(forms) - 1)]


@cache
def translation(language: str) -> Catalogue:
    """The catalogue of a language; English needs none."""
    if language == SOURCE_LANGUAGE:
        return Catalogue({}, lambda n: int(n != 1))
    entries: dict[str, list[str]] = {}
    for path in sorted(CATALOGUES.glob(f"*{language}.po")):
        _add(entries, read_po(path.read_text(encoding="utf-8")), path.name)
    header = entries.pop("", [""])[0]
    rule = header.partition("plural=")[2].partition(";")[0]
    return Catalogue(entries, c2py(rule) if rule else (lambda n: int(n != 1)))


def _add(entries: dict[str, list[str]], more: dict[str, list[str]], name: str) -> None:
    for original, forms in more.items():
        if entries.setdefault(original, forms) != forms:
            raise ConfigError(f"{name}: {original!r} is translated otherwise in another catalogue")


def read_po(text: str) -> dict[str, list[str]]:
    """Texts of a .po file: original → forms (one when the text has no plural).

    Raises:
        ConfigError: a line that belongs nowhere.
    """
    entries: dict[str, list[str]] = {}
    for lines in _blocks(text):
        fields: dict[str, str] = {}
        name = ""
        for line in lines:
            if not line.startswith('"'):
                name, _space, line = line.partition(" ")  # noqa: PLW2901
            if not name.startswith("msg"):
                raise ConfigError(f"not a line of a .po file: {line}")
            fields[name] = fields.get(name, "") + str(ast.literal_eval(line))
        forms = [value for key, value in fields.items() if key.startswith("msgstr")]
        entries[fields["msgid"]] = forms
    return entries


def _blocks(text: str) -> Iterator[list[str]]:
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            yield lines


def current_language() -> str:
    """The language this browser asked for, else the first language of the settings."""
    chosen = browser.cookies().get(browser.LANGUAGE_COOKIE, "")
    return chosen if chosen in browser.LANGUAGES else data.settings().language


def N_(text: str) -> str:  # noqa: N802
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


def _(text: str) -> str:
    """The text in the language of this browser."""
    return translation(current_language()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form that goes with `count`, with the count put in at ``{n}``."""
    return translation(current_language()).ngettext(one, many, count).format(n=count)


def unit(one: str, many: str, count: int) -> str:
    """The form that goes with `count`, without the count: for one that is drawn by itself."""
    found = translation(current_language()).ngettext(one, many, count)
    return found.replace("{n}", "").strip()


def in_language(russian: str, english: str) -> str:
    """Of two texts the one this browser reads."""
    return russian if current_language() == "ru" else english
