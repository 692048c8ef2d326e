"""From a comment on a site to a reply of ours under it, and back."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import CloseReason, MentionState, ReplyState, Role, SlaState, SourceHealth
from otklik.errors import AccessDenied, NotFound, RateLimited, Transient
from otklik.models import Alert, AlertDelivery, AuditEvent, Mention, Source, VerdictRow
from otklik.store import mentions, sources
from responder import editing
from tests.acts import COMPLAINT, approve_fully, mention_of, proposed, replies_to, state_of
from tests.fakes import START, Stage


def test_a_comment_becomes_an_approved_reply_on_the_site(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    assert state_of(stage, number) == MentionState.DRAFTED
    assert not stage.site.posts

    draft = proposed(stage, number)
    approve_fully(stage, draft)
    pipeline.drain(stage.desk)

    (reply,) = replies_to(stage, number)
    assert reply.state == ReplyState.POSTED
    assert [post.text for post in stage.site.posts] == [draft.text]
    assert stage.site.posts[0].parent_external_id == f"site/{number}"
    assert state_of(stage, number) == MentionState.ANSWERED


def test_nothing_is_posted_without_a_person(stage: Stage) -> None:
    for text in (COMPLAINT, "Спасибо, очень вкусно", "Вы там все идиоты", "Чай отравил ребёнка"):
        stage.site.add(text)
    pipeline.drain(stage.desk)
    stage.clock.wait(days=3)
    pipeline.drain(stage.desk)
    assert stage.site.posts == []


def test_a_second_drain_changes_nothing(stage: Stage) -> None:
    stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    stage.clock.wait(minutes=5)
    again = pipeline.drain(stage.desk)
    assert sum(count.done for count in again.values()) == 0
    with reading(stage.desk.engine) as db:
        assert len(db.exec(select(VerdictRow)).all()) == 1


def test_an_edit_brings_a_new_version_verdict_and_draft(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    old = proposed(stage, number)
    stage.site.comments[number].text = COMPLAINT + " И чай был пылью."
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    new = proposed(stage, number)
    assert (old.mention_version, new.mention_version) == (1, 2)
    with reading(stage.desk.engine) as db:
        versions = mentions.list_versions(db, new.mention_id)
    assert [version.text for version in versions] == [COMPLAINT, COMPLAINT + " И чай был пылью."]


def test_a_deleted_comment_is_closed_and_its_draft_expires(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    del stage.site.comments[number]
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, number)
    assert (mention.state, mention.close_reason) == (MentionState.CLOSED, CloseReason.DELETED)
    with pytest.raises(AssertionError, match="no draft"):
        proposed(stage, number)


def test_a_comment_that_comes_back_is_judged_again(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    taken = stage.site.comments.pop(number)
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    stage.site.comments[number] = taken
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    assert state_of(stage, number) == MentionState.DRAFTED


def test_our_own_comments_are_never_judged(stage: Stage) -> None:
    number = stage.site.add("Завтра чай со скидкой", "us", is_ours=True)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, number)
        assert not db.exec(select(VerdictRow)).all()
    assert mention.close_reason == CloseReason.OURS


def test_an_answer_given_outside_closes_the_mention_and_voids_its_draft(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    approve_fully(stage, proposed(stage, number))
    stage.site.add("Уже звоним вам", "us", parent=number, is_ours=True)
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        assert mention_of(db, number).close_reason == CloseReason.ANSWERED_ELSEWHERE
    assert stage.site.posts == []
    assert replies_to(stage, number)[0].state == ReplyState.FAILED


def test_one_broken_row_does_not_stop_the_others(stage: Stage) -> None:
    broken, fine = stage.site.add("BROKEN"), stage.site.add(COMPLAINT)
    counts = pipeline.drain(stage.desk)
    assert counts["classify"].failed == 1
    assert state_of(stage, fine) == MentionState.DRAFTED
    for _ in range(6):
        stage.clock.wait(hours=1)
        pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, broken)
        noted = db.exec(select(AuditEvent).where(AuditEvent.action == "step.failed")).all()
    assert mention.state == MentionState.STUCK
    assert "chokes" in mention.last_error
    assert len(noted) == stage.desk.settings.max_attempts


def test_a_failing_source_backs_off_and_raises_one_alert(stage: Stage) -> None:
    stage.site.faults["collect"] = [Transient("down") for _ in range(4)]
    for _ in range(4):
        pipeline.collect(stage.desk)
        stage.clock.wait(hours=2)
    pipeline.alert(stage.desk)
    with reading(stage.desk.engine) as db:
        source = db.exec(select(Source)).one()
    assert (source.health, source.failures) == (SourceHealth.FAILING, 4)
    assert [message.kind for message in stage.channel.sent] == ["source_down"]
    pipeline.collect(stage.desk)
    with reading(stage.desk.engine) as db:
        assert db.exec(select(Source)).one().health == SourceHealth.OK


def test_a_rate_limit_is_waited_out(stage: Stage) -> None:
    stage.site.faults["collect"] = [RateLimited("slow down", retry_after=900)]
    pipeline.collect(stage.desk)
    with reading(stage.desk.engine) as db:
        source = db.exec(select(Source)).one()
    assert source.next_due_at == stage.clock() + timedelta(seconds=900)


def test_denied_access_switches_the_source_off(stage: Stage) -> None:
    stage.site.faults["collect"] = [AccessDenied("token revoked")]
    pipeline.collect(stage.desk)
    stage.clock.wait(days=1)
    assert pipeline.collect(stage.desk) == (0, 0)
    with reading(stage.desk.engine) as db:
        source = db.exec(select(Source)).one()
    assert (source.health, source.is_enabled) == (SourceHealth.OFF, False)


def test_a_start_tries_a_source_again_that_had_turned_us_away(stage: Stage) -> None:
    stage.site.faults["collect"] = [AccessDenied("token revoked")]
    pipeline.collect(stage.desk)
    stage.site.add(COMPLAINT)
    with session(stage.desk.engine) as db:
        sources.sync_sources(db, stage.desk.brand_id, stage.desk.settings.sources, stage.clock())
    assert pipeline.collect(stage.desk) == (1, 0)


def test_a_source_no_longer_named_is_not_read(stage: Stage) -> None:
    stage.site.add(COMPLAINT)
    with session(stage.desk.engine) as db:
        sources.sync_sources(db, stage.desk.brand_id, [], stage.clock())
    assert pipeline.collect(stage.desk) == (0, 0)


def test_an_unknown_source_is_a_clear_error(stage: Stage) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        pipeline.collect(stage.desk, "nowhere")


def test_a_source_read_by_another_process_is_left_alone(stage: Stage) -> None:
    stage.site.add(COMPLAINT)
    with session(stage.desk.engine) as db:
        source = db.exec(select(Source)).one()
        lease = timedelta(minutes=1)
        assert sources.claim_source(db, source.id or 0, "another", stage.clock(), lease)
    assert pipeline.collect(stage.desk, "site") == (0, 0)
    stage.clock.wait(minutes=2)
    assert pipeline.collect(stage.desk, "site") == (1, 0)


def test_an_urgent_comment_alerts_once_with_its_delivery_recorded(stage: Stage) -> None:
    stage.site.add("Ваш чай отравил ребёнка", at=stage.clock())
    stage.channel.faults = [RateLimited("429", retry_after=120)]
    pipeline.drain(stage.desk)
    assert stage.channel.sent == []
    stage.clock.wait(seconds=121)
    pipeline.drain(stage.desk)
    pipeline.drain(stage.desk)
    assert [message.kind for message in stage.channel.sent] == ["urgent_mention"]
    with reading(stage.desk.engine) as db:
        delivery = db.exec(select(AlertDelivery)).one()
    assert (delivery.state, delivery.attempts) == ("sent", 2)


def test_the_first_reply_clock_is_met_or_missed(stage: Stage) -> None:
    early, late = stage.site.add(COMPLAINT, "a"), stage.site.add(COMPLAINT, "b")
    pipeline.drain(stage.desk)
    approve_fully(stage, proposed(stage, early))
    pipeline.drain(stage.desk)
    stage.clock.wait(days=10)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        states = mention_of(db, early).sla_state, mention_of(db, late).sla_state
        kinds = [str(kind) for kind in db.exec(select(Alert.kind))]
    assert states == (SlaState.MET, SlaState.MISSED)
    assert "sla_missed" in kinds


def test_ten_people_with_one_trouble_are_one_incident(stage: Stage) -> None:
    for number in range(10):
        stage.site.add(
            f"Чёрный чай партии 1107 пахнет пылью, вкус испортился, {number} пачек выбросил",
            f"guest{number}",
            at=START + timedelta(minutes=number),
        )
    stage.site.add("Доставка опоздала на день", "other")
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        rows = db.exec(select(Mention)).all()
    inside = [row for row in rows if row.incident_id is not None]
    assert len(inside) == 10
    assert len({row.incident_id for row in inside}) == 1
    assert len({row.case_id for row in rows}) == 11


def test_one_trouble_told_in_different_words_is_one_incident(stage: Stage) -> None:
    told = (
        "Чёрный чай партии 1107 пахнет пылью",
        "Взяла чай «Чёрный тай», 1107, а там труха вместо листа",
        "Black Thai tea again, чай batch 1107, all dust",
        "Пью чёрный тай десять лет, такого не было: пыль, чай вылил, на дне 1107",
        "чёрный тай испортили. чай 1107",
    )
    for number, text in enumerate(told):
        stage.site.add(text, f"guest{number}", at=START)
    others = (
        "Курьер опоздал на два часа и нахамил",
        "Деньги за возврат не вернули, жду неделю",
        "Приложение не открывается, белый экран",
        "На кассе очередь, работает одна из пяти",
        "Сковорода поцарапана, крышки нет",
    )
    for number, text in enumerate(others):
        stage.site.add(text, f"other{number}", at=START)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        rows = db.exec(select(Mention).order_by(col(Mention.id))).all()
    assert len({row.incident_id for row in rows[: len(told)]} - {None}) == 1
    assert [row.incident_id for row in rows[len(told) :]] == [None] * 5


def test_one_person_keeps_one_open_case(stage: Stage) -> None:
    one = stage.site.add(COMPLAINT, "anna")
    two = stage.site.add("И чай был горький", "anna")
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        assert mention_of(db, one).case_id == mention_of(db, two).case_id


def test_silence_needs_a_reason_and_is_recorded(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        editing.ignore(
            db,
            person=stage.people[Role.OPERATOR],
            mention_id=mention.id or 0,
            mention_version=1,
            reason="дубль обращения по телефону",
            at=stage.clock(),
        )
    assert state_of(stage, number) == MentionState.CLOSED
    with reading(stage.desk.engine) as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.action == "mention.ignored")).one()
        assert audit.verify(db).length > 0
    assert event.detail is not None
    assert event.detail["reason"] == "дубль обращения по телефону"
