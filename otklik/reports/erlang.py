"""Erlang C: how many people, so that so many contacts are begun within so much time.

Offered load `a` in erlangs is arrivals per second × seconds of handling. The formula takes
arrivals at random, a patient queue and handling times that vary about as much as they are long.
"""

import math
from dataclasses import dataclass

MOST_PEOPLE = 5_000
SANE_OCCUPANCY = 0.85  # above it people have no minute between two insults


def erlang_b(load: float, people: int) -> float:
    """Share that would be turned away if nobody could wait."""
    blocked = 1.0
    for number in range(1, people + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(load: float, people: int) -> float:
    """Share that has to wait; 1 where the load is more than the people."""
    if load <= 0:
        return 0.0
    if people <= load:
        return 1.0
    blocked = erlang_b(load, people)
    return people * blocked / (people - load * (1 - blocked))


def begun_within(load: float, people: int, seconds: float, handling: float) -> float:
    """Share whose handling begins within `seconds`, handling taking `handling` on average."""
    if load <= 0:
        return 1.0
    if people <= load:
        return 0.0
    return 1 - erlang_c(load, people) * math.exp(-(people - load) * seconds / handling)


def mean_wait(load: float, people: int, handling: float) -> float | None:
    """Mean seconds until handling begins; None where the queue only grows."""
    if load <= 0:
        return 0.0
    return erlang_c(load, people) * handling / (people - load) if people > load else None


@dataclass(frozen=True)
class Need:
    """People for one hour: at work, and on the list (breaks and talks taken out)."""

    load: float
    at_work: int
    on_list: int
    begun_in_time: float
    occupancy: float
    mean_wait: float


def people_needed(
    arrivals: float,
    handling: float,
    *,
    within: float,
    share: float,
    shrinkage: float = 0.0,
    occupancy: float = SANE_OCCUPANCY,
) -> Need:
    """The fewest people for one hour.

    Args:
        arrivals: contacts in the hour.
        handling: mean seconds for one.
        within, share: this share is begun within so many seconds.
        shrinkage: share of paid time not at the desk.
        occupancy: at most this share of the time at the desk in handling.
    """
    load = arrivals * handling / 3600
    people = max(1, math.ceil(load / occupancy)) if load > 0 else 0
    while 0 < people < MOST_PEOPLE and begun_within(load, people, within, handling) < share:
        people += 1
    return Need(
        load=load,
        at_work=people,
        on_list=math.ceil(round(people / (1 - shrinkage), 9)),
        begun_in_time=begun_within(load, people, within, handling),
        occupancy=load / people if people else 0.0,
        mean_wait=mean_wait(load, people, handling) or 0.0,
    )
