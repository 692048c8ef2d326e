"""How X is answered and moderated: what is refused before it is sent, and what happened after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from otklik.errors import (
    AccessDenied,
    BudgetSpent,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
)
from otklik.language.x_length import has_link, weighted_length
from otklik.metering import LocalMeter
from otklik.platforms import Capability, ReplyRequest
from tests.collectors.test_x_reading import BEARER_ONLY
from tests.rigs.x import XRig
from tests.servers.faulty import FaultyProxy, answer, rewrite

pytestmark = pytest.mark.needs_shared

REPLY = "Здравствуйте! Заказ 1742 на складе, привезём 23 ноября."
LOOK, CREATE, CREATE_WITH_LINK = 5_000, 15_000, 200_000


@pytest.fixture
def rig() -> Iterator[XRig]:
    with XRig() as running:
        yield running
        assert not running.violations


@pytest.fixture
def proxy(rig: XRig) -> Iterator[FaultyProxy]:
    with FaultyProxy(rig.url) as running:
        yield running


def request(to: str, text: str = REPLY) -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=to, parent_external_id=to, text=text, idempotency_key="k-1"
    )


def sent(rig: XRig) -> list[Any]:
    """Bodies of all that was to change something."""
    return [one.json for one in rig.requests if one.method != "GET"]


def test_a_reply_is_signed_by_the_account_and_stands_under_its_post(rig: XRig) -> None:
    written = rig.write("Где заказ?")
    posted = rig.platform().post(request(written))
    assert sent(rig) == [
        {"reply": {"in_reply_to_tweet_id": written.removeprefix("x/")}, "text": REPLY}
    ]
    assert posted.url == f"https://x.com/romashka/status/{posted.external_id.removeprefix('x/')}"
    assert posted.posted_at is not None
    assert abs((datetime.now(UTC) - posted.posted_at).total_seconds()) < 60


def test_who_did_not_mention_us_is_refused_before_anything_is_sent(rig: XRig) -> None:
    written = rig.write("Ромашка опять обманула", names=())
    with pytest.raises(Rejected, match="упомянул @romashka"):
        rig.platform().post(request(written))
    assert sent(rig) == []


def test_who_quoted_us_can_be_answered(rig: XRig) -> None:
    ours = rig.say("Акция")
    written = rig.write("Смотрите сами", names=(), quotes=int(ours.removeprefix("x/")))
    rig.platform().post(request(written))
    assert rig.replies() == [REPLY]


def test_a_mention_in_the_first_version_still_counts(rig: XRig) -> None:
    written = rig.write("Где заказ?")
    rig.edit(written, "Где же мой заказ?", names=())
    rig.platform().post(request(written))
    assert rig.replies() == [REPLY]


def test_a_reply_goes_to_the_newest_version(rig: XRig) -> None:
    written = rig.write("Где заказ?")
    rig.edit(written, "Где же мой заказ?")
    rig.platform().post(request(written))
    newest = rig._written(written).last.id
    assert sent(rig)[0]["reply"]["in_reply_to_tweet_id"] == str(newest) != written[2:]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("а" * 280, 280),
        ("Ёж — «съел» 1 999 руб.", 22),
        ("日本", 4),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽 и 😡", 7),
        ("🇷🇺", 2),
        ("https://shop.example.com/a/very/long/path?with=query", 23),
        ("см. https://shop.ru/x, и ещё shop.com", 4 + 23 + 8 + 23),
        ("Ждём 2.5 часа. Потом ответим.Спасибо", 36),
        ("й", 1),
        ("почта desk@shop.ru", 18),
    ],
)
def test_a_text_is_weighed_as_x_weighs_it(text: str, length: int) -> None:
    assert weighted_length(text) == length


def test_a_text_that_x_finds_too_long_is_refused_at_no_cost(rig: XRig) -> None:
    written = rig.write("Где заказ?")
    rig.requests.clear()
    with pytest.raises(Rejected, match="282 знаков из 280"):
        rig.platform().post(request(written, "а" * 278 + "😡😡"))
    assert rig.requests == []


@pytest.mark.parametrize(
    ("text", "price"),
    [(REPLY, CREATE), (f"{REPLY} https://romashka.ru/1742", CREATE_WITH_LINK)],
)
def test_a_reply_is_paid_for_and_a_link_costs_more(rig: XRig, text: str, price: int) -> None:
    written = rig.write("Где заказ?")
    meter = LocalMeter(5_000_000)
    rig.platform(meter=meter).post(request(written, text))
    assert meter.spent == LOOK + price
    assert has_link(text) == (price == CREATE_WITH_LINK)


def test_a_refused_reply_costs_the_look_only(rig: XRig, proxy: FaultyProxy) -> None:
    written = rig.write("Где заказ?")
    meter = LocalMeter(5_000_000)
    proxy.break_with(answer(400, '{"detail": "no"}'), methods=("POST",))
    with pytest.raises(Rejected):
        rig.platform(proxy.url, meter=meter).post(request(written))
    assert meter.spent == LOOK


def test_a_spent_budget_posts_nothing(rig: XRig) -> None:
    written = rig.write("Где заказ?")
    with pytest.raises(BudgetSpent):
        rig.platform(meter=LocalMeter(12_000)).post(request(written))
    assert rig.replies() == []


def test_an_equal_reply_under_the_same_post_leaves_the_outcome_unknown(rig: XRig) -> None:
    written = rig.write("Где заказ?")
    rig.platform().post(request(written))
    with pytest.raises(OutcomeUnknown, match="stands there"):
        rig.platform().post(request(written))
    assert rig.replies() == [REPLY]


def test_an_equal_reply_elsewhere_is_a_refusal(rig: XRig) -> None:
    rig.platform().post(request(rig.write("Где заказ?")))
    with pytest.raises(Rejected, match="такой же текст"):
        rig.platform().post(request(rig.write("А мой?")))
    assert rig.replies() == [REPLY]


def test_an_equal_reply_that_cannot_be_looked_for_is_unknown(rig: XRig, proxy: FaultyProxy) -> None:
    written = rig.write("Где заказ?")
    rig.platform().post(request(written))
    proxy.break_with(answer(500, "{}"), path="/tweets?since_id")
    with pytest.raises(OutcomeUnknown):
        rig.platform(proxy.url).post(request(written))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"detail": "Your account is suspended"}, AccessDenied),
        (403, {"detail": "You attempted to reply to a Tweet that is deleted"}, Rejected),
        (401, {"title": "Unauthorized"}, AccessDenied),
        (402, {"title": "CreditsDepleted"}, AccessDenied),
        (429, {"title": "Too Many Requests"}, RateLimited),
        (400, {"detail": "text is wrong"}, Rejected),
        (503, {}, OutcomeUnknown),
        (201, {}, OutcomeUnknown),
        (201, [], OutcomeUnknown),
        (201, {"data": {"id": None}}, OutcomeUnknown),
    ],
)
def test_what_x_says_to_a_reply_is_told_apart(
    rig: XRig, proxy: FaultyProxy, status: int, body: Any, kind: type[PlatformError]
) -> None:
    written = rig.write("Где заказ?")
    proxy.break_with(answer(status, json.dumps(body)), methods=("POST",))
    with pytest.raises(kind) as caught:
        rig.platform(proxy.url).post(request(written))
    assert type(caught.value) is kind
    assert len([1 for method, _ in proxy.requests if method == "POST"]) == 1


def test_an_answer_that_is_not_json_leaves_the_outcome_unknown(
    rig: XRig, proxy: FaultyProxy
) -> None:
    written = rig.write("Где заказ?")
    proxy.break_with(rewrite(lambda _: b"<html>"), methods=("POST",))
    with pytest.raises(OutcomeUnknown):
        rig.platform(proxy.url).post(request(written))
    assert rig.replies() == [REPLY]


def test_replies_in_our_conversation_are_hidden_and_shown(rig: XRig) -> None:
    root = rig.say("Акция")
    rude = rig.write("Вы все …", parent=root)
    platform = rig.platform()
    platform.hide(rude, "брань")
    assert rig.hidden() == {rude}
    platform.unhide(rude)
    assert rig.hidden() == set()


def test_replies_elsewhere_cannot_be_hidden(rig: XRig) -> None:
    rude = rig.write("Вы все …")
    with pytest.raises(Rejected, match="own conversations"):
        rig.platform().hide(rude, "брань")


def test_a_conversation_is_shown_oldest_first_with_our_words(rig: XRig) -> None:
    root = rig.write("Где заказ?", author="Ольга")
    more = rig.write("И у меня", parent=root, author="Пётр")
    platform = rig.platform()
    posted = platform.post(request(root))
    shown = platform.thread(root)
    assert [(m.external_id, m.parent_external_id) for m in shown] == [
        (root, None),
        (more, root),
        (posted.external_id, root),
    ]
    assert [m.author.is_ours for m in shown] == [False, False, True]
    assert shown[2].text == REPLY


def test_an_answer_to_a_later_version_hangs_on_the_same_mention(rig: XRig) -> None:
    root = rig.write("Где заказ?")
    rig.edit(root, "Где же заказ?")
    posted = rig.platform().post(request(root))
    shown = {m.external_id: m for m in rig.platform().thread(root)}
    assert shown[posted.external_id].parent_external_id == root


def test_a_conversation_that_is_gone_is_gone(rig: XRig) -> None:
    root = rig.write("Где заказ?")
    rig.delete(root)
    with pytest.raises(Gone):
        rig.platform().thread(root)


def test_answers_outlive_the_post_that_began_the_conversation(rig: XRig) -> None:
    root = rig.write("Где заказ?")
    more = rig.write("И у меня", parent=root)
    rig.delete(root)
    assert [m.external_id for m in rig.platform().thread(root)] == [more]


def test_without_the_accounts_keys_nothing_is_posted_deleted_or_hidden(rig: XRig) -> None:
    written = rig.write("Где заказ?")
    platform = rig.platform(**BEARER_ONLY)
    for act in (
        lambda: platform.post(request(written)),
        lambda: platform.withdraw(written),
        lambda: platform.hide(written, "брань"),
        lambda: platform.unhide(written),
    ):
        with pytest.raises(Rejected, match="не настроены ключи"):
            act()
    assert rig.requests == []


def test_a_check_says_what_the_token_may_do(rig: XRig) -> None:
    rig.write("Отзыв")
    found = rig.platform().check()
    assert found.rights == ("read-write",)
    assert found.missing == ()
    assert Capability.POST in found.can
    assert found.newest_at is not None
    assert found.limits_left.startswith("449 of 450")


def test_a_check_says_what_is_missing(rig: XRig) -> None:
    alone = rig.platform(**BEARER_ONLY).check()
    assert alone.can == (Capability.THREAD,)
    assert "не настроены ключи" in alone.missing[0]
    rig.access_level = "read"
    reading = rig.platform().check()
    assert "только чтение" in reading.missing[0]
    assert Capability.POST not in reading.can
    other = rig.platform(username="vasilek").check()
    assert "@romashka" in other.missing[0]


def test_a_check_is_cheap(rig: XRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(XRig, "page_size", 100)
    meter = LocalMeter(5_000_000)
    for n in range(20):
        rig.write(f"Отзыв {n}", author=f"А{n}")
    rig.platform(meter=meter).check()
    assert meter.spent <= 5 * 15_000 + 10_000
