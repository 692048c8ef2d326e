"""What else happens at a desk: leases, drafts to choose from, statements, facts, people who go."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session, col, select

from otklik import audit
from otklik.database import reading, session
from otklik.enums import (
    Approach,
    DraftState,
    IncidentKind,
    Language,
    Role,
    StatementState,
    Topic,
)
from otklik.errors import ApprovalError
from otklik.models import Approval, DraftRow, FactRow, Mention, Person, Statement
from otklik.store import cases, judgements, replies
from responder import approval, changes, leases
from responder.drafting import CitedFact, Draft, DraftRequest
from responder.knowledge import Fact, Knowledge
from tests.proof.acting import Acts, Crash

MORE_ACTIONS = [
    *["take", "next_case", "next_case", "release", "hand_over", "take_over"],
    *["offer", "offer", "choose", "approve_an_offered_one"],
    *["rest_on_a_statement", "retire_the_statement", "retire_behind_our_back"],
    *["rest_on_a_short_fact", "dismiss_or_take_back_somebody", "approve_together"],
    *["crash_at_a_commit", "crash_at_a_commit", "approve_then_retire_and_post"],
]
_SAID = "Проверяем и напишем до пятницы, вопрос {}."


class PlainWriter:
    """Writes at once: what a history proves does not depend on fine words."""

    name = "plain"

    def __init__(self, knowledge: Knowledge) -> None:
        self.fact = knowledge.facts[0]

    def write(self, request: DraftRequest) -> list[Draft]:
        """One draft that cites a fact."""
        values: dict[str, Any] = {
            "text": _SAID.format(request.seed),
            "approach": request.approach,
            "language": request.language,
            "points": (),
            "known": (),
            "facts": (CitedFact(id=self.fact.id, digest=self.fact.digest),),
            "findings": (),
            "writer": self.name,
        }
        return [Draft(**values)]


class MoreActs(Acts):
    """See `Acts`; `violations` is what should never have happened."""

    engine: Engine
    violations: list[str]
    commits_left: int

    # ---- leases -----------------------------------------------------------------------------

    def take(self, number: int, role: int) -> None:
        self._with_mention(
            number,
            lambda db, row: leases.take(
                db, person=self._somebody(role), mention_id=row.id or 0, at=self.stage.clock()
            ),
        )

    def next_case(self, role: int, _: int) -> None:
        person = self._somebody(role)

        def act(db: Session) -> None:
            lease = leases.next_most_urgent(db, person=person, at=self.stage.clock())
            if lease is not None:
                held = cases.list_holders(db, [lease.mention_id], self.stage.clock())
                assert held[lease.mention_id].person_id == person.id

        self._act(act)

    def release(self, number: int, role: int) -> None:
        self._with_mention(
            number,
            lambda db, row: leases.release(
                db, person=self._somebody(role), mention_id=row.id or 0, at=self.stage.clock()
            ),
        )

    def hand_over(self, number: int, role: int) -> None:
        self._with_mention(
            number,
            lambda db, row: leases.hand_over(
                db,
                person=self._somebody(role),
                mention_id=row.id or 0,
                to_person=self._somebody(role + 1),
                at=self.stage.clock(),
            ),
        )

    def take_over(self, number: int, role: int) -> None:
        self._with_mention(
            number,
            lambda db, row: leases.take_over(
                db, person=self._somebody(role), mention_id=row.id or 0, at=self.stage.clock()
            ),
        )

    # ---- drafts to choose from --------------------------------------------------------------

    def offer(self, number: int, text: int) -> None:
        """The writer has another idea, beside the proposed one."""

        def act(db: Session, draft: DraftRow) -> None:
            if draft.state == DraftState.PROPOSED:
                text_ = f"Иначе: ответим завтра, вариант {text}."
                replies.save_draft(db, self._another(draft, text_, DraftState.OFFERED))

        self._with_draft(number, act)

    def choose(self, number: int, _: int) -> None:
        """An offered one becomes the proposed one."""

        def act(db: Session, offered: DraftRow) -> None:
            row = replies.get_draft(db, offered.id or 0)
            if row.state != DraftState.OFFERED:
                return
            standing = replies.find_proposed_draft(db, row.mention_id)
            assert standing is not None, "offered beside nothing"
            standing.state = DraftState.OFFERED
            db.add(standing)
            db.flush()
            row.state = DraftState.PROPOSED
            db.add(row)

        self._with_rows(DraftState.OFFERED, number, act)

    def approve_an_offered_one(self, number: int, _: int) -> None:
        """Never without choosing it first."""

        def act(db: Session, offered: DraftRow) -> None:
            approval.approve(
                db,
                person=self._person(Role.LEAD),
                draft_id=offered.id or 0,
                text_digest=offered.text_digest,
                mention_version=offered.mention_version,
                at=self.stage.clock(),
                undo=timedelta(0),
            )
            self.violations.append("an offered draft was approved")

        self._with_rows(DraftState.OFFERED, number, act)

    def approve_together(self, number: int, _: int) -> None:
        with reading(self.engine) as db:
            rows = db.exec(select(DraftRow).where(DraftRow.state == DraftState.PROPOSED)).all()
        items = [(row.id or 0, row.text_digest, row.mention_version) for row in rows]
        if number % 4 == 0 and items:
            items[-1] = (items[-1][0], "0" * 64, items[-1][2])
        before = self._count_approvals()
        try:
            with session(self.engine) as db:
                approval.approve_batch(
                    db,
                    person=self._person(Role.LEAD),
                    items=items,
                    at=self.stage.clock(),
                    undo=timedelta(seconds=self.stage.desk.settings.undo_seconds),
                )
        except ApprovalError:
            if self._count_approvals() != before:
                self.violations.append("half a batch was approved")

    def _count_approvals(self) -> int:
        with reading(self.engine) as db:
            return len(db.exec(select(Approval.id)).all())

    # ---- what a text rests on ---------------------------------------------------------------

    def rest_on_a_statement(self, number: int, _: int) -> None:
        def act(db: Session, draft: DraftRow) -> None:
            statement = self._statement(db)
            bound = self._another(draft, f"Заявление {statement.id}: чиним.", DraftState.PROPOSED)
            bound.statement_id = statement.id
            replies.save_draft(db, bound)

        self._with_draft(number, act)

    def _statement(self, db: Session) -> Statement:
        row = db.exec(select(Statement).where(Statement.state == StatementState.APPROVED)).first()
        if row is None:
            incident = judgements.save_incident(
                db,
                brand_id=self.stage.desk.brand_id,
                kind=IncidentKind.FAULT,
                topic=Topic.QUALITY,
                signature="чай",
                title="чай",
                at=self.stage.clock(),
            )
            row = Statement(
                brand_id=self.stage.desk.brand_id,
                incident_id=incident.id or 0,
                language=Language.RUSSIAN,
                state=StatementState.PROPOSED,
                text="Чиним.",
                text_digest=audit.digest("Чиним."),
                created_at=self.stage.clock(),
            )
            db.add(row)
            db.flush()
            row.state, row.approved_at = StatementState.APPROVED, self.stage.clock()
            row.approved_by_id = self._person(Role.ADMIN).id
            db.add(row)
            db.flush()
        return row

    def retire_the_statement(self, number: int, _: int) -> None:
        with session(self.engine) as db:
            for row in self._retired(db):
                changes.statement_retired(db, row.id or 0, self.stage.clock())

    def retire_behind_our_back(self, number: int, _: int) -> None:
        """Nothing but the statement itself changes: the guards and the last look must do."""
        with session(self.engine) as db:
            self._retired(db)

    def _retired(self, db: Session) -> list[Statement]:
        rows = list(
            db.exec(select(Statement).where(Statement.state == StatementState.APPROVED)).all()
        )
        for row in rows:
            row.state = StatementState.RETIRED
            db.add(row)
        db.flush()
        return rows

    def approve_then_retire_and_post(self, number: int, how: int) -> None:
        self.rest_on_a_statement(number, 0)
        self.approve_fully(number)
        if how % 2:
            self.retire_behind_our_back(number, 0)
        self.machine_later(5, 0)

    def rest_on_a_short_fact(self, number: int, seconds: int) -> None:
        """A draft whose fact ends in a while: perhaps before, perhaps after its approval."""

        def act(db: Session, draft: DraftRow) -> None:
            until = self.stage.clock() + timedelta(seconds=seconds * 5)
            digest = audit.digest(f"{draft.id}:{until}")
            fact: Fact = self.stage.desk.knowledge.facts[0].model_copy(
                update={"valid_until": until, "digest": digest}
            )
            row = FactRow(
                digest=digest,
                brand_id=draft.brand_id,
                fact_id=fact.id,
                value=fact.model_dump(mode="json"),
                loaded_at=self.stage.clock(),
            )
            judgements.save_facts(db, [row])
            short = self._another(draft, f"До {until:%H:%M} открыто.", DraftState.PROPOSED)
            short.facts = [{"id": fact.id, "digest": digest}]
            replies.save_draft(db, short)

        self._with_draft(number, act)

    # ---- people and accidents ---------------------------------------------------------------

    def dismiss_or_take_back_somebody(self, role: int, _: int) -> None:
        """An approver or the lead leaves, or is back; the admin stays."""
        person = self._person((Role.APPROVER, Role.LEAD)[role % 2])
        with session(self.engine) as db:
            row = db.get_one(Person, person.id)
            row.is_active = not row.is_active
            person.is_active = row.is_active
            db.add(row)

    def crash_at_a_commit(self, commits: int, _: int) -> None:
        """The process ends just before one of its next commits, wherever that is."""
        self.commits_left = commits + 1
        self.machine()
        self.commits_left = 0

    def count_commit(self, connection: Connection) -> None:
        """Listens to the engine; what was not committed is lost with the process."""
        if self.commits_left:
            self.commits_left -= 1
            if not self.commits_left:
                connection.connection.rollback()
                raise Crash

    # ---- how things are done ----------------------------------------------------------------

    def _somebody(self, number: int) -> Person:
        return self._person(list(Role)[number % len(Role)])

    def _another(self, draft: DraftRow, text: str, state: DraftState) -> DraftRow:
        values = draft.model_dump(exclude={"id", "state", "editor_id", "supersedes_id", "findings"})
        values |= {"text": text, "text_digest": audit.digest(text), "approach": Approach.ANSWER}
        return DraftRow(**values, state=state)

    def _with_mention(self, number: int, work: Callable[[Session, Mention], object]) -> None:
        with reading(self.engine) as db:
            rows = db.exec(select(Mention).where(~col(Mention.is_ours)).order_by(col(Mention.id)))
            found = rows.all()
        if found:
            self._act(lambda db: work(db, found[number % len(found)]))

    def _with_rows(
        self, state: DraftState, number: int, work: Callable[[Session, DraftRow], object]
    ) -> None:
        with reading(self.engine) as db:
            rows = db.exec(select(DraftRow).where(DraftRow.state == state)).all()
        if rows:
            self._act(lambda db: work(db, rows[number % len(rows)]))


def listen(engine: Engine, desk: MoreActs) -> Callable[[], None]:
    """Let the desk count commits; gives what ends that."""
    event.listen(engine, "commit", desk.count_commit)
    return lambda: event.remove(engine, "commit", desk.count_commit)
