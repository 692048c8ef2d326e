"""Which storyline a mention continues: meaning, telling words, things of ours, copies."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from otklik.enums import Topic
from otklik.usual import Usual
from responder.incidents import near_copies
from responder.incidents.emergence import Budget, judge
from responder.incidents.gist import WIDTH
from responder.incidents.shelf import Likeness, Shelf
from responder.incidents.story import Story, said_in

AT = datetime(2026, 10, 20, 12, tzinfo=UTC)
YOGURT = frozenset({("product", "yogurt")})


def story(number: int, text: str, minutes: float = 0, **more: Any) -> Story:
    signature = near_copies.signature(text)
    return Story(
        mention_id=number,
        author_id=more.pop("author", number),
        at=AT + timedelta(minutes=minutes),
        topic=more.pop("topic", Topic.QUALITY),
        named=more.pop("named", frozenset()),
        words=said_in(text),
        signature=signature,
        bands=tuple(near_copies.bands(signature)),
        **more,
    )


def meaning(*axes: float) -> Any:
    row = np.zeros(WIDTH, dtype=np.float32)
    row[: len(axes)] = axes
    return row / np.linalg.norm(row)


def test_copies_meet_whatever_their_punctuation() -> None:
    shelf = Shelf()
    one = shelf.add(story(1, "Вы сборище жуликов, закройтесь уже наконец"))
    assert shelf.add(story(2, "вы сборище жуликов!!! закройтесь уже наконец")) is one
    assert shelf.add(story(3, "Доставка опоздала на три часа")) is not one


def test_one_meaning_in_two_languages_is_one_storyline() -> None:
    shelf = Shelf()
    one = shelf.add(story(1, "Кофе пахнет бензином", meaning=meaning(1, 0.1)))
    assert shelf.add(story(2, "Coffee smells of petrol", meaning=meaning(1, 0.2))) is one
    assert shelf.add(story(3, "Курьер нахамил", meaning=meaning(0, 1))) is not one


@pytest.mark.parametrize(("other", "is_one"), [("lesnaya", True), ("mira", False)])
def test_different_branches_keep_apart(other: str, is_one: bool) -> None:
    shelf = Shelf()
    here, there = (frozenset({("branch", one)}) for one in ("lesnaya", other))
    one = shelf.add(story(1, "В магазине потоп у касс", meaning=meaning(1), named=here))
    two = shelf.add(story(2, "Потоп в магазине, вода", meaning=meaning(1), named=there))
    assert (two is one) is is_one


def test_what_a_person_took_out_of_an_incident_draws_the_next_like_it_away() -> None:
    shelf = Shelf()
    inside = shelf.add(story(1, "Йогурт вздулся", meaning=meaning(1, 0.5), incident_id=7))
    out = shelf.add(story(2, "Йогурт кислый", meaning=meaning(1, -0.5), apart_from=frozenset({7})))
    assert out is not inside
    assert shelf.add(story(3, "Йогурт как уксус", meaning=meaning(1, -0.4))) is out
    assert shelf.add(story(4, "Йогурт раздут", meaning=meaning(1, 0.4))) is inside


def test_a_calm_mention_belongs_to_an_incident_only_if_it_is_much_like_it() -> None:
    shelf = Shelf()
    shelf.add(story(1, "Йогурт вздулся", meaning=meaning(1), incident_id=7))
    shelf.add(story(2, "Курьер опоздал", meaning=meaning(0, 0, 1)))
    asked = story(3, "Банка раздута, так и надо?", meaning=meaning(1, 0.3))
    assert shelf.incident_like(asked) == 7
    assert shelf.incident_like(story(4, "Где купить банку?", meaning=meaning(0.3, 1))) is None
    assert shelf.incident_like(story(5, "Где курьер?", meaning=meaning(0, 0.1, 1))) is None
    assert len(shelf) == 2  # nothing of it stands on the shelf


def surge_in(shelf: Shelf, *, is_busy: bool = False, is_hostile: bool = False) -> None:
    """Ten write of one thing; 120 of this and that, the day before or within the same hour."""
    shelf.going_on = {7}
    for number in range(120):
        apart = meaning(*[0] * (10 + number), 1)
        at = number % 50 - (0 if is_busy else 1440)
        shelf.add(story(100 + number, f"Другое{number}", at, meaning=apart))
    for number in range(10):
        text = f"Оплата не проходит {number}"
        one = story(number, text, number, meaning=meaning(1), incident_id=7, is_hostile=is_hostile)
        shelf.add(one)


# a little like the ten, and too little to be one storyline at any other time
NEARLY = (0.35, 0.94)


@pytest.mark.parametrize(
    ("is_busy", "is_hostile", "is_drawn"),
    [(False, False, True), (True, False, False), (False, True, False)],
    ids=["nearly all tell of it", "it is one of many", "it is abuse"],
)
def test_who_complains_while_nearly_all_tell_of_one_thing_tells_of_it_too(
    *, is_busy: bool, is_hostile: bool, is_drawn: bool
) -> None:
    shelf = Shelf(Likeness(known=0.0))
    surge_in(shelf, is_busy=is_busy, is_hostile=is_hostile)
    told = story(50, "Опять пробую, и опять ничего", 50, meaning=meaning(*NEARLY))
    assert (shelf.add(told).incident_id == 7) is is_drawn


def test_what_is_no_fault_or_over_draws_nobody() -> None:
    shelf = Shelf(Likeness(known=0.0))
    surge_in(shelf)
    shelf.going_on = set()
    told = story(50, "Опять пробую, и опять ничего", 50, meaning=meaning(*NEARLY))
    assert shelf.add(told).incident_id is None


def test_a_surge_is_over_after_an_hour_and_draws_no_abuse() -> None:
    shelf = Shelf(Likeness(known=0.0))
    surge_in(shelf)
    rude = story(50, "Да вы все там", 30, meaning=meaning(*NEARLY), is_hostile=True)
    assert shelf.add(rude).incident_id is None
    late = story(51, "Опять пробую, и опять ничего", 130, meaning=meaning(0.35, 0, 0.94))
    assert shelf.add(late).incident_id is None


def test_a_new_incident_draws_in_who_told_of_it_alone_before_it_was_known() -> None:
    shelf = Shelf(Likeness(known=0.0))
    alone = {"meaning": meaning(*NEARLY)}
    shelf.add(story(60, "Опять пробую, и опять ничего", **alone))
    shelf.add(story(61, "Ничего не выходит", -600, meaning=meaning(0.35, 0, 0.94)))
    apart = {"meaning": meaning(0.35, 0, 0, 0.94), "apart_from": frozenset({7})}
    shelf.add(story(62, "Пробую и никак", **apart))
    for number in range(63, 67):  # four who tell of another thing together
        shelf.add(story(number, f"Чай горчит {number}", meaning=meaning(0.35, 0, 0, 0, 0.94)))
    surge_in(shelf)
    assert shelf.drawn_in(shelf.place[0], AT - timedelta(hours=2)) == [60]


def test_members_of_one_incident_stand_together_however_unlike_they_are() -> None:
    shelf = Shelf()
    one = shelf.add(story(1, "Йогурт вздулся", meaning=meaning(1), incident_id=7))
    assert shelf.add(story(2, "Курьер опоздал", meaning=meaning(0, 1), incident_id=7)) is one


def test_the_oldest_go_first_and_nothing_of_them_stays() -> None:
    shelf = Shelf(at_most=50)
    for number in range(1, 400):
        row = np.random.default_rng(number).normal(size=WIDTH).astype(np.float32)
        vector = row / np.linalg.norm(row)
        shelf.add(
            story(number, f"слово{'абвгдежзик'[number % 10]} {number + 1000}", meaning=vector)
        )
    assert len(shelf) == 50
    assert min(shelf.place) == 350
    shelf.drop(list(shelf.place))
    assert not shelf.lines
    assert not shelf._by_word
    assert not shelf._by_band


def test_six_people_with_one_trouble_are_unusual_and_one_who_writes_six_times_is_not() -> None:
    usual = Usual(AT, (0.02,) * 72, per_day=0.5, per_week_in_all=84, spread=1.5)
    budget = Budget(1.0, 3)
    for people, is_unusual in ((6, True), (1, False)):
        shelf = Shelf(Likeness())
        for number in range(6):
            line = shelf.add(
                story(
                    500 + number,
                    "Йогурт вздулся",
                    number,
                    named=YOGURT,
                    meaning=meaning(1),
                    author=number % people,
                )
            )
        seen = line.seen_at(AT + timedelta(minutes=9), shelf)
        assert seen.people == people
        assert (judge(seen, usual, at=AT + timedelta(minutes=9), budget=budget) is not None) is (
            is_unusual
        )


def test_what_all_complaints_share_makes_no_storyline() -> None:
    """A hundred troubles of one trade stay apart, ten tellings of one among them stand together."""
    rng = np.random.default_rng(7)
    noise = rng.normal(size=(110, WIDTH)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    trade = meaning(1, 1, 1)
    vectors = [trade + 0.9 * own for own in noise[:100]]
    vectors += [trade + 0.9 * noise[0] + 0.5 * own for own in noise[100:]]
    texts = ["".join(rng.choice(list("абвгдежзик"), size=40)) for _ in vectors]
    shelf = Shelf()
    lines = [
        shelf.add(story(number, text, number, meaning=row / np.linalg.norm(row)))
        for number, (text, row) in enumerate(zip(texts, vectors, strict=True))
    ]
    apart = Counter(id(line) for line in lines[:100])
    assert max(apart.values()) < 20
    assert len({id(line) for line in lines[100:]}) == 1


@pytest.mark.parametrize("is_known", [False, True])
def test_what_is_an_incident_already_draws_its_kind_nearer(is_known: bool) -> None:
    shelf = Shelf()
    line = shelf.add(story(1, "Кофе пахнет бензином", meaning=meaning(1)))
    if is_known:
        shelf.become(line, 7)
    other = shelf.add(story(2, "Привкус странный у напитка", meaning=meaning(0.32, 1)))
    assert (other is line) == is_known


def test_a_storyline_knows_its_past_when_there_is_no_room_for_it() -> None:
    shelf = Shelf(at_most=3)
    for number in range(5):
        line = shelf.add(
            story(number, f"Кофе пахнет бензином {number}", number, meaning=meaning(1))
        )
    assert len(line.stories) == 3
    seen = line.seen_at(AT + timedelta(minutes=4), shelf)
    assert (seen.mentions, seen.people, seen.first_at) == (5, 3, AT)
