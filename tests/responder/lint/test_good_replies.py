"""False alarms: replies that a desk may send as they stand are let through."""

from __future__ import annotations

from collections import Counter

from otklik.enums import Severity
from responder.lint import Finding, lint
from tests.responder.lint.example_files import is_russian
from tests.responder.lint.good_replies import FRESH, GoodReply, cases, good_replies

# The fresh ones have no record of their cases: what they rest on is not looked at.
GROUNDING = ("unsupported", "uncited", "beyond", "expired")
MOST_FALSE = 0.03


def alarms(reply: GoodReply) -> list[Finding]:
    found = lint(reply.text, reply.context())
    return [one for one in found if one.severity is not Severity.NOTE]


def without_grounding(found: list[Finding]) -> list[Finding]:
    return [one for one in found if not one.code.startswith(GROUNDING)]


def test_there_are_three_hundred_good_replies_of_six_trades() -> None:
    replies = good_replies()
    assert len({reply.text for reply in replies}) == len(replies) >= 300
    assert sum(not is_russian(reply.text) for reply in replies) >= 80
    assert len({reply.trade.split(",")[0].split()[0] for reply in replies}) >= 6


def test_at_most_three_good_replies_of_a_hundred_raise_an_alarm() -> None:
    found = {reply.text: alarms(reply) for reply in good_replies()}
    stopped = {text: [one.code for one in hits] for text, hits in found.items() if hits}
    assert len(stopped) <= MOST_FALSE * len(found), stopped


def test_without_the_record_of_its_case_a_reply_that_tells_of_deeds_is_stopped() -> None:
    told = [reply for reply in good_replies() if cases().get(reply.comment)]
    bare = [reply.context().model_copy(update={"facts": ()}) for reply in told]
    stopped = [lint(reply.text, context) for reply, context in zip(told, bare, strict=True)]
    assert sum(bool(found) for found in stopped) >= 0.9 * len(told)


def test_no_single_code_raises_most_of_the_alarms_of_good_replies() -> None:
    codes = Counter(one.code for reply in good_replies() for one in alarms(reply))
    assert max(codes.values(), default=0) <= MOST_FALSE * len(good_replies())


def test_replies_of_other_trades_written_later_raise_no_more_alarms() -> None:
    found = {reply.text: without_grounding(alarms(reply)) for reply in good_replies(FRESH)}
    stopped = {text: [one.code for one in hits] for text, hits in found.items() if hits}
    assert len(found) >= 40
    assert len(stopped) <= MOST_FALSE * len(found), stopped
