"""Other languages are told from Russian and English, and these keep their own."""

import sys
from pathlib import Path

from otklik.enums import Language
from otklik.language.identify import identify

DATA = Path(__file__).parent / "data" / "languages.txt"
LEAST_RIGHT = 0.95


def _listed() -> list[tuple[Language, str]]:
    lines = DATA.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("# ")]
    return [(Language(language), text) for language, text in pairs]


LISTED = _listed()
OTHER = [text for language, text in LISTED if language is Language.OTHER]
OURS = [(language, text) for language, text in LISTED if language is not Language.OTHER]


def _say(name: str, wrong: list[str], whole: int) -> None:
    right = whole - len(wrong)
    sys.stdout.write(f"{name}: {right} of {whole} right ({right / whole:.1%}); wrong: {wrong}\n")


def test_the_list_is_as_long_as_promised() -> None:
    assert len(set(OTHER)) >= 60
    assert len(set(OURS)) >= 60


def test_other_languages_are_other() -> None:
    wrong = [text for text in OTHER if identify(text) is not Language.OTHER]
    _say("other", wrong, len(OTHER))
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(OTHER)


def test_russian_and_english_are_never_given_up_for_their_foreign_words() -> None:
    wrong = [text for _, text in OURS if identify(text) is Language.OTHER]
    _say("russian or english", wrong, len(OURS))
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(OURS)


def test_russian_and_english_are_told_apart() -> None:
    wrong = [text for language, text in OURS if identify(text) is not language]
    _say("which of the two", wrong, len(OURS))
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(OURS)
