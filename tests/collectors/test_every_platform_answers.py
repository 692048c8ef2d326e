"""What every platform must keep to when it posts: at most once, and the truth about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otklik.errors import OutcomeUnknown, PlatformError, Transient
from otklik.platforms import AnyPlatform, Capability, CollectedMention, ReplyRequest
from tests.rigs.base import Rig
from tests.rigs.reading import RIGS, Ledger, each_rig
from tests.servers.faulty import FaultyProxy, answer, cut_after

REPLY = "Здравствуйте! Проверили заказ 1742: он на складе, курьер привезёт его 23 ноября."


@pytest.fixture(params=each_rig(kind for kind in RIGS.values() if kind.has_reply))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with request.param() as running:
        yield running
        assert not running.violations


@pytest.fixture
def proxy(rig: Rig) -> Iterator[FaultyProxy]:
    with FaultyProxy(rig.url) as running:
        yield running


def _mention(rig: Rig, url: str = "") -> CollectedMention:
    written = rig.write("Где мой заказ 1742?")
    ledger = Ledger()
    ledger.read(rig.platform(url))
    return ledger.standing[written]


def _request(mention: CollectedMention) -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=mention.thread.external_id,
        parent_external_id=mention.external_id,
        text=REPLY,
        idempotency_key="otklik-7f3a-1",
    )


def _ours(platform: AnyPlatform, mention: CollectedMention) -> list[CollectedMention]:
    shown = platform.thread(mention.thread.external_id)
    return [one for one in shown if one.author.is_ours and one.text == REPLY]


def test_a_reply_stands_once_under_its_mention(rig: Rig) -> None:
    mention = _mention(rig)
    platform = rig.platform()
    posted = platform.post(_request(mention))
    assert rig.replies() == [REPLY]
    assert "/" in posted.external_id
    if Capability.THREAD in platform.can and platform.reads_back:
        ours = _ours(platform, mention)
        assert [one.external_id for one in ours] == [posted.external_id]
        assert [one.parent_external_id for one in ours] == [mention.external_id]
    platform.close()


@pytest.mark.parametrize(
    "rig",
    each_rig(kind for kind in RIGS.values() if kind.has_reply and kind.has_history),
    indirect=True,
)
def test_a_reply_of_ours_is_collected_as_ours(rig: Rig) -> None:
    mention = _mention(rig)
    platform = rig.platform()
    posted = platform.post(_request(mention))
    platform.close()
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    assert mention.external_id in ledger.theirs
    assert posted.external_id not in ledger.theirs


def test_a_reply_accepted_before_the_cut_is_unknown_and_stands_once(
    rig: Rig, proxy: FaultyProxy
) -> None:
    mention = _mention(rig, proxy.url)
    method, path = rig.posting
    proxy.break_with(cut_after(), methods=(method,), path=path, times=1)
    platform = rig.platform(proxy.url)
    with pytest.raises(OutcomeUnknown):
        platform.post(_request(mention))
    proxy.heal()
    assert rig.replies() == [REPLY]
    if Capability.THREAD in platform.can and platform.reads_back:
        assert len(_ours(platform, mention)) == 1
    platform.close()


def test_a_failing_server_leaves_the_outcome_unknown(rig: Rig, proxy: FaultyProxy) -> None:
    mention = _mention(rig, proxy.url)
    method, path = rig.posting
    proxy.break_with(answer(500, "{}"), methods=(method,), path=path, times=1)
    platform = rig.platform(proxy.url)
    with pytest.raises(OutcomeUnknown):
        platform.post(_request(mention))
    platform.close()
    assert len(rig.replies()) <= 1


def test_a_reply_that_never_left_may_be_tried_again(rig: Rig, proxy: FaultyProxy) -> None:
    mention = _mention(rig, proxy.url)
    platform = rig.platform(proxy.url)
    proxy.stop()
    with pytest.raises(Transient):
        platform.post(_request(mention))
    assert rig.replies() == []
    proxy.start()
    platform.post(_request(mention))
    platform.close()
    assert rig.replies() == [REPLY]


@pytest.mark.parametrize(
    "rig",
    each_rig(kind for kind in RIGS.values() if kind.has_reply and kind.can_delete),
    indirect=True,
)
def test_a_reply_to_what_is_gone_is_not_posted(rig: Rig) -> None:
    mention = _mention(rig)
    rig.delete(mention.external_id)
    platform = rig.platform()
    with pytest.raises(PlatformError) as caught:
        platform.post(_request(mention))
    platform.close()
    assert not isinstance(caught.value, OutcomeUnknown)
    assert rig.replies() == []


def test_a_reply_can_be_changed_and_taken_back_where_the_platform_lets_us(rig: Rig) -> None:
    mention = _mention(rig)
    platform = rig.platform()
    posted = platform.post(_request(mention))
    if Capability.EDIT in platform.can:
        platform.edit(posted.external_id, "Исправленный ответ: привезём 24 ноября.")
        assert rig.replies() == ["Исправленный ответ: привезём 24 ноября."]
    if Capability.WITHDRAW in platform.can:
        platform.withdraw(posted.external_id)
        assert rig.replies() == []
        platform.withdraw(posted.external_id)  # already gone: no error
    platform.close()
