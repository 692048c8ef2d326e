"""Phrases that state a hard fact, as linear patterns over the normal form of a text.

Digits are `0` there (`00000` for five and more), names are `@user`, links `httpurl`.
`gate` is the word class that must be present before a pattern is tried; "" tries it always.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Phrase(NamedTuple):
    """One rule: signal name, weight in (0, 1], word class that opens it, pattern."""

    name: str
    weight: float
    gate: str
    pattern: re.Pattern[str]


PHRASES: tuple[Phrase, ...] = (
    Phrase(
        "lawsuit",
        1.0,
        "legal",
        re.compile(
            r"\b(?:подам?|подаю|подали|пойду|обращусь|обращаюсь|пишу|напишу|готовлю|"
            r"встретимся|увидимся|буду жаловаться) (?:\w+ ){0,3}?(?:в суд|в прокуратур\w+|"
            r"в роспотреб\w+|в полици\w+|в цб|в фас|в центробанк\w*|иск\w*|заявлени\w+|"
            r"жалоб\w+|претензи\w+|суде)|\b(?:sue|suing|take) (?:you|them|to court)|"
            r"\bfil(?:e|ing) (?:a )?(?:complaint|lawsuit)|\bmy lawyer\b"
        ),
    ),
    Phrase(
        "repeated_contact",
        1.0,
        "contact",
        re.compile(
            r"\b(?:второй|третий|четвертый|пятый|шестой|десятый|сотый|который|"
            r"0{1,2}(?: ?[- ]?(?:й|ый|ой|ий))?) раз\b|\b(?:0{1,3}|два|три|четыре|пять|"
            r"несколько|много|сто) раз\w? (?:\w+ ){0,2}?(?:звон|пис|обращ|прос|жал)\w*|"
            r"\b(?:second|third|fourth|fifth|0+(?:nd|rd|th)?|multiple|several) (?:time|"
            r"call|tweet|email|attempt)s?\b|\bне (?:могу|возможно) дозвониться|"
            r"\bno (?:reply|response|answer)\b|\bникто не (?:отвечает|берет|ответил|"
            r"перезвонил)|\bбез ответа\b"
        ),
    ),
    Phrase(
        "churn",
        0.9,
        "leave",
        re.compile(
            r"\b(?:ухожу|уйду|уходим|перейду|перехожу|переходим|ушла|ушел|сменю|"
            r"расторг\w+|закрываю|закрою) (?:\w+ ){0,2}?(?:к|от|на|из|в|счет\w*|карт\w*|"
            r"договор|вас|оператор\w*|банк)\b|\bбольше (?:\w+ ){0,2}?(?:не|никогда|ни)\b|"
            r"\bnever (?:fly|flying|use|using|shop|again|going|buy)\w*|\b(?:switching|"
            r"switch|leaving|moving) (?:to|from|my)\b|\bnever again\b"
        ),
    ),
    Phrase(
        "hold",
        0.7,
        "",
        re.compile(
            r"\bon hold\b|\b(?:жду|ждал|ждала|ждем|вис\w+|держ\w+) (?:\w+ ){0,3}?(?:0+|"
            r"час\w*|минут\w*|дн\w+|недел\w+|месяц\w*)\b|\bwait(?:ing|"
            r"ed)? (?:\w+ ){0,3}?(?:0+|hour|hours|min|mins|minutes|days|weeks)\b|"
            r"\bhours?\b"
        ),
    ),
    Phrase(
        "threat",
        0.9,
        "violence",
        re.compile(
            r"\b(?:гори(?:те)? в аду|чтоб (?:ты|вы|они|вам|тебе)|будь(?:те)? (?:ты |"
            r"вы )?прокля\w+|что ?б (?:вы|ты|вам) \w+|убью|расстрел\w+ (?:бы )?\w+|"
            r"надо (?:\w+ )?(?:убива\w+|расстрел\w+|веша\w+|стреля\w+|сжечь|уничтож\w+)|"
            r"сдохни\w*|поубива\w+|burn in hell|i (?:will|ll|'ll|want to|wanna) (?:kill|"
            r"murder|punch|burn)|(?:should|deserve to|hope \w+|must) (?:die|burn|rot|hang|"
            r"be (?:shot|killed|hanged)))"
        ),
    ),
    Phrase(
        "retweet",
        1.0,
        "",
        re.compile(r"^rt @user\b"),
    ),
    Phrase(
        "amount",
        0.8,
        "",
        re.compile(
            r"\b0+ ?(?:000 )?(?:руб\w*|р\b|тыс\w*|т ?р\b|тр\b|к\b|₽|грн|долл\w*|евро|\$|€|"
            r"usd|bucks|dollars|pounds)|[$€£₽] ?0+"
        ),
    ),
    Phrase(
        "date",
        0.6,
        "",
        re.compile(
            r"\b0{1,2} (?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|"
            r"ноябр|декабр|january|february|march|april|june|july|august|sept|oct|nov|"
            r"dec)\w*|\b(?:вчера|позавчера|сегодня|yesterday|today|last night|"
            r"this morning|tonight)\b"
        ),
    ),
    Phrase(
        "order_number",
        0.7,
        "",
        re.compile(
            r"\b(?:заказ\w*|заявк\w*|договор\w*|обращени\w+|номер\w*|рейс\w*|order|flight|"
            r"flt|case|ticket|reservation|confirmation) ?(?:id ?)?(?:#|№|n|no|number|"
            r":)? ?(?:[a-z]{0,3}0{2,})"
        ),
    ),
    Phrase(
        "duration",
        0.5,
        "",
        re.compile(
            r"\b(?:0{1,3}|пол\w*|два|три|четыре|пять|неделю|месяц|сутки) ?(?:час\w*|"
            r"минут\w*|мин\b|дн\w+|день|сут\w+|недел\w+|месяц\w*|год\w*|лет|hours?|hrs?|"
            r"min\w*|days?|weeks?|months?)\b"
        ),
    ),
    Phrase(
        "question",
        0.7,
        "",
        re.compile(r"\?"),
    ),
)
