"""Whatever comes over the wire: a clear record, nothing lost, the other source goes on."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from otklik import audit, pipeline
from otklik.database import reading
from otklik.enums import CloseReason, MentionState, ReplyState, SourceHealth
from tests.proof.world import BAD, COMPLAINT, GOOD, PATIENCE, World
from tests.servers.faulty import (
    Fault,
    answer,
    cut_after,
    cut_before,
    drip_body,
    hang,
    rewrite,
    truncate,
)

LOGIN_PAGE = "<!doctype html><html><body><h1>Please log in</h1></body></html>"
FAULTS: dict[str, tuple[Fault, str]] = {
    "500": (answer(500, '{"message": "boom"}'), "500"),
    "hung socket": (hang(), "Timeout"),
    "a byte now and then": (drip_body(), "Timeout|seconds"),
    "cut connection": (cut_before(), "GET"),
    "truncated JSON": (truncate(), "not JSON"),
    "HTML": (answer(200, LOGIN_PAGE, content_type="text/html"), "log in"),
    "another JSON": (answer(200, "[1, 2]"), "no thread"),
    "nothing": (answer(200, ""), "not JSON"),
}
NO_ANSWER = 0.5  # seconds after which a server that never answers is given up


def comments(world: World) -> tuple[int, int]:
    """One complaint on each page."""
    return world.isso.add_comment(COMPLAINT, uri=BAD), world.isso.add_comment(COMPLAINT, uri=GOOD)


def is_chain_whole(world: World) -> bool:
    with reading(world.desk.engine) as db:
        return audit.verify(db).length > 0


def check_outage(world: World, told: str) -> None:
    """The bad source is read again and again and says why not; the good one goes on."""
    first, _ = comments(world)
    for tried in range(1, 4):
        world.drain(hours=2)
        source = world.source("bad")
        assert source.failures == tried
        assert len(world.failures("bad")) == tried
        assert any(part in source.last_error for part in told.split("|")), source.last_error
    assert source.health == SourceHealth.FAILING
    assert source.last_error_at is not None
    assert [m.kind for m in world.channel.sent if m.kind == "source_down"] == ["source_down"]
    assert world.mentions("bad") == []
    assert world.source("good").health == SourceHealth.OK
    assert [m.state for m in world.mentions("good")] == [MentionState.DRAFTED]
    second = world.isso.add_comment("Чай пахнет пылью", uri=BAD)
    world.proxy.heal()
    world.set_patience(PATIENCE)
    world.drain(hours=2)
    source = world.source("bad")
    assert (source.health, source.failures, source.last_error) == (SourceHealth.OK, 0, "")
    there = {f"{world.proxy.host}/{number}" for number in (first, second)}
    assert {m.external_id for m in world.mentions("bad")} == there
    assert is_chain_whole(world)


@pytest.mark.parametrize("name", FAULTS)
def test_an_outage_is_told_and_over_when_it_is_over(small_world: World, name: str) -> None:
    fault, told = FAULTS[name]
    small_world.proxy.break_with(fault)
    if "Timeout" in told:
        small_world.set_patience(NO_ANSWER)
    check_outage(small_world, told)


def test_an_outage_is_told_and_over_on_both_databases(world: World) -> None:
    world.proxy.break_with(answer(502, LOGIN_PAGE, content_type="text/html"))
    check_outage(world, "502")


def test_a_server_that_is_down_is_told_and_read_when_it_is_up(small_world: World) -> None:
    comments(small_world)
    small_world.proxy.stop()
    small_world.drain()
    source = small_world.source("bad")
    assert source.health == SourceHealth.SUSPECT
    assert "ConnectError" in source.last_error
    assert small_world.source("good").health == SourceHealth.OK
    small_world.proxy.start()
    small_world.drain(minutes=5)
    assert small_world.source("bad").health == SourceHealth.OK
    assert len(small_world.mentions("bad")) == 1


def test_a_429_is_waited_out_as_long_as_was_asked(small_world: World) -> None:
    world = small_world
    comments(world)
    world.proxy.break_with(answer(429, "{}", headers={"Retry-After": "600"}))
    world.drain()
    source = world.source("bad")
    assert "RateLimited" in source.last_error
    assert source.last_error_at is not None
    wait = source.next_due_at - source.last_error_at
    assert timedelta(seconds=590) < wait <= timedelta(seconds=600)
    asked = len(world.proxy.requests)
    world.drain(seconds=500)
    assert len(world.proxy.requests) == asked
    world.proxy.heal()
    world.drain(seconds=200)
    assert len(world.mentions("bad")) == 1


def test_denied_access_switches_one_source_off_and_leaves_the_other(small_world: World) -> None:
    comments(small_world)
    small_world.proxy.break_with(answer(403, "{}"))
    small_world.drain()
    assert small_world.source("bad").health == SourceHealth.OFF
    assert len(small_world.mentions("good")) == 1


# ---- what people write ---------------------------------------------------------------------

ODD = {
    "null bytes": ("Чай \x00пахнет\x00 пылью", "Чай пахнет пылью"),
    "right to left": ("\u202eЧай пахнет пылью\u202c שלום", "\u202eЧай пахнет пылью\u202c שלום"),
    "emoji": ("Чай 🤮🤮👨‍👩‍👧 пахнет", "Чай 🤮🤮👨‍👩‍👧 пахнет"),
    "cp1251 as UTF-8": ("Чай пахнет пылью".encode().decode("cp1251", "ignore"), "Чай пахнет пылью"),
    "control characters": ("Чай\x07 \x1b[31mпахнет", "Чай [31mпахнет"),
    "zero width": ("Ч\u200bай пах\u200dнет", "Ч\u200bай пах\u200dнет"),
    "markup": ("<script>alert(1)</script> Чай", "<script>alert(1)</script> Чай"),
    "formula": ("=HYPERLINK('http://x') Чай", "=HYPERLINK('http://x') Чай"),
    "spaces": ("\u00a0\u2003 Чай \u2028", None),
}


def test_whatever_people_write_is_stored_judged_and_answered(world: World) -> None:
    numbers = {}
    for name, (text, _) in ODD.items():
        numbers[name] = world.isso.add_comment("Чай", uri=BAD, author=name)
        world.isso.set(numbers[name], text=text)
    fine = world.isso.add_comment(COMPLAINT, uri=GOOD)
    counts = world.drain()
    assert sum(count.failed for count in counts.values()) == 0
    assert len(world.mentions("bad")) == len(ODD)
    for name, (_, stored) in ODD.items():
        mention = world.mention(numbers[name])
        assert mention.state in (MentionState.DRAFTED, MentionState.HELD, MentionState.CLOSED)
        if stored is not None:
            assert mention.text == stored, name
    assert world.source("bad").health == SourceHealth.OK
    assert [m.external_id.split("/")[-1] for m in world.mentions("good")] == [str(fine)]
    world.drain(hours=1)
    assert len(world.mentions("bad")) == len(ODD)
    assert {m.version for m in world.mentions("bad")} == {1}


def test_half_a_character_and_endless_names_do_not_reach_the_database(world: World) -> None:
    number = world.isso.add_comment("MARK доставка опоздала", uri=BAD, author="NAME")
    half = rewrite(
        lambda body: body.replace(b"MARK", b"\\ud800 \\u0000 \\udfff").replace(
            b"NAME", b"\\ud800\\u0000" + b"\xd0\xaf" * 5000
        )
    )
    world.isso.add_comment(COMPLAINT, uri=GOOD)
    world.proxy.break_with(half)
    counts = world.drain()
    assert sum(count.failed for count in counts.values()) == 0
    mention = world.mention(number)
    assert mention.text.split() == ["доставка", "опоздала"]
    assert mention.state == MentionState.DRAFTED
    assert world.source("bad").health == SourceHealth.OK
    assert is_chain_whole(world)


def test_a_comment_of_five_megabytes_is_cut_and_says_so(world: World) -> None:
    number = world.isso.add_comment("Чай", uri=BAD)
    world.isso.set(number, text="Чай пахнет пылью. " * (5_000_000 // 31))
    small = world.isso.add_comment(COMPLAINT, uri=BAD)
    counts = world.drain()
    assert sum(count.failed for count in counts.values()) == 0
    huge = world.mention(number)
    assert len(huge.text) <= 100_000
    assert huge.original["cut_from_characters"] > 2_000_000
    assert world.draft(small) is not None
    world.drain(hours=1)
    assert world.mention(number).version == 1


@pytest.mark.parametrize("hours", [-24 * 365 * 40, -24 * 365 * 3, 1, 24 * 400, 10**9])
def test_a_wrong_clock_loses_nothing_and_raises_no_false_waiting(
    small_world: World, hours: int
) -> None:
    number = small_world.isso.add_comment(COMPLAINT, uri=BAD)
    small_world.isso.set(number, created=time.time() + 3600.0 * hours)
    small_world.drain()
    mention = small_world.mention(number)
    assert mention.state == MentionState.DRAFTED
    assert mention.waiting_since <= small_world.clock()
    assert mention.collected_at <= small_world.clock()


# ---- comments that change under our hands --------------------------------------------------


def ready(world: World) -> int:
    """A complaint with a draft."""
    number, _ = comments(world)
    world.drain()
    assert world.draft(number) is not None
    return number


@pytest.mark.parametrize("when", ["before the approval", "after the approval"])
def test_an_edited_comment_gets_no_reply_to_its_old_text(world: World, when: str) -> None:
    number = ready(world)
    if when == "after the approval":
        world.approve(number)
    world.isso.edit(number, "Всё приехало, только чай горчит.")
    if when == "before the approval":
        world.approve(number)  # the desk cannot know yet
    pipeline.post(world.desk)
    assert world.ours_on_site() == []
    assert [reply.state for reply in world.replies(number)] == [ReplyState.FAILED]
    world.drain(minutes=1)
    draft = world.draft(number)
    assert draft is not None
    assert draft.mention_version == 2
    world.approve(number)
    world.drain(minutes=1)
    assert world.ours_on_site() == [draft.text]


@pytest.mark.parametrize("when", ["before the approval", "after the approval"])
def test_a_deleted_comment_gets_no_reply(world: World, when: str) -> None:
    number = ready(world)
    world.isso.add_comment("Поддерживаю", uri=BAD)
    if when == "after the approval":
        world.approve(number)
    world.isso.delete(number)
    if when == "before the approval":
        world.approve(number)
    world.drain(minutes=1)
    assert world.ours_on_site() == []
    mention = world.mention(number)
    assert (mention.state, mention.close_reason) == (MentionState.CLOSED, CloseReason.DELETED)


def test_nothing_is_posted_while_the_thread_cannot_be_read(small_world: World) -> None:
    world = small_world
    number = ready(world)
    world.approve(number)
    world.isso.edit(number, "Всё приехало, спасибо!")
    world.proxy.break_with(answer(500, "{}"), methods=("GET",))
    world.drain(minutes=1)
    assert [reply.state for reply in world.replies(number)] == [ReplyState.QUEUED]
    assert "500" in world.replies(number)[0].error
    world.proxy.heal()
    world.drain(hours=2)
    assert world.ours_on_site() == []
    assert world.replies(number)[0].state == ReplyState.FAILED


@pytest.mark.parametrize(
    ("fault", "is_taken", "is_silent"),
    [
        (cut_after(), True, False),
        (cut_before(), False, False),
        (hang(), False, True),
        (answer(500, "{}"), False, False),
        (truncate(), True, False),
        (rewrite(lambda _: LOGIN_PAGE.encode()), True, False),
    ],
    ids=["cut after", "cut before", "hung", "500", "truncated", "HTML"],
)
def test_a_post_on_a_bad_wire_is_resolved_by_reading_the_thread(
    small_world: World, fault: Fault, *, is_taken: bool, is_silent: bool
) -> None:
    world = small_world
    number = ready(world)
    text = world.approve(number).text
    world.proxy.break_with(fault, methods=("POST",), path="/new")
    if is_silent:
        world.set_patience(NO_ANSWER)
    pipeline.post(world.desk)
    assert world.replies(number)[0].state == ReplyState.UNKNOWN
    world.proxy.heal()
    world.set_patience(PATIENCE)
    world.drain(minutes=2)
    first = world.replies(number)[0]
    assert first.state == (ReplyState.POSTED if is_taken else ReplyState.FAILED)
    assert world.ours_on_site() == ([text] if is_taken else [])
    if not is_taken:
        world.approve(number)
        world.drain(minutes=2)
    assert world.ours_on_site() == [text]
    assert world.mention(number).state == MentionState.ANSWERED
