"""The words of all names, and which of them a word of a text may be."""

from __future__ import annotations

from collections import defaultdict

from classifier.naming import forms_of, invented_forms, is_one_edit, stem
from otklik.language.normaliser import URL, USER
from otklik.language.remembering import WORDS

LONG = 7  # letters: only longer words may be misspelt
_LEAST_STEM = 4

Ids = tuple[tuple[int, bool], ...]  # (word, is it misspelt)
RAW: Ids = ((-1, False),)  # a number or a handle: the original decides


class _Memo(dict[str, Ids]):
    """Form → words; worked out when first asked."""

    def __init__(self, words: Vocabulary) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, form: str) -> Ids:
        if len(self) > WORDS:
            self.clear()
        found = self[form] = self._words.look_up(form)
        return found


class Vocabulary:
    """Numbers the words of names; `memo[form]` are those a form may stand for."""

    def __init__(self) -> None:
        self.memo = _Memo(self)
        self._numbers: dict[str, int] = {}
        self._by_lemma: dict[str, set[int]] = defaultdict(set)
        self._by_stem: dict[str, set[int]] = defaultdict(set)
        self._invented: dict[str, set[int]] = defaultdict(set)
        self._by_cut: dict[str, set[str]] = defaultdict(set)
        self._begins: set[str] = set()
        self._raw_forms: set[str] = set()

    def add(self, form: str) -> int:
        """The number of a word of a name."""
        if form not in self._numbers:
            self._numbers[form] = len(self._numbers)
        return self._numbers[form]

    def seal(self) -> None:
        """All names are in: prepare what look-ups need."""
        for form, number in self._numbers.items():
            self._begins.add(form[:2])
            if not form.isalpha():
                self._raw_forms.add(form)
                continue
            for one in forms_of(form):
                self._by_lemma[one.lemma].add(number)
            for invented in invented_forms(form):
                self._invented[invented].add(number)
            if not any(one.is_known for one in forms_of(form)):
                self._by_stem[stem(form)].add(number)
            if len(form) >= LONG:
                for cut in _cuts(stem(form)):
                    self._by_cut[cut].add(form)
        self._first = {begin[0] for begin in self._begins}

    def raw(self, written: str) -> Ids:
        """The word for a number or a handle as it is written, in lower case."""
        number = self._numbers.get(written)
        return () if number is None else ((number, False),)

    def look_up(self, form: str) -> Ids:
        """Words of names that `form` may stand for; the certain ones first."""
        if not form.strip("0") or form in (USER, URL):
            return RAW if self._raw_forms else ()
        exact = self._numbers.get(form)
        if not form.isalpha():
            return () if exact is None else ((exact, False),)
        if form[:2] not in self._begins and form[:1] not in self._first:
            return ()
        found = self._inflected(form) if form[:2] in self._begins else set()
        if exact is not None:
            found.add(exact)
        if found or len(form) < LONG - 1:
            return tuple((number, False) for number in sorted(found))
        return tuple((number, True) for number in sorted(self._misspelt(form)))

    def _inflected(self, form: str) -> set[int]:
        readings = forms_of(form)
        found = {number for one in readings for number in self._by_lemma.get(one.lemma, ())}
        found |= self._invented.get(form, set())
        if not any(one.is_known for one in readings):
            base = stem(form)
            found |= self._by_stem.get(base, set()) if len(base) >= _LEAST_STEM else set()
        if form.isascii() and len(form) > _LEAST_STEM and form.endswith("s"):
            single = self._numbers.get(form[:-1])
            found |= set() if single is None else {single}
        return found

    def _misspelt(self, form: str) -> set[int]:
        """Long words one edit away; a word of the dictionary is not misspelt."""
        base = stem(form)
        near = {word for cut in _cuts(base) for word in self._by_cut.get(cut, ())}
        if not near or any(one.is_known for one in forms_of(form)):
            return set()
        return {
            self._numbers[word]
            for word in near
            if word[0] == form[0] and is_one_edit(base, stem(word))
        }


def _cuts(word: str) -> set[str]:
    """A word and it with any one letter left out: two words one edit apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
