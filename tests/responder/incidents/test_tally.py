"""Counts of complaints: in, out, and by the hour before a moment."""

from datetime import timedelta

from otklik.enums import Topic
from responder.incidents.shelf import Shelf
from responder.incidents.tally import Tally
from tests.responder.incidents.test_shelf import AT, story

TEXTS = ["Кофе пахнет бензином", "Курьер нахамил", "Списали дважды", "Чек не выдали"]


def test_a_shelf_counts_what_stands_on_it() -> None:
    shelf = Shelf(at_most=3)
    for number, text in enumerate(TEXTS):
        shelf.add(story(number, text, number))
    assert shelf.tally.count == len(shelf) == 3
    assert sum(shelf.tally.slots.values()) == 3
    shelf.add(story(3, TEXTS[3], 3))  # the same again: an edit
    assert shelf.tally.count == 3
    shelf.drop([1, 2, 3, 99])
    assert (shelf.tally.count, shelf.tally.slots) == (0, {})
    assert not any(shelf.tally.topics.values())


def test_hours_count_backwards_and_parts_can_be_left_out() -> None:
    every, some = Tally(), Tally()
    for number, minutes in enumerate((-5, -30, -90, -90, -60 * 29.5)):
        one = story(number, TEXTS[0], minutes, topic=Topic.DELIVERY)
        every.put(one)
        if minutes == -90:
            some.put(one)
    assert every.hours_before(AT, 3) == [2, 2, 0]
    rest = every - some
    assert (rest.count, rest.topics[Topic.DELIVERY]) == (3, 3)
    assert rest.hours_before(AT, 31) == [2, *[0] * 28, 1, 0]
    assert abs(rest.first_at(AT) - (AT - timedelta(hours=29.5))) <= timedelta(minutes=10)
    assert Tally().first_at(AT) == AT
