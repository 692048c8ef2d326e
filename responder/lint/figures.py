"""Figures of a text: digits of any script, numbers in words, sums, times, dates, spans of time.

What two texts say in different ways has one value here: 90 minutes, an hour and a half and
полтора часа; 1,4 млн and 1 400 000; 5 декабря and 05.12.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_I = re.IGNORECASE
_ALIKE = str.maketrans("ОоOoЗзIl", "00003311")

_MONTHS = (
    "январ|january|jan", "феврал|february|feb", "март|march|mar", "апрел|april|apr",
    "ма[йяе]|may", "июн|june|jun", "июл|july|jul", "август|august|aug",
    "сентябр|september|sept|sep", "октябр|october|oct", "ноябр|november|nov",
    "декабр|december|dec",
)  # fmt: skip
_MONTH_PARTS = tuple(re.compile(rf"(?:{one})[а-яёa-z]{{0,4}}\.?$", _I) for one in _MONTHS)
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})[а-яё]{{0,3}}\b", _I)

# unit, how many of the base unit one is, pattern of the word after the number
_UNITS: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (unit, factor, re.compile(pattern, _I))
    for unit, factor, pattern in (
        ("roubles", 1, r"руб|₽|р\b|roubl|rubl|rub\b"),
        ("dollars", 1, r"\$|долл|бакс|dollar|usd\b"),
        ("euros", 1, r"€|евро\b|euro|eur\b"),
        ("pounds", 1, r"£|фунт|pounds?\b|quid"),
        ("coins", 1, r"коп(?:ее|ей)|тенге|юан|cents?\b|крипт|битко|bitcoin"),
        ("percent", 1, r"%|процент|per\s?cent"),
        ("points", 1, r"балл|бонус|points?\b|miles?\b"),
        ("time", 1 / 60, r"секунд|seconds?\b"),
        ("time", 1, r"мин(?:ут|\b)|min(?:ute|s?\b)"),
        ("time", 60, r"час(?:\b|а\b|ов|у|ам)|hours?\b|hrs?\b"),
        ("time", 1440, r"сут(?:ок|ки|кам)|дн(?:я|ей|ю|ям|ем|ях)\b|день\b|days?\b"),
        ("time", 10080, r"недел|weeks?\b"),
        ("months", 1, r"месяц|months?\b"),
        ("months", 12, r"год(?:а|у|ам)?\b|лет\b|years?\b"),
        ("data", 1, r"мбит|мб\b|mb\b|кбит|kbit"),
        ("data", 1000, r"гб\b|гиг|gb\b|gigab"),
    )
)  # fmt: skip
_BETWEEN = re.compile(
    r"[\s\u2011-]*(?:an?\s+)?(?:(?:рабоч|календарн|полн|ближайш)\w+\s+|"
    r"(?:working|business|full|more|whole)\s+)?",
    _I,
)
_CLOCK_AFTER = re.compile(
    r"\s*(утра|вечера|ночи|дня\b(?=\s+(?:до|и|по)\b)|[ap]\.?m\b\.?|o.clock)", _I
)
_TIMES = {"тыс": 1e3, "к": 1e3, "k": 1e3, "млн": 1e6, "million": 1e6, "thousand": 1e3, "m": 1e6}
_MULTIPLIER = re.compile(
    r"\s?(тыс(?:яч[а-яё]*|\.)?|млн\.?|миллион[а-яё]*|million|thousand|[кk](?![а-яёa-z])|m(?![а-яёa-z]))",
    _I,
)
_DIGITS = re.compile(
    r"(?<![\d])(?:\d{1,3}(?:[ ,.'’]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,:]\d+)*)"
)
_GROUPED = re.compile(r"\d{1,3}(?:[ ,.'’]\d{3})+(?:[.,]\d{1,2})?$")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)$")
_NUMERIC_DATE = re.compile(r"(0?[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])(?:\.(?:20)?\d\d)?$")
_DATE_BEFORE = re.compile(r"\b(?:до|к|от|с|по|by|from|until|since|on|не позже|не позднее)\s+$", _I)
_ORDINAL = re.compile(r"(?:-?(?:го|е|му|й|я)|st|nd|rd|th)?\b\s*(?:of\s+)?", _I)

_WORDS: dict[str, float] = {}
_WORD_FORMS = """
1 один одна одно одного одной одну одним one
2 два две двух двум двумя two второй вторые вторую вторая
3 три трех трем тремя three третий третьи третью третья
4 четыре четырех четырем four
5 пять пяти пятью five
6 шесть шести six
7 семь семи seven
8 восемь восьми eight
9 девять девяти nine
10 десять десяти десятью ten
11 одиннадцать одиннадцати eleven
12 двенадцать двенадцати дюжина twelve dozen
13 тринадцать тринадцати thirteen
14 четырнадцать четырнадцати fourteen
15 пятнадцать пятнадцати fifteen
16 шестнадцать шестнадцати sixteen
17 семнадцать семнадцати seventeen
18 восемнадцать восемнадцати eighteen
19 девятнадцать девятнадцати nineteen
20 двадцать двадцати twenty
30 тридцать тридцати thirty
40 сорок сорока forty
50 пятьдесят пятидесяти fifty
60 шестьдесят шестидесяти sixty
70 семьдесят семидесяти seventy
80 восемьдесят восьмидесяти eighty
90 девяносто девяноста ninety
100 сто ста hundred сотня сотни сотню
200 двести двухсот
300 триста трехсот
400 четыреста четырехсот
500 пятьсот пятисот
600 шестьсот шестисот
700 семьсот семисот
800 восемьсот восьмисот
900 девятьсот девятисот
1000 тысяча тысячи тысяч тысячу тысячей thousand
1000000 миллион миллиона миллионов million
1.5 полтора полторы полутора
0.5 пол половина половину половины half
"""
for _line in _WORD_FORMS.split("\n"):
    for _form in _line.split()[1:]:
        _WORDS[_form] = float(_line.split()[0])
_JOINED = re.compile(r"\b(пол(?=час|год|мес|недел|дня)|полу(?=час|год))", _I)
_TOKEN = re.compile(r"[^\W\d_]+")
_SIGNS = {"$": "dollars", "€": "euros", "£": "pounds", "₽": "roubles"}
MONEY = frozenset({"roubles", "dollars", "euros", "pounds", "coins"})
_BIG = frozenset({1e3, 1e6})
_LONE_SPAN = re.compile(
    r"\b(?:за|через|в\s+течение|within|in)\s+(?!half)(?:an?\s+|the\s+)?(?:ближайш\w+\s+)?"
    r"(?P<unit>час(?:а)?|сут(?:ки|ок)|день|дня|недел[юи]|месяц(?:а)?|год(?:а)?|минут[уы]|"
    r"minute|hour|day|week|month|year)\b",
    _I,
)
_ARTICLE_SPAN = re.compile(
    r"\b(?:after|takes?|costs?|for|per|than|under|about|only|every|than)\s+an?\s+"
    r"(?P<unit>minute|hour|day|week|month|year)\b",
    _I,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its value in the base of its unit, and its place.

    Attributes:
        unit: one of `MONEY`, percent, points, time (minutes), months, clock (hours),
            date (month * 100 + day), data; empty where no known unit stands beside it.
        number: the number as it is written, whatever it counts.
    """

    value: float
    unit: str
    start: int
    end: int
    number: float

    def is_like(self, other: Figure) -> bool:
        """Whether both may mean the same."""
        if self.unit and other.unit:
            return self.value == other.value and self.unit == other.unit
        return self.number == other.number or self.value == other.value


def folded(text: str) -> str:
    """The text with digits of every script as 0–9, letter for letter; length is kept."""
    plain = "".join(_plain(letter) for letter in text)
    plain = re.sub(r"(?<![^\W\d])(?=\w*\d)[\dОоOoЗзIl]{2,}(?![^\W\d])", _digits, plain)
    return re.sub(r"(?<=\d )[ОоOo]{3}\b", "000", plain)


def _digits(found: re.Match[str]) -> str:
    return found[0].translate(_ALIKE)


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    known = unicodedata.decimal(letter, None)
    if known is not None:
        return str(known)
    form = unicodedata.normalize("NFKC", letter)
    return form if len(form) == 1 else letter


@lru_cache(maxsize=8_000)
def figures(text: str) -> tuple[Figure, ...]:
    """All figures of a text, in order."""
    plain = folded(text)
    found = [*_in_digits(plain), *_in_words(plain), *_lone_spans(plain)]
    taken: list[Figure] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not taken or one.start >= taken[-1].end:
            taken.append(one)
    return tuple(taken)


def _in_digits(text: str) -> Iterator[Figure]:
    for found in _DIGITS.finditer(text):
        raw, start, end = found[0], found.start(), found.end()
        if clock := _CLOCK.match(raw):
            late = _is_late(_CLOCK_AFTER.match(text, end), int(clock[1]))
            hour = int(clock[1]) + late + int(clock[2]) / 60
            yield Figure(hour, "clock", start, end, hour)
        elif (date := _NUMERIC_DATE.match(raw)) and (
            raw.count(".") == 2 or _DATE_BEFORE.search(text[:start])
        ):
            day = int(date[2]) * 100 + int(date[1])
            yield Figure(day, "date", start, end, day)
        else:
            yield _with_unit(text, _number(raw), start, end, spoken=False)


def _number(raw: str) -> float:
    if _GROUPED.match(raw):
        head, tail = raw, ""
        if re.search(r"[.,]\d{1,2}$", raw):
            head, tail = raw[: raw.rindex(raw[-3] if raw[-3] in ".," else raw[-2])], raw[-2:]
        return float(re.sub(r"\D", "", head) + (f".{re.sub(r'[.,]', '', tail)}" if tail else ""))
    parts = re.split(r"[.,:]", raw)
    return float(f"{parts[0]}.{''.join(parts[1:])}") if len(parts) > 1 else float(raw[:300])


def _with_unit(text: str, value: float, start: int, end: int, *, spoken: bool) -> Figure:
    if not spoken and (times := _MULTIPLIER.match(text, end)):
        value, end = value * _factor(times[1]), times.end()
    if not spoken and (clock := _CLOCK_AFTER.match(text, end)) and value <= 24:
        return Figure(value + _is_late(clock, value), "clock", start, end, value)
    if date := _date(text, value, start, end):
        return date
    if sign := _SIGNS.get(text[max(0, start - 1) : start]):
        return Figure(value, sign, start - 1, end, value)
    place = _BETWEEN.match(text, end)
    after = place.end() if place else end
    for unit, factor, pattern in _UNITS:
        if pattern.match(text, after):
            return Figure(round(value * factor, 4), unit, start, end, value)
    return Figure(value, "", start, end, value)


def _date(text: str, value: float, start: int, end: int) -> Figure | None:
    if not 1 <= value <= 31:
        return None
    ordinal = _ORDINAL.match(text, end)
    after = ordinal.end() if ordinal else end
    if month := _MONTH.match(text, after):
        return Figure(_month(month[0]) * 100 + value, "date", start, month.end(), value)
    before = re.search(r"([A-Z][a-z]+)\s+$", text[max(0, start - 12) : start])
    if before and (month := _MONTH.fullmatch(before[1])):
        return Figure(_month(month[0]) * 100 + value, "date", start, end, value)
    return None


def _month(word: str) -> int:
    return next((n for n, part in enumerate(_MONTH_PARTS, 1) if part.match(word)), 0)


def _factor(word: str) -> float:
    low = word.lower().rstrip(".")
    if low.startswith(("миллион", "млн", "million")):
        return 1e6
    return _TIMES.get(low, 1e3)


def _is_late(found: re.Match[str] | None, hour: float) -> int:
    if found is None or hour >= 12:
        return 0
    word = found[1].lower()
    return 12 if word.startswith(("p", "вечера", "дня")) else 0


def _in_words(text: str) -> Iterator[Figure]:
    run: list[tuple[float, int, int]] = []
    low = _JOINED.sub(lambda hit: hit[0], text.lower().replace("ё", "е"))
    for found in _TOKEN.finditer(low):
        value, length = _word_value(found[0])
        near = not run or re.fullmatch(r"[\s-]*(?:and\s+|a\s+)?", low[run[-1][2] : found.start()])
        if value is None or not near:
            yield from _spoken(text, run)
            run = []
        if value is not None:
            run.append((value, found.start(), found.start() + length))
    yield from _spoken(text, run)


def _word_value(word: str) -> tuple[float | None, int]:
    if word in _WORDS:
        return _WORDS[word], len(word)
    if half := re.match(r"(пол(?:у)?)(?=час|год|мес|недел)", word):
        return 0.5, half.end()
    return None, 0


def _spoken(text: str, run: list[tuple[float, int, int]]) -> Iterator[Figure]:
    if not run:
        return
    total, part = 0.0, 0.0
    for value, _, _ in run:
        if value in _BIG:
            total, part = total + (part or 1) * value, 0.0
        elif value == 100 and 0 < part < 10:
            part *= value
        else:
            part += value
    figure = _with_unit(text, total + part, run[0][1], run[-1][2], spoken=True)
    if figure.unit or figure.value >= 5:
        yield figure


def _lone_spans(text: str) -> Iterator[Figure]:
    for pattern in (_LONE_SPAN, _ARTICLE_SPAN):
        for found in pattern.finditer(text):
            place = found.start("unit")
            made = _with_unit(" " + found["unit"], 1, 0, 0, spoken=True)
            if made.unit:
                yield Figure(made.value, made.unit, place, found.end("unit"), 1)
