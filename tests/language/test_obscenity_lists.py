"""Lists of our own: disguised obscenities are caught, innocent words are left alone.

The lists stand in `data/`; a generator puts systematic disguises on obscene words besides.
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from otklik.language.finding import find_obscenity

DATA = Path(__file__).parent / "data"
LEAST_CAUGHT, MOST_FALSE = 0.95, 0.01

_RUSSIAN = """
хуй хуйня хуёвый нахуй похуй охуели охуенно хуесос хуета хуйло дохуя нихуя пизда пиздец пиздит
спиздили пиздабол распиздяй пиздатый бля блядь блять блядский ебать ебаный ебанутый заебали
заебись наебали выебываться уебок долбоеб еблан сука сукин мудак мудила пидор пидорас гондон говно
сукин говняный жопа срать засранец дрочить шлюха
"""
_ENGLISH = "fuck fucking motherfucker shit bullshit bitch asshole cunt whore nigger faggot"
RUSSIAN, ENGLISH = _RUSSIAN.split(), _ENGLISH.split()

_LATIN = str.maketrans("аеорсухкмт", "aeopcyxkmt")
_LEET = str.maketrans("озбаич", "0364u4")
_ENGLISH_LEET = str.maketrans("iosa", "10$@")
_MATHEMATICAL = {chr(97 + place): chr(0x1D41A + place) for place in range(26)}


def _middle(word: str) -> int:
    return len(word) // 2


def _between(sign: str) -> Callable[[str], str]:
    return sign.join


def _inside(sign: str) -> Callable[[str], str]:
    return lambda word: word[: _middle(word)] + sign + word[_middle(word) :]


def _starred(sign: str) -> Callable[[str], str]:
    return lambda word: word[0] + sign + word[2:]


def _repeated(word: str) -> str:
    return word[: _middle(word)] + word[_middle(word)] * 4 + word[_middle(word) + 1 :]


def _odd_case(word: str) -> str:
    return "".join(sign.upper() if place % 2 else sign for place, sign in enumerate(word))


ANY_SCRIPT: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "odd case": _odd_case,
    "starred": _starred("*"),
    "hashed": _starred("#"),
    "set apart by blanks": _between(" "),
    "set apart by dots": _between("."),
    "set apart by dashes": _between("-"),
    "underscored": _between("_"),
    "repeated": _repeated,
    "zero-width": _between("\u200b"),
    "soft hyphen": _inside("\u00ad"),
    "accented": _between("\u0301"),
    "struck out": _between("\u0336"),
    "picture inside": _inside("😂"),
    "dot inside": _inside("."),
    "hashtag": lambda word: "#" + word,
    "in quotes": lambda word: f"«{word}»!!!",
}
OF_RUSSIAN: dict[str, Callable[[str], str]] = {
    "latin look-alikes": lambda word: word.translate(_LATIN),
    "digits": lambda word: word.translate(_LEET),
}
OF_ENGLISH: dict[str, Callable[[str], str]] = {
    "leet": lambda word: word.translate(_ENGLISH_LEET),
    "full width": lambda word: "".join(chr(ord(sign) + 0xFEE0) for sign in word),
    "mathematical": lambda word: "".join(_MATHEMATICAL[sign] for sign in word),
}


def _listed(name: str) -> list[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


def _rate(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})"


def _say(*said: object) -> None:
    sys.stdout.write(" ".join(map(str, said)) + "\n")


def _generated() -> list[tuple[str, str]]:
    pairs = [(RUSSIAN, {**ANY_SCRIPT, **OF_RUSSIAN}), (ENGLISH, {**ANY_SCRIPT, **OF_ENGLISH})]
    return [
        (name, disguise(word))
        for words, disguises in pairs
        for name, disguise in disguises.items()
        for word in words
    ]


def test_the_lists_are_as_long_as_promised() -> None:
    assert len(set(_listed("disguised.txt"))) >= 400
    assert len(set(_listed("innocent.txt"))) >= 600


def test_disguised_obscenities_of_the_list_are_caught() -> None:
    listed = _listed("disguised.txt")
    missed = [line for line in listed if not find_obscenity(line)]
    _say("caught", _rate(len(listed) - len(missed), len(listed)), "missed:", missed)
    assert len(missed) <= (1 - LEAST_CAUGHT) * len(listed)


@pytest.mark.parametrize("change", [str, str.upper, str.capitalize], ids=["", "upper", "title"])
def test_innocent_lines_of_the_list_are_left_alone(change: Callable[[str], str]) -> None:
    listed = [change(line) for line in _listed("innocent.txt")]
    wrong = {line: find_obscenity(line) for line in listed if find_obscenity(line)}
    _say("false alarms", _rate(len(wrong), len(listed)), wrong)
    assert len(wrong) <= MOST_FALSE * len(listed)


def test_innocent_words_stay_innocent_beside_each_other() -> None:
    words = [line for line in _listed("innocent.txt") if line.isalpha()]
    chance = random.Random(4)
    pairs = [" ".join(chance.sample(words, 3)) for _ in range(2000)]
    wrong = [pair for pair in pairs if find_obscenity(pair)]
    _say("false alarms", _rate(len(wrong), len(pairs)), wrong)
    assert len(wrong) <= MOST_FALSE * len(pairs)


def test_every_disguise_on_every_word_is_seen_through() -> None:
    generated = _generated()
    missed = [pair for pair in generated if not find_obscenity(pair[1])]
    _say("caught", _rate(len(generated) - len(missed), len(generated)), "missed:", missed)
    assert len(missed) <= (1 - LEAST_CAUGHT) * len(generated)


def test_an_obscenity_is_found_at_its_exact_place() -> None:
    for _, hidden in _generated():
        text = f"Ну, {hidden} ваша связь"
        for token in find_obscenity(text):
            assert text[token.start : token.end] in text[4 : 4 + len(hidden)]
