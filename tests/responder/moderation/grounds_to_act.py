"""A site whose owner may moderate it, and how an author gets himself banned there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import Approach, DraftState, EffectKind, Language, MentionState, Role
from otklik.models import Act, DecisionRow, DraftRow, Label, Mention, Reply
from otklik.platforms import Capability, CollectedMention, Cursor, Page
from otklik.store import acts, mentions, replies
from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.moderation import approving, asking
from responder.moderation.grounds import HideGround
from responder.moderation.terms import BanTerms
from responder.policy import Policy, Rule
from responder.policy.file import shipped_policy
from tests.acts import approve, mention_of
from tests.fakes import FakePlatform, Site, Stage, make_stage

INSULT = "Вы все тут идиоты"
OBSCENE = "Пошли вы нахуй"
COMPLAINT = "Заказ не приехал, доставка опоздала на три дня."


class Moderated(FakePlatform):
    """The fake site with a moderator's rights; `done` is every change in order."""

    can = frozenset(Capability)
    done: ClassVar[list[tuple[str, str]]]
    hidden: ClassVar[set[int]]
    after: ClassVar[list[Exception]]  # raised once the change has been made

    def collect(self, cursor: Cursor) -> Any:
        """One page with the whole thread, hidden comments marked."""
        self.site.fail("collect")
        yield Page(mentions=tuple(self._shown()), complete_thread_ids=("site/page",))

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The whole thread."""
        self.site.fail("thread")
        return self._shown()

    def _shown(self) -> list[CollectedMention]:
        return [
            one.model_copy(update={"is_hidden": int(one.external_id.split("/")[1]) in self.hidden})
            for one in self.site.shown()
        ]

    def _change(self, what: str, subject: str) -> None:
        self.site.fail(what)
        self.done.append((what, subject))

    def _end(self) -> None:
        if self.after:
            raise self.after.pop(0)

    def hide(self, external_id: str, reason: str) -> None:
        self._change("hide", external_id)
        self.hidden.add(int(external_id.split("/")[1]))
        self._end()

    def unhide(self, external_id: str) -> None:
        self._change("unhide", external_id)
        self.hidden.discard(int(external_id.split("/")[1]))
        self._end()

    def ban(
        self, author_external_id: str, reason: str, *, until: datetime | None, under: str
    ) -> None:
        self._change("ban", author_external_id)
        self._end()

    def unban(self, author_external_id: str) -> None:
        self._change("unban", author_external_id)
        self._end()

    def report(self, external_id: str, reason: str) -> None:
        self._change("report", external_id)
        self._end()

    def withdraw(self, external_id: str) -> None:
        self._change("withdraw", external_id)
        self.site.comments.pop(int(external_id.split("/")[1]), None)
        self._end()

    def edit(self, external_id: str, text: str) -> None:
        self._change("edit", external_id)
        self.site.comments[int(external_id.split("/")[1])].text = text
        self._end()


@cache
def shipped(*, is_asking: bool = False) -> tuple[Policy, Knowledge]:
    """Policy and facts of the shop, read once; it asks for no acts unless told so."""
    policy = shipped_policy()
    if not is_asking:
        policy = policy.model_copy(update={"rules": tuple(map(_without_acts, policy.rules))})
    return policy, shipped_knowledge()


def _without_acts(rule: Rule) -> Rule:
    acting = (EffectKind.HIDE, EffectKind.BAN, EffectKind.REPORT)
    return rule.model_copy(
        update={"then": tuple(effect for effect in rule.then if effect.kind not in acting)}
    )


def moderated_stage(
    engine: Engine, terms: BanTerms | None = None, *, is_asking: bool = False, **more: Any
) -> tuple[Stage, type[Moderated]]:
    """A desk on a site that it may moderate.

    Args:
        terms: of bans, other than the shop's.
        is_asking: whether the shop's policy may ask for acts, as it does.
    """
    policy, knowledge = shipped(is_asking=is_asking)
    if terms is not None:
        policy = policy.model_copy(update={"bans": terms})
    stage = make_stage(engine, policy, knowledge, **more)
    kind = moderated(stage.site)
    return replace(stage, desk=replace(stage.desk, platforms={"fake": kind})), kind


def moderated(site: Site) -> type[Moderated]:
    """The platform of that site; nothing is hidden yet."""
    changes: dict[str, Any] = {"site": site, "done": [], "hidden": set(), "after": []}
    return type("FakePlatform", (Moderated,), changes)


def write(stage: Stage, text: str, author: str = "troll", parent: int | None = None) -> int:
    """Somebody writes now, and the machine does all it can do."""
    number = stage.site.add(text, author, parent=parent, at=stage.clock())
    stage.clock.wait(minutes=1)
    pipeline.drain(stage.desk)
    return number


def answer(stage: Stage, number: int, approach: Approach, text: str) -> int:
    """Somebody lets this text out; returns the number of our comment."""
    with reading(stage.desk.engine) as db:
        mention_id = mention_of(db, number).id or 0
    answer_mention(stage, mention_id, approach, text)
    return max(stage.site.comments)


def answer_mention(stage: Stage, mention_id: int, approach: Approach, text: str) -> None:
    """Somebody lets this text out, as an answer to this mention."""
    with session(stage.desk.engine) as db:
        mention = mentions.get_mention(db, mention_id)
        mentions.save_state(mention, MentionState.DRAFTED, stage.clock())
        draft = replies.save_draft(db, _draft(db, mention, approach, text, stage.clock()))
    approve(stage, draft)
    pipeline.post(stage.desk)


def _draft(db: Session, mention: Mention, approach: Approach, text: str, at: datetime) -> DraftRow:
    decision = db.exec(select(DecisionRow).where(DecisionRow.mention_id == mention.id)).first()
    assert decision is not None
    return DraftRow(
        brand_id=mention.brand_id,
        mention_id=mention.id or 0,
        mention_version=mention.version,
        decision_id=decision.id or 0,
        writer="test",
        approach=approach,
        language=Language.RUSSIAN,
        state=DraftState.PROPOSED,
        text=text,
        text_digest=audit.digest(text),
        created_at=at,
    )


def warn(stage: Stage, number: int) -> int:
    """We ask to stop."""
    return answer(stage, number, Approach.WARN, f"Просим не оскорблять сотрудников ({number}).")


def earn_a_ban(stage: Stage, author: str = "troll") -> list[int]:
    """Insults on three days, two warnings, and on it goes, at the operator who warned."""
    numbers = []
    for _ in range(2):
        numbers.append(write(stage, INSULT, author))
        numbers.append(warn(stage, numbers[-1]))
        stage.clock.wait(days=1)
    numbers.append(write(stage, INSULT, author, parent=numbers[-1]))
    stage.clock.wait(days=1)
    numbers.append(write(stage, INSULT, author, parent=numbers[-2]))
    return numbers


def ask_ban(stage: Stage, number: int, role: Role = Role.OPERATOR) -> Act:
    """Somebody asks for a ban because of this comment."""
    with session(stage.desk.engine) as db:
        return asking.ask_ban(
            db,
            person=stage.people[role],
            mention_id=mention_of(db, number).id or 0,
            reason="оскорбляет операторов после двух предупреждений",
            at=stage.clock(),
            terms=stage.desk.policy.bans,
        )


def ask_hide(
    stage: Stage,
    number: int,
    ground: HideGround = HideGround.OBSCENITY,
    role: Role = Role.OPERATOR,
    **more: Any,
) -> Act:
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        return asking.ask_hide(
            db,
            person=stage.people[role],
            mention_id=mention.id or 0,
            version=mention.version,
            ground=ground,
            reason=more.pop("reason", "нецензурные слова"),
            at=stage.clock(),
            **more,
        )


def say_yes(stage: Stage, act: Act, role: Role) -> int:
    """Somebody approves; returns how many more are needed."""
    with session(stage.desk.engine) as db:
        return approving.approve(
            db,
            person=stage.people[role],
            act_id=act.id or 0,
            at=stage.clock(),
            terms=stage.desk.policy.bans,
        )


def label(stage: Stage, number: int, field: str, value: str, role: Role = Role.OPERATOR) -> None:
    """A person says what a verdict should be."""
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        db.add(
            Label(
                mention_id=mention.id or 0,
                mention_version=mention.version,
                person_id=stage.people[role].id or 0,
                field=field,
                value=value,
                created_at=stage.clock(),
            )
        )


def act_now(stage: Stage, act: Act) -> Act:
    """The machine's turn; the act as it stands then."""
    pipeline.act(stage.desk)
    return again(stage, act)


def again(stage: Stage, act: Act) -> Act:
    """The act as it stands now."""
    with session(stage.desk.engine) as db:
        return acts.get_act(db, act.id or 0)


def reply_under(stage: Stage, number: int) -> Reply:
    """Our last reply to a comment."""
    with session(stage.desk.engine) as db:
        return replies.list_replies(db, mention_of(db, number).id or 0)[-1]
