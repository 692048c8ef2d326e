"""How long the lint of one reply takes: ``python -m tests.bench.lint_rate``.

Replies of 300 to 1,500 characters are put together from the good replies of the tests, in the
form a desk checks them: with a comment, facts, points and 200 replies sent before. Seconds are
of the processor, so that what else the machine does is left out.
"""

from __future__ import annotations

import statistics
import time

from responder.lint import LintContext, lint
from tests.responder.lint.good_replies import good_replies

SHORTEST, LONGEST = 300, 1_500


def cases() -> list[tuple[str, LintContext]]:
    """Texts of the lengths wanted, each with what it is checked against."""
    replies = good_replies()
    joined = [
        (" ".join(one.text for one in replies[first : first + size]), replies[first].context())
        for first in range(0, len(replies) - 8, 3)
        for size in (2, 4, 6, 8)
    ]
    return [case for case in joined if SHORTEST <= len(case[0]) <= LONGEST]


def timed(wanted: list[tuple[str, LintContext]]) -> list[float]:
    """Milliseconds of the processor for each."""
    times = []
    for text, context in wanted:
        began = time.process_time()
        lint(text, context)
        times.append((time.process_time() - began) * 1e3)
    return sorted(times)


def main() -> None:
    """Print the table."""
    wanted = cases()
    first = timed(wanted[:1])[0]
    times = timed(wanted)
    length = statistics.mean(len(text) for text, _ in wanted)
    print(  # noqa: T201
        f"first {first:.0f} ms; {len(times)} replies of {length:.0f} characters: "
        f"median {statistics.median(times):.1f} ms, p95 {times[int(0.95 * len(times))]:.1f}, "
        f"p99 {times[int(0.99 * len(times))]:.1f}"
    )


if __name__ == "__main__":
    main()
