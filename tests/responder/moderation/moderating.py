"""What people do to a moderated site in random histories, and which accidents happen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import ActState, AppealState, PostingMode, Role
from otklik.errors import OtklikError, OutcomeUnknown, RateLimited, Rejected
from otklik.models import Act, Appeal, Author, Mention, Person
from otklik.switches import set_posting_mode
from responder.moderation import appeals, approving, asking, own_words
from responder.moderation.grounds import HideGround
from responder.moderation.terms import BanTerms
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    COMPLAINT,
    INSULT,
    OBSCENE,
    Moderated,
    label,
    warn,
    write,
)

TERMS = BanTerms(violations=2, days=2, warnings=1, staff_insults=1, personal=1, yearly_budget=2)
ROLES = (Role.APPROVER, Role.LEAD, Role.OPERATOR, Role.ADMIN)
AUTHORS = ("one", "two", "guest")
CALLS = ("hide", "unhide", "ban", "unban", "report", "withdraw")
KILL = KeyboardInterrupt
REACHED: Counter[str] = Counter()


@dataclass
class Model:
    """What the test remembers by itself: who said yes to what, and what was done when."""

    yes: dict[int, set[int]] = field(default_factory=dict)
    mode: PostingMode = PostingMode.LIVE
    seen: int = 0
    times: Counter[int] = field(default_factory=Counter)
    bans: list[datetime] = field(default_factory=list)
    settled: dict[int, datetime] = field(default_factory=dict)


def provoked(stage: Stage, author: str) -> None:
    """An insult, a warning, and next day an answer to it."""
    number = write(stage, INSULT, author)
    warning = warn(stage, number)
    stage.clock.wait(days=1)
    write(stage, INSULT, author, parent=warning)


class People:
    """Everything that somebody may do, and what may go wrong; two numbers say who and which."""

    stage: Stage
    site: type[Moderated]
    engine: Engine
    model: Model

    def person(self, number: int) -> Person:
        with reading(self.engine) as db:
            return db.get_one(Person, self.stage.people[ROLES[number % 4]].id)

    def comment(self, number: int) -> Mention:
        with reading(self.engine) as db:
            found = db.exec(select(Mention).where(~col(Mention.is_ours)).order_by(col(Mention.id)))
            rows = found.all()
        return rows[number % len(rows)]

    def comment_of(self, author: str) -> Mention:
        """The newest of this author."""
        with reading(self.engine) as db:
            return db.exec(
                select(Mention)
                .join(Author, col(Author.id) == Mention.author_id)
                .where(Author.name == author)
                .order_by(col(Mention.id).desc())
            ).all()[0]

    def act_of(self, number: int, *states: ActState) -> Act:
        with reading(self.engine) as db:
            rows = db.exec(
                select(Act).where(col(Act.state).in_(states)).order_by(col(Act.id).desc())
            ).all()
        if not rows:
            raise OtklikError("no such act")
        return rows[number % len(rows)]

    def ask_hide(self, one: int, two: int) -> None:
        mention = self.comment(one)
        with session(self.engine) as db:
            asking.ask_hide(
                db,
                person=self.person(two if one % 3 == 0 else 2),
                mention_id=mention.id or 0,
                version=mention.version,
                ground=list(HideGround)[one % 5],
                reason="проверка",
                at=self.stage.clock(),
            )

    def ask_ban(self, one: int, two: int) -> None:
        with session(self.engine) as db:
            asking.ask_ban(
                db,
                person=self.person(two if one % 3 == 0 else 2),
                mention_id=self.comment_of(AUTHORS[one % 2]).id or 0,
                reason="проверка",
                at=self.stage.clock(),
                terms=TERMS,
            )

    def ask_report(self, one: int, two: int) -> None:
        mention = self.comment(one)
        with session(self.engine) as db:
            asking.ask_report(
                db,
                person=self.person(two if one % 3 == 0 else 2),
                mention_id=mention.id or 0,
                version=mention.version,
                reason="проверка",
                at=self.stage.clock(),
            )

    def ask_undo(self, one: int, two: int) -> None:
        act = self.act_of(one, ActState.DONE)
        with session(self.engine) as db:
            asking.ask_undo(
                db,
                person=self.person(two if one % 3 == 0 else 2),
                act_id=act.id or 0,
                reason="проверка",
                at=self.stage.clock(),
            )

    def ask_withdraw(self, one: int, two: int) -> None:
        with session(self.engine) as db:
            own_words.ask_withdraw(
                db,
                person=self.person(two if one % 3 == 0 else 2),
                reply_id=1 + one % 3,
                reason="проверка",
                at=self.stage.clock(),
            )

    def approve(self, one: int, two: int) -> None:
        act = self.act_of(one % 2, ActState.ASKED)
        person = self.person((0, 1, 3)[two % 3] if one % 7 else 2)
        with session(self.engine) as db:
            approving.approve(
                db, person=person, act_id=act.id or 0, at=self.stage.clock(), terms=TERMS
            )
        self.model.yes.setdefault(act.id or 0, set()).add(person.id or 0)

    def refuse(self, one: int, two: int) -> None:
        if one % 3 and self.act_of(0, ActState.UNKNOWN):
            act = self.act_of(one, ActState.UNKNOWN)
            with session(self.engine) as db:
                approving.resolve(
                    db,
                    person=self.person(two),
                    act_id=act.id or 0,
                    was_done=bool(one % 2),
                    at=self.stage.clock(),
                )
            return
        act = self.act_of(one, ActState.ASKED, ActState.APPROVED)
        with session(self.engine) as db:
            approving.refuse(
                db,
                person=self.person(two),
                act_id=act.id or 0,
                reason="нет",
                at=self.stage.clock(),
            )

    def edit(self, one: int, two: int) -> None:
        comment = self.stage.site.comments.get(int(self.comment(one).external_id.split("/")[1]))
        if comment is not None:
            comment.text = (OBSCENE, INSULT, COMPLAINT)[two % 3] + "!" * (one % 4)
        if two % 2:
            pipeline.collect(self.stage.desk, "site")

    def judge(self, one: int, two: int) -> None:
        number = int(self.comment(one).external_id.split("/")[1])
        label(self.stage, number, "abuse", ("none", "insult", "threat")[two % 3])

    def appeal(self, one: int, two: int) -> None:
        act = self.act_of(one, ActState.DONE)
        with session(self.engine) as db:
            appeals.enter_appeal(
                db,
                person=self.person(two),
                act_id=act.id or 0,
                text="не согласен",
                at=self.stage.clock(),
            )

    def decide(self, one: int, two: int) -> None:
        with reading(self.engine) as db:
            rows = db.exec(select(Appeal).where(Appeal.state == AppealState.OPEN)).all()
        if not rows:
            raise OtklikError("no appeal")
        with session(self.engine) as db:
            appeals.decide_appeal(
                db,
                person=self.person(two),
                appeal_id=rows[one % len(rows)].id or 0,
                is_overturned=bool(one % 2),
                answer="посмотрели",
                at=self.stage.clock(),
            )

    def spoil(self, one: int, two: int) -> None:
        """The next call fails before it does anything, or after, or the machine is killed."""
        if one % 2:
            self.site.after.append((OutcomeUnknown("cut off"), KILL())[two % 2])  # type: ignore[arg-type]
            return
        errors = (Rejected("no"), RateLimited("slowly", retry_after=30), OutcomeUnknown("cut off"))
        self.stage.site.faults[CALLS[one % 6]] = [(*errors, KILL())[two % 4]]  # type: ignore[list-item]

    def switch(self, one: int, two: int) -> None:
        """Posting is switched, or somebody's rights are."""
        if one % 2:
            modes = (PostingMode.LIVE, PostingMode.LIVE, PostingMode.DRY_RUN, PostingMode.STOPPED)
            self.set_mode(modes[two % 4])
            return
        with session(self.engine) as db:
            person = db.get_one(Person, self.stage.people[ROLES[two % 2]].id)
            person.is_active = not person.is_active

    def set_mode(self, mode: PostingMode) -> None:
        with session(self.engine) as db:
            set_posting_mode(
                db,
                person=self.stage.people[Role.ADMIN],
                mode=mode,
                at=self.stage.clock(),
                brand_id=self.stage.desk.brand_id,
            )
        self.model.mode = mode

    def wait(self, one: int, two: int) -> None:
        self.stage.clock.wait(days=(0, 0, 1, 20, 200)[two % 5], minutes=1 + one)

    def provoke(self, one: int, two: int) -> None:
        provoked(self.stage, AUTHORS[one % 2])

    def machine(self) -> None:
        """The step that acts; it may be killed in the middle."""
        self.stage.clock.wait(seconds=1)
        try:
            pipeline.act(self.stage.desk)
        except KILL:
            REACHED["killed"] += 1
