"""What the bench says of a case that was handed out more than once."""

from __future__ import annotations

import pytest

from tests.bench.desk_taken import HELD_BY_TWO, Taken, handed_again

ANNA, BORIS = "anna", "boris"


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        (
            [Taken("7", ANNA, 0, 1), Taken("8", ANNA, 9, 10), Taken("7", BORIS, 10, 11)],
            "given back undone before",
        ),
        ([Taken("7", ANNA, 0, 1), Taken("7", ANNA, 9, 10)], "to the same person"),
        ([Taken("7", ANNA, 0, 1), Taken("7", BORIS, 2, 3), Taken("8", ANNA, 9, 10)], HELD_BY_TWO),
        ([Taken("7", ANNA, 0, 1), Taken("7", BORIS, 2, 3)], HELD_BY_TWO),
    ],
)
def test_a_case_handed_out_again_has_its_reason(taken: list[Taken], said: str) -> None:
    assert handed_again(taken) == {"7": said}


def test_a_case_handed_out_once_is_not_named() -> None:
    assert handed_again([Taken("7", ANNA, 0, 1), Taken("8", BORIS, 0, 1)]) == {}


def test_who_asked_for_another_in_vain_has_given_back_what_they_had() -> None:
    taken = [Taken("7", ANNA, 0, 1), Taken("7", BORIS, 10, 11)]
    assert handed_again(taken) == {"7": HELD_BY_TWO}
    assert handed_again(taken, [Taken("", ANNA, 9, 10)]) == {"7": "given back undone before"}
