"""Who of us has read how many haters; counted by `otklik.wellness`, weighed here."""

from collections.abc import Sequence

from otklik.wellness import Exposure

UNEVEN = 1.5  # times the fair share


def fair_share(people: Sequence[Exposure]) -> float:
    """Share of haters among everything that was shown to anybody."""
    shown = sum(one.shown for one in people)
    return sum(one.haters for one in people) / shown if shown else 0.0


def is_over(person: Exposure, people: Sequence[Exposure], least: int = 10) -> bool:
    """Has this person read clearly more haters than their share of the work would bring?"""
    expected = fair_share(people) * person.shown
    return person.haters >= least and person.haters > UNEVEN * expected
