"""Points of a complaint: what happened, what is asked, and what is known already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.enums import Topic
from responder.knowledge.file import shipped_knowledge
from responder.points import MOST_POINTS, PointKind, find_known, split_points

SHOP = shipped_knowledge()
H, A = PointKind.HAPPENED, PointKind.ASKED

COMMENTS = [
    (
        "Заказ привезли через час, курьер нахамил, а «Чёрный тай» отдаёт пылью. Верните 890!",
        [(H, "delivery"), (H, "courier"), (H, "black_thai"), (A, "refund")],
    ),
    ("Чай вкусный, но доставка ужасная!!!", [(H, "delivery")]),
    ("До скольки вы открыты и есть ли парковка?", [(A, "hours"), (A, "parking")]),
    ("My order was late and the box was crushed.", [(H, "delivery"), (H, "package")]),
    ("Do you have oat milk and is there parking?", [(A, ""), (A, "parking")]),
    ("Баллы сгорели, верните", [(H, "points")]),
    ("Вы издеваетесь? Приложение вылетает при оплате!", [(H, "app")]),
    ("Где мой возврат???", [(A, "refund")]),
    ("The barista was rude. The table was sticky.", [(H, "staff_words"), (H, "dirt")]),
    ("Курьер опоздал. Опять опоздал курьер!", [(H, "courier")]),
]


@pytest.mark.parametrize(("text", "expected"), COMMENTS)
def test_a_complaint_is_split_into_its_points(
    text: str, expected: list[tuple[PointKind, str]]
) -> None:
    found = split_points(text, Topic.NONE, SHOP)
    assert [(point.kind, point.thing_id) for point in found] == expected


def test_a_text_that_names_nothing_of_ours_is_one_point_of_the_verdicts_topic() -> None:
    (point,) = split_points("Ужас, а не контора", Topic.POLICY, SHOP)
    assert (point.text, point.topic) == ("Ужас, а не контора", Topic.POLICY)


def test_an_empty_text_has_no_points() -> None:
    assert split_points("  \n ", Topic.QUALITY, SHOP) == []


TEXTS = st.lists(
    st.sampled_from(
        [
            "курьер",
            "опоздал",
            "чай",
            "пыль",
            ",",
            ".",
            "?",
            "!",
            "\n",
            "и",
            "but",
            "refund",
            "🙂",
            "1,5",
        ]
    ),
    max_size=40,
).map(" ".join) | st.text(max_size=200)


@given(TEXTS)
def test_every_point_stands_where_it_says_and_there_are_few(text: str) -> None:
    points = split_points(text, Topic.NONE, SHOP)
    assert len(points) <= MOST_POINTS
    for point in points:
        assert text[point.span.start : point.span.end] == point.text
        assert point.text.strip()


KNOWN = [
    ("Заказ №48213 не пришёл", "order", "Заказ №48213"),
    ("order number 55121", "order", "order number 55121"),
    ("отдал 1 290 рублей", "amount", "1 290 рублей"),
    ("paid $40 for it", "amount", "$40"),
    ("было 14 ноября", "date", "14 ноября"),
    ("ordered on November 14", "date", "November 14"),
    ("пришло вчера", "date", "вчера"),
    ("ждал два часа", "duration", "два часа"),
    ("waited 40 minutes", "duration", "40 minutes"),
    ("партия 1107 плохая", "batch", "партия 1107"),
    ("кафе на улице Лесной", "place", "на улице Лесной"),
    ("мой телефон +7 912 345-67-89", "phone", "+7 912 345-67-89"),
    ("пишите на me@mail.example", "email", "me@mail.example"),
]


@pytest.mark.parametrize(("text", "kind", "detail"), KNOWN)
def test_what_the_author_said_already_is_known(text: str, kind: str, detail: str) -> None:
    found = [known for known in find_known(text) if known.kind == kind]
    assert [known.text for known in found] == [detail]
    assert text[found[0].span.start : found[0].span.end].strip() == detail


def test_a_text_without_details_leaves_nothing_known() -> None:
    assert find_known("Просто плохо, и всё тут") == []


def test_a_very_long_comment_is_read_only_in_part() -> None:
    text = "курьер опоздал. " * 200_000
    assert len(split_points(text, Topic.DELIVERY, SHOP)) == 1
    assert find_known(text) == []
