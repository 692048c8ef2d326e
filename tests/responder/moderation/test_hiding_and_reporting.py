"""Hiding and reporting: who may, on what ground, exactly once, and how it is appealed."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import (
    ActKind,
    ActState,
    AppealState,
    EffectKind,
    Role,
    Stance,
)
from otklik.errors import (
    ApprovalError,
    NotAllowed,
    SecondApprovalNeeded,
    StaleText,
)
from otklik.models import Act, AuditEvent, DecisionRow
from otklik.store import judgements
from responder.moderation import appeals, showing
from responder.moderation.grounds import HideGround
from responder.moderation.policy_asking import Asking, ask_for_all
from responder.policy import Effect
from tests.acts import mention_of
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    COMPLAINT,
    INSULT,
    OBSCENE,
    Moderated,
    act_now,
    ask_hide,
    label,
    say_yes,
    write,
)

Desk = tuple[Stage, type[Moderated]]
PHONE = "Звоните ему сами: +7 912 345-67-89"


def by_policy(stage: Stage, number: int, kind: EffectKind) -> Act | None:
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        decision = db.exec(select(DecisionRow).where(DecisionRow.mention_id == mention.id)).one()
        effect = Effect(kind=kind, reason="так просит политика")
        asked = Asking(mention, effect, decision)
        verdicts = judgements.list_verdicts(db, [mention])
        return next(iter(ask_for_all(db, [asked], verdicts, stage.clock())), None)


def last_event(db: Session, action: str) -> AuditEvent:
    return db.exec(
        select(AuditEvent).where(AuditEvent.action == action).order_by(col(AuditEvent.id).desc())
    ).all()[0]


def test_what_one_person_asked_and_another_approved_is_hidden_with_its_reason(desk: Desk) -> None:
    stage, site = desk
    number = write(stage, OBSCENE)
    act = ask_hide(stage, number)
    assert act_now(stage, act).state is ActState.ASKED
    assert say_yes(stage, act, Role.APPROVER) == 0
    done = act_now(stage, act)
    assert done.state is ActState.DONE
    assert site.done == [("hide", f"site/{number}")]
    assert done.reason == "нецензурные слова"
    assert done.evidence[0]["ground"] == "obscenity"
    assert "в нём нецензурные слова" in done.notice
    assert "другой сотрудник" in done.notice
    with reading(stage.desk.engine) as db:
        assert mention_of(db, number).is_hidden
        assert last_event(db, "act.done").subject_id == str(act.id)
        audit.verify(db)
    pipeline.act(stage.desk)
    assert len(site.done) == 1


def test_whoever_asked_for_a_hiding_does_not_approve_it(desk: Desk) -> None:
    stage, _ = desk
    act = ask_hide(stage, write(stage, OBSCENE), role=Role.LEAD)
    with pytest.raises(SecondApprovalNeeded, match="you asked for this"):
        say_yes(stage, act, Role.LEAD)
    with pytest.raises(NotAllowed):
        say_yes(stage, act, Role.OPERATOR)
    assert say_yes(stage, act, Role.APPROVER) == 0


@pytest.mark.parametrize("ground", [HideGround.INSULT, HideGround.SPAM, HideGround.THREAT])
def test_criticism_is_never_hidden(small_desk: Desk, ground: HideGround) -> None:
    stage, _ = small_desk
    number = write(stage, COMPLAINT + " Вы идиоты")
    with pytest.raises(ApprovalError, match="criticism is never hidden"):
        ask_hide(stage, number, ground)


def test_an_obscenity_that_is_not_there_hides_no_critic(small_desk: Desk) -> None:
    stage, _ = small_desk
    with pytest.raises(ApprovalError, match="no obscenity in it"):
        ask_hide(stage, write(stage, COMPLAINT), HideGround.OBSCENITY)


def test_personal_data_in_criticism_is_hidden_by_two_people(small_desk: Desk) -> None:
    stage, site = small_desk
    number = write(stage, f"{COMPLAINT} {PHONE}")
    act = ask_hide(stage, number, HideGround.PERSONAL_DATA)
    assert act.approvals_needed == 2
    assert say_yes(stage, act, Role.APPROVER) == 1
    assert say_yes(stage, act, Role.LEAD) == 0
    act_now(stage, act)
    assert site.done == [("hide", f"site/{number}")]


def test_a_threat_in_criticism_counts_once_a_person_has_confirmed_it(small_desk: Desk) -> None:
    stage, _ = small_desk
    number = write(stage, COMPLAINT)
    label(stage, number, "abuse", "threat")
    assert ask_hide(stage, number, HideGround.THREAT).approvals_needed == 2


def test_a_ground_that_only_a_person_sees_takes_two(small_desk: Desk) -> None:
    stage, _ = small_desk
    assert ask_hide(stage, write(stage, INSULT), HideGround.PERSONAL_DATA).approvals_needed == 2


def test_what_nobody_judged_counts_as_criticism(small_desk: Desk) -> None:
    stage, _ = small_desk
    number = write(stage, INSULT)
    label(stage, number, "stance", Stance.CRITIC)
    label(stage, number, "claim", "vague")
    with pytest.raises(ApprovalError, match="criticism is never hidden"):
        ask_hide(stage, number, HideGround.INSULT)


def test_an_edited_comment_loses_what_was_asked_of_it(desk: Desk) -> None:
    stage, site = desk
    number = write(stage, OBSCENE)
    act = ask_hide(stage, number)
    say_yes(stage, act, Role.APPROVER)
    stage.site.comments[number].text = "Простите, погорячился"
    assert act_now(stage, act).state is ActState.VOID
    waiting = ask_hide(stage, write(stage, OBSCENE))
    stage.site.comments.clear()
    pipeline.collect(stage.desk, "site")
    with pytest.raises(StaleText, match="deleted"):
        say_yes(stage, waiting, Role.APPROVER)
    assert act_now(stage, waiting).state is ActState.VOID
    assert site.done == []


def test_the_same_is_asked_for_once(small_desk: Desk) -> None:
    stage, _ = small_desk
    number = write(stage, OBSCENE)
    act = ask_hide(stage, number)
    with pytest.raises(ApprovalError, match="under way already"):
        ask_hide(stage, number)
    with pytest.raises(ApprovalError, match="say why"):
        ask_hide(stage, write(stage, OBSCENE), reason=" ")
    say_yes(stage, act, Role.APPROVER)
    act_now(stage, act)
    with pytest.raises(ApprovalError, match="hidden already"):
        ask_hide(stage, number)


def test_a_policy_asks_once_and_people_decide(desk: Desk) -> None:
    stage, site = desk
    number = write(stage, OBSCENE)
    act = by_policy(stage, number, EffectKind.HIDE)
    assert act is not None
    assert (act.asked_by_id, act.state) == (None, ActState.ASKED)
    assert act.decision_id is not None
    assert by_policy(stage, number, EffectKind.HIDE) is None
    assert say_yes(stage, act, Role.APPROVER) == 0
    assert act_now(stage, act).state is ActState.DONE
    assert by_policy(stage, number, EffectKind.HIDE) is None
    assert site.done == [("hide", f"site/{number}")]


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        (COMPLAINT, EffectKind.HIDE, "no ground for hiding"),
        (COMPLAINT + " Вы идиоты", EffectKind.HIDE, "criticism is never hidden"),
        (INSULT, EffectKind.BAN, "not all criteria"),
    ],
)
def test_what_a_policy_may_not_ask_for_leaves_a_note_of_what_is_missing(
    small_desk: Desk, text: str, kind: EffectKind, why: str
) -> None:
    stage, _ = small_desk
    assert by_policy(stage, write(stage, text), kind) is None
    with reading(stage.desk.engine) as db:
        detail = last_event(db, "act.not_asked").detail
    assert detail is not None
    assert why in detail["why"]


def hidden(stage: Stage) -> Act:
    act = ask_hide(stage, write(stage, OBSCENE))
    say_yes(stage, act, Role.APPROVER)
    return act_now(stage, act)


def appeal_against(stage: Stage, act: Act) -> int:
    with session(stage.desk.engine) as db:
        entered = appeals.enter_appeal(
            db,
            person=stage.people[Role.OPERATOR],
            act_id=act.id or 0,
            text="я никого не оскорблял",
            at=stage.clock(),
        )
    return entered.id or 0


def decide(stage: Stage, appeal_id: int, role: Role, *, is_overturned: bool) -> Act | None:
    with session(stage.desk.engine) as db:
        return appeals.decide_appeal(
            db,
            person=stage.people[role],
            appeal_id=appeal_id,
            is_overturned=is_overturned,
            answer="посмотрели ещё раз",
            at=stage.clock(),
        )


def test_an_overturned_hiding_is_taken_back(desk: Desk) -> None:
    stage, site = desk
    act = hidden(stage)
    number = appeal_against(stage, act)
    with pytest.raises(SecondApprovalNeeded, match="had a part"):
        decide(stage, number, Role.APPROVER, is_overturned=True)
    undo = decide(stage, number, Role.LEAD, is_overturned=True)
    assert undo is not None
    assert (undo.kind, undo.undoes_id) == (ActKind.UNHIDE, act.id)
    with pytest.raises(StaleText, match="overturned by now"):
        decide(stage, number, Role.LEAD, is_overturned=False)
    assert say_yes(stage, undo, Role.LEAD) == 0
    assert act_now(stage, undo).state is ActState.DONE
    assert [what for what, _ in site.done] == ["hide", "unhide"]
    with reading(stage.desk.engine) as db:
        assert not showing.get_act_view(db, act.id or 0).missing


def test_the_share_of_overturned_hidings_is_reported_by_period(small_desk: Desk) -> None:
    stage, _ = small_desk
    start = stage.clock()
    for role, is_overturned in ((Role.LEAD, True), (Role.ADMIN, False), (Role.LEAD, False)):
        number = appeal_against(stage, hidden(stage))
        decide(stage, number, role, is_overturned=is_overturned)
        stage.clock.wait(hours=1)
    with reading(stage.desk.engine) as db:
        terms = stage.desk.policy.bans
        brand = stage.desk.brand_id
        report = showing.moderation_report(db, brand, start, stage.clock(), terms)
        before = showing.moderation_report(db, brand, start.replace(year=2020), start, terms)
        waiting = showing.list_acts(db, brand)
    hiding = report.kinds[0]
    assert (hiding.kind, hiding.asked, hiding.by_state) == (ActKind.HIDE, 3, {"done": 3})
    assert (hiding.appeals, hiding.upheld, hiding.overturned) == (3, 2, 1)
    assert hiding.overturn_rate == pytest.approx(1 / 3)
    assert report.grounds == {"obscenity": 3}
    assert before.kinds[0].asked == 0
    assert before.kinds[0].overturn_rate is None
    assert [view.act.kind for view in waiting] == [ActKind.UNHIDE]
    assert waiting[0].missing == 1


def test_only_what_was_done_is_appealed_and_once_at_a_time(small_desk: Desk) -> None:
    stage, _ = small_desk
    asked = ask_hide(stage, write(stage, OBSCENE))
    with pytest.raises(ApprovalError, match="was done can be appealed"):
        appeal_against(stage, asked)
    act = hidden(stage)
    number = appeal_against(stage, act)
    with pytest.raises(ApprovalError, match="open already"):
        appeal_against(stage, act)
    assert decide(stage, number, Role.LEAD, is_overturned=False) is None
    with reading(stage.desk.engine) as db:
        (view,) = showing.list_acts_about(db, act.mention_id or 0)
    assert [appeal.state for appeal in view.appeals] == [AppealState.UPHELD]
