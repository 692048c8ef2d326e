"""Splitting: from a comment to the points it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from otklik.enums import Topic
from otklik.verdicts import Span
from responder.knowledge import Knowledge, Thing
from responder.points.clauses import LONGEST_READ, Clause, readable, split_clauses
from responder.points.matters import Matter, find_matters, matters
from responder.points.values import GENERAL_THINGS, Point, PointKind

_I = re.IGNORECASE
_ASKED = re.compile(
    r"\?|\b(?:верните|вернете|прошу|просьба|требую|хочу|хотел[аи]? бы|подскажите|скажите|объясните|"
    r"ответьте|пришлите|замените|отключите|уберите|решите|примите|почините|почему|скольки|где|"
    r"можно ли|нельзя ли|есть ли|будет ли|"
    r"please|plz|pls|refund me|i want|i need|i demand|i would like|can you|could you|do you|why|"
    r"how do i|how can i|where|what time|give me|send me|is there|are you)\b",
    _I,
)
_GOOD = re.compile(
    r"\b(?:вкусн\w*|отличн\w*|хорош\w*|люблю|любим\w*|нравит\w*|спасибо|супер|прекрасн\w*|"
    r"замечательн\w*|лучш\w*|классн\w*|обожа\w+|рад\w*|приятн\w*|молодц\w*|огонь|топ|супер\w*|спасиб\w*|советую|рекоменду\w+|great|love\w*|tasty|delicious|excellent|good|nice|best|"
    r"wonderful|thanks|thank)\b",
    _I,
)
_BAD = re.compile(
    r"\b(?:не|ни|нет|без|никто|никак\w*|плох\w*|ужас\w*|хуже|испор\w*|холодн\w*|забы\w*|"
    r"отврат\w*|ждал\w*|пропа\w*|сломал\w*|отказ\w*|позор|обман\w*|кошмар|not|no|never|n't|bad|"
    r"awful|terrible|worse|worst|cold|late|poor|forgot|wrong|missing|disappoint\w*|pathetic)\b|n't\b|"
    r"\bчерез\s+(?:\S+\s+)?(?:полчаса|час|дн|день|недел|месяц|минут)|\b(?:после|спустя)\s+\S+\s+(?:час|дн|недел)|"
    r"\b(?:\d+|два|две|три|четыре|пять|шесть|семь|полтора|полдня)\s+(?:час|дн|недел|месяц)|\bжаль\b|"
    r"\b(?:\d+|two|three|four|five|six)\s+(?:hours?|days?|weeks?|months?)\b|к\s+сожалению|\bвечно\b|"
    r"\bunfortunately\b|\bshame\b|\bpity\b",
    _I,
)
# Only feeling: nothing in it can be answered.
_FEELING = re.compile(
    r"\b(?:worst|ever|never\s+(?:again|going|buy)|больше\s+(?:никогда|не\s+прид\w+|сюда)|худш\w+|"
    r"не\s+рекоменд\w+|не\s+совету\w+|обход\w+|не\s+вернусь|разочаров\w+|испорт\w+\s+(?:вечер|отдых|"
    r"настроение)|disappointed|not\s+impressed|не\s+впечатл\w+)\b",
    _I,
)
# What the author did, on the way to what went wrong.
_OWN_DEED = re.compile(
    r"\b(?:(?:на|о)?писал\w*|(?:по|до)?звонил\w*|обратил\w*|обращал\w*|обращени\w+|оформ\w+л\w*|"
    r"получил\w*|снимал\w*|снял\w*|забрал\w*|заказ(?:ал|ыва)\w*|купил\w*|заш[её]?л\w*|приш[её]?л[аи]?|"
    r"захотел\w*|решил[аи]?|оплатил\w*|взял\w*|брал[аи]?|делал\w*|i\s+(?:wrote|called|ordered|bought|"
    r"went|placed|asked|went|tried|have\s+to)|we\s+(?:ordered|went|asked|came))\b",
    _I,
)
_REQUEST = re.compile(
    r"\b(?:please|plz|pls|прошу|пожалуйста|верните|отключите|замените|уберите|решите|примите|"
    r"почините|пришлите|give me|send me|refund me|i want|i demand|bring back)\b",
    _I,
)
_SARCASM = re.compile(
    r"\b(?:спасибо\W+что|спасибо\W+за\W+то|браво|молодцы|так\s+держать|"
    r"thank\s+you\s+(?:so\s+much\s+)?for|thanks\s+for|great\s+job|well\s+done|congrat\w+|bravo)\b",
    _I,
)
# Asked of the sky, not of us.
_RHETORICAL = re.compile(
    r"издева\w+|сколько\s+можно|что\s+толку|как\s+(?:так|это)\b|где\s+(?:сервис|совесть)|серь[её]зно|"
    r"вы\s+что\b|за\s+что\b|это\s+(?:допустим\w+|называется)|матом|что\s+за\b|это\s+(?:нормально|как|что)|зачем\s+тогда|как\s+(?:вообще|можно|"
    r"только)|какое\s+.*может|у\s+кого|у\s+них|неужели|разве|не\s+стыдно|who\s+does|are\s+you\s+(?:kidding|"
    r"serious)|what'?s?\s+(?:up|going|the)|what\s+are\s+you|what\s+the|wtf|really|seriously|how\s+(?:hard|"
    r"the|is\s+this|can\s+you)|why\s+bother|did\s+you\s+(?:guys\s+)?forget|what\s+am\s+i|what\s+kind",
    _I,
)
_QUESTION_WORD = re.compile(
    r"\b(?:что|чем|чего|какой|какая|какие|каком|какую|когда|куда|откуда|где|как|почему|зачем|кто|кому|"
    r"сколько|скольки|можно|нельзя|есть|будет|работает|правда|ли|what|which|when|where|who|how|why|"
    r"is|are|do|does|did|can|could|will|would|has|have|any)\b",
    _I,
)
_CONTINUES = re.compile(
    r"\W*(?:что|чтобы|котор\w+|потому\s+что|так\s+как|because|that|which)\b", _I
)
_CONDITION = re.compile(r"\W*(?:если|if)\b", _I)
GOODS = frozenset({Topic.QUALITY, Topic.DELIVERY})  # one pack of tea, told of from two sides
RESTATING_THINGS = frozenset({"refund"})
LONGEST_RESTATED = 3  # words: "и не вернули"
MOST_POINTS = 6
MOST_UNNAMED = 2
LONGEST_BARE = 1  # word: "верните!" asks for what was just told of
LONGEST_FRAGMENT = 4  # words of a clause that only names or calls names
LEAST_ASKED = 3  # words of a question that names nothing of ours
LEAST_TOLD = 5  # words of a trouble that names nothing of ours
_EDGE = "(;: \t\r\n,-–—\x0b\x0c\x1c\x1d\x1e\x85\xa0\u2028\u2029\u3000"
# What stands for trouble by its kind says less than what stands for its kind in particular.
_PART_OF_MONEY = "charge"  # told on the way to what became of the money
_VAGUE_MATTERS = frozenset({"charge", "promise", "wait", "taste", "unskilled", "queue"})


def split_points(
    text: str, topic: Topic, knowledge: Knowledge, *, is_unhappy: bool = True
) -> list[Point]:
    """The points of a comment in its order, at most `MOST_POINTS`.

    A point is a run of clauses about one thing or one kind of trouble. A question is a point
    whatever it names; trouble that names nothing known is one point for all of it. The rest is
    feeling and no point, unless nothing else is there: then the whole text is one.
    Only the first `LONGEST_READ` characters are read.

    Args:
        is_unhappy: thanks are meant as a reproach where they go with trouble.
    """
    plain = readable(text)
    found: dict[tuple[str, ...], Point] = {}
    for clause in split_clauses(text):
        point = _point(plain, clause, topic, knowledge, is_unhappy=is_unhappy)
        if point is None:
            continue
        same = found.get(_identity(point))
        if same is not None and _is_firm(point) and not _is_firm(same):
            found[_identity(point)] = _quoting(text, point)  # the trouble, not the way to it
            continue
        if _adds_nothing(point, list(found.values())):
            continue
        if point.kind is PointKind.ASKED and found and _CONDITION.match(point.text):
            continue  # "can I return it, if it is open?" asks once
        if found and not _is_named(point) and _CONTINUES.match(point.text):
            continue
        found.setdefault(_identity(point), _quoting(text, point))
    points = _without_the_way(_merge(list(found.values())))
    return _fewest(points) if points else _whole(text, topic, is_unhappy=is_unhappy)


def _without_the_way(points: list[Point]) -> list[Point]:
    """Without what a story only passes on its way ("I wrote to the chat")."""
    firm = [point for point in points if point.kind is PointKind.ASKED or _is_firm(point)]
    told = any(point.kind is PointKind.HAPPENED for point in firm)
    topics = {matters()[point.matter_id].topic for point in firm if point.matter_id}
    return [
        point for point in points if point in firm or not told or not _is_passing(point, topics)
    ]


def _is_passing(point: Point, topics: set[Topic]) -> bool:
    is_fragment = len(point.text.split()) <= LONGEST_FRAGMENT
    is_deed = _OWN_DEED.search(point.text) is not None
    return is_fragment or is_deed or not point.thing_id or point.topic in topics


def _is_firm(point: Point) -> bool:
    return bool(point.matter_id) or tells_trouble(point.text)


def _identity(point: Point) -> tuple[str, ...]:
    if point.thing_id or point.matter_id:
        return (point.thing_id, point.matter_id, point.kind)
    if point.kind is PointKind.ASKED:
        return (point.text.lower(), point.kind)
    return ("", "", point.kind, point.topic)


def _quoting(text: str, point: Point) -> Point:
    return point.model_copy(update={"text": text[point.span.start : point.span.end]})


def _adds_nothing(point: Point, before: list[Point]) -> bool:
    words = len(point.text.split())
    if point.kind is PointKind.ASKED:
        return bool(before) and words <= LONGEST_BARE
    if point.thing_id in RESTATING_THINGS and words <= LONGEST_RESTATED:
        return bool(before)
    if point.matter_id and any(one.matter_id == point.matter_id for one in before):
        return True
    if point.thing_id and not point.matter_id:
        return (point.thing_id, point.kind) in {(one.thing_id, one.kind) for one in before}
    return not point.thing_id and not point.matter_id and point.topic in {p.topic for p in before}


def _point(
    text: str, clause: Clause, topic: Topic, knowledge: Knowledge, *, is_unhappy: bool
) -> Point | None:
    said = text[clause.start : clause.end]
    things, troubles = knowledge.things_in(said), find_matters(said)
    asked = clause.asks or _ASKED.search(said) is not None
    if asked and troubles and is_unhappy and not _REQUEST.search(said):
        asked = False  # "why is it down again?" tells more than it asks
    is_bad = tells_trouble(said) or (is_unhappy and _SARCASM.search(said) is not None)
    if not asked and not is_bad and (_GOOD.search(said) or not is_unhappy):
        return None
    kind = PointKind.ASKED if asked else PointKind.HAPPENED
    thing = min(things, key=knowledge.things.index) if things else None
    matter = _fitting(troubles, thing, is_unhappy=is_unhappy)
    place = (clause.start, clause.end)
    if thing is not None:
        is_general = thing.id in GENERAL_THINGS and matter is not None
        topic = matter.topic if matter is not None and is_general else thing.topic
        return _make(
            text, place, kind, topic, thing_id=thing.id, matter_id=matter.id if matter else ""
        )
    if matter is not None:
        return _make(text, place, kind, matter.topic, matter_id=matter.id)
    return _unnamed(text, clause, kind, topic, knowledge, is_unhappy=is_unhappy)


def tells_trouble(said: str) -> bool:
    """Whether a clause says that something went wrong, whatever it names."""
    return _BAD.search(said) is not None or bool(find_matters(said))


def _fitting(troubles: list[Matter], thing: Thing | None, *, is_unhappy: bool) -> Matter | None:
    """The kind of trouble a clause is about; none beside a thing that is trouble by itself."""
    if not troubles or not is_unhappy or (thing is not None and thing.sore):
        return None
    return next((one for one in troubles if one.id not in _VAGUE_MATTERS), troubles[0])


def _is_real_question(said: str, *, is_unhappy: bool) -> bool:
    """Whether an answer is wanted; somebody content asks with no question word as well."""
    if _RHETORICAL.search(said):
        return False
    return not is_unhappy or _QUESTION_WORD.search(said) is not None


def _unnamed(
    text: str,
    clause: Clause,
    kind: PointKind,
    topic: Topic,
    knowledge: Knowledge,
    *,
    is_unhappy: bool,
) -> Point | None:
    said = text[clause.start : clause.end]
    place = (clause.start, clause.end)
    words = len(said.split())
    is_real = _is_real_question(said, is_unhappy=is_unhappy)
    known = knowledge.topic_of(said)
    if known is not None:
        return _make(text, place, kind, known)
    if clause.asks and (is_real or not _BAD.search(said)):
        return _make(text, place, kind, topic) if is_real and words >= LEAST_ASKED else None
    if words >= LEAST_TOLD and _BAD.search(said) and not _FEELING.search(said):
        kind = PointKind.HAPPENED
        return _make(text, place, kind, Topic.NONE)
    return None


def _make(
    text: str,
    place: tuple[int, int],
    kind: PointKind,
    topic: Topic,
    *,
    thing_id: str = "",
    matter_id: str = "",
) -> Point:
    start, end = place
    lead = len(text[start:end]) - len(text[start:end].lstrip(_EDGE))
    said = text[start:end].strip(_EDGE)
    span = Span(start=start + lead, end=start + lead + len(said))
    return Point(
        text=said, span=span, kind=kind, topic=topic, thing_id=thing_id, matter_id=matter_id
    )


def _merge(points: list[Point]) -> list[Point]:
    """Drop the general beside the particular, and asking about what was told already."""
    particular = {
        point.topic
        for point in points
        if point.thing_id not in GENERAL_THINGS and (point.thing_id or point.matter_id)
    }
    if particular & GOODS:
        particular |= GOODS
    told = {point.thing_id for point in points if point.kind is PointKind.HAPPENED} - {""}
    troubles = {point.matter_id for point in points if point.kind is PointKind.HAPPENED} - {""}
    money = {matters()[one].topic for one in troubles if one != _PART_OF_MONEY}
    if Topic.PRICE in money:
        points = [point for point in points if point.matter_id != _PART_OF_MONEY]
    return [
        point
        for point in points
        if not (
            point.thing_id in GENERAL_THINGS and not point.matter_id and point.topic in particular
        )
        and not (
            point.kind is PointKind.ASKED
            and (point.thing_id in told or point.matter_id in troubles)
        )
    ]


def _fewest(points: list[Point]) -> list[Point]:
    """At most `MOST_POINTS`; what names something goes before what does not."""
    named = [one for one in points if one.thing_id or one.matter_id or one.topic is not Topic.NONE]
    rest = [one for one in points if one not in named]
    kept = [*named[:MOST_POINTS], *rest[:MOST_UNNAMED]][:MOST_POINTS]
    return sorted(kept, key=_place)


def _place(point: Point) -> int:
    return point.span.start


def _whole(text: str, topic: Topic, *, is_unhappy: bool) -> list[Point]:
    said = text[:LONGEST_READ].strip(_EDGE)
    if not said:
        return []
    start = text.index(said)
    asks = said.endswith("?") if is_unhappy else "?" in said
    kind = PointKind.ASKED if asks else PointKind.HAPPENED
    return [_make(text, (start, start + len(said)), kind, topic)]


def has_names(points: Iterable[Point]) -> bool:
    """Whether any of the points names a thing or a kind of trouble."""
    return any(point.thing_id or point.matter_id for point in points)


def _is_named(point: Point) -> bool:
    return bool(point.thing_id or point.matter_id) or point.topic is not Topic.NONE


def sentence_before(text: str, point: Point) -> str:
    """What its sentence says before a point."""
    start = max(text.rfind(end, 0, point.span.start) for end in ".!?\n") + 1
    return text[start : point.span.start]


def stretch_of(text: str, index: int, points: Sequence[Point], most: int) -> str:
    """What is told from a point up to the next one, at most so many characters."""
    start = points[index].span.start
    later = [one.span.start for one in points if one.span.start > start]
    return text[start : min([start + most, *later])]


def is_request(text: str) -> bool:
    """Whether something is asked to be done, rather than to be told."""
    return _REQUEST.search(text) is not None and "?" not in text
