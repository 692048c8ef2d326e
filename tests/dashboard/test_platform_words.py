"""Every text of every platform is there in Russian, and no other."""

from __future__ import annotations

import pytest

from dashboard.i18n import CATALOGUES, read_po
from dashboard.sources.platform_words import texts_of
from otklik.platforms import discover, load_platform

LATIN_ONLY = 24  # characters; a longer Russian text has Russian letters in it


@pytest.mark.parametrize("name", discover())
def test_a_platform_speaks_russian_at_the_desk(name: str) -> None:
    file = CATALOGUES / "platforms" / f"{name}.ru.po"
    entries = read_po(file.read_text(encoding="utf-8"))
    entries.pop("")
    texts = set(texts_of(load_platform(name)))
    assert texts - set(entries) == set(), "not translated yet"
    assert set(entries) - texts == set(), "no longer said"
    for original, (russian,) in entries.items():
        is_russian = any("а" <= letter <= "я" for letter in russian.lower())
        assert russian.strip(), original
        assert is_russian or len(russian) <= LATIN_ONLY, original


def test_no_catalogue_is_of_a_platform_that_is_gone() -> None:
    files = {file.name.split(".")[0] for file in (CATALOGUES / "platforms").glob("*.po")}
    assert files == set(discover())
