"""What visitors, people at the desk, the machine and accidents do in a history."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import DraftState, PostingMode, ReplyState, Role
from otklik.errors import (
    ApprovalError,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.models import DraftRow, Mention, Person, Reply
from otklik.platforms import CollectedMention
from otklik.store import cases
from otklik.switches import set_posting_mode
from responder import approval, editing
from tests.fakes import Comment, Site, Stage

TEXTS = (
    "Заказ 4512 так и не приехал, доставка опоздала на три дня. Когда вернёте деньги?",
    "Чай пахнет пылью, вкус испортился.",
    "Спасибо, очень вкусно",
    "Вы там все идиоты",
    "Ваш чай отравил ребёнка",
)
NAMES = ("anna", "boris", "vera")
APPROVERS = (Role.APPROVER, Role.LEAD, Role.ADMIN)


class Crash(BaseException):
    """The process ends here; nothing of ours may catch it."""


POST_FAULTS: list[Callable[[], Any]] = [
    lambda: Transient("down"),
    lambda: RateLimited("429", retry_after=90),
    lambda: Rejected("no links"),
    lambda: Gone("no such comment"),
    lambda: OutcomeUnknown("cut"),
    lambda: OutcomeUnknown("cut"),
    Crash,
    Crash,
]
ACTIONS = [
    *["write", "edit", "delete", "answer_outside", "close_or_open_the_thread"],
    *["machine", "machine_later", "machine_later", "one_step", "wait"],
    *["next_post_fails", "reading_fails", "switch_by", "approve_by_one"],
    *["approve_fully", "approve_fully", "approve_and_post_into_a_fault"],
    *["approve_and_post_into_a_fault", "approve_and_post_after_an_edit", "rehearse"],
    *["edit_draft", "reject", "write_draft", "ignore", "undo", "look_for_the_unknown"],
]


ROUND = [name for name in pipeline.STEPS if name != "alert"]  # alerts go to no platform


class FlatSite(Site):
    """Shows answers to nested comments under the root, as Isso does."""

    def _show(self, comment: Comment) -> CollectedMention:
        shown = super()._show(comment)
        above = self.comments.get(comment.parent or 0)
        if above is None or above.parent is None:
            return shown
        return shown.model_copy(update={"parent_external_id": f"site/{above.parent}"})


class Acts:
    """One desk and one site; every method is one thing that somebody does, told by numbers."""

    stage: Stage
    engine: Engine
    mode: PostingMode
    crashes: int

    def check_posts(self) -> None:
        """Called after each thing the machine does."""
        raise NotImplementedError

    # ---- visitors ---------------------------------------------------------------------------

    def write(self, text: int, name: int, parent: int | None = None) -> None:
        parent = name if parent is None else parent
        theirs = self._theirs()
        above = theirs[parent % len(theirs)].number if theirs and parent % 3 == 0 else None
        author = NAMES[name % len(NAMES)]
        self.stage.site.add(TEXTS[text % len(TEXTS)], author, parent=above, at=self.stage.clock())

    def edit(self, number: int, text: int) -> None:
        if theirs := self._theirs():
            theirs[number % len(theirs)].text = f"{TEXTS[text % len(TEXTS)]} Правка {text}."

    def delete(self, number: int, _: int) -> None:
        if theirs := self._theirs():
            del self.stage.site.comments[theirs[number % len(theirs)].number]

    def answer_outside(self, number: int, _: int) -> None:
        if theirs := self._theirs():
            parent = theirs[number % len(theirs)].number
            self.stage.site.add(f"Уже звоним, {number}", "us", parent=parent, is_ours=True)

    def close_or_open_the_thread(self, number: int, _: int) -> None:
        self.stage.site.closed = number % 4 == 1

    # ---- the machine ------------------------------------------------------------------------

    def machine(self, *_: int) -> None:
        """Each step once, in order: what is left over is the next round's."""
        self._run(lambda: [pipeline.STEPS[name](self.stage.desk, None) for name in ROUND])

    def machine_later(self, seconds: int, _: int) -> None:
        self.stage.clock.wait(seconds=seconds * 13)
        self.machine()

    def one_step(self, number: int, _: int) -> None:
        name = list(pipeline.STEPS)[number % len(pipeline.STEPS)]
        self._run(lambda: pipeline.STEPS[name](self.stage.desk, None))

    def next_post_fails(self, number: int, is_taken: int) -> None:
        planned = POST_FAULTS[number % len(POST_FAULTS)]()
        taken = is_taken % 2 and isinstance(planned, OutcomeUnknown | Crash)
        faults = self.stage.site.faults.setdefault("post", [])
        (self.stage.site.accept_then_fail if taken else faults).append(planned)

    def reading_fails(self, number: int, count: int) -> None:
        call = ("collect", "thread")[number % 2]
        self.stage.site.faults[call] = [Transient("down") for _ in range(count % 3)]

    def wait(self, number: int, _: int) -> None:
        self.stage.clock.wait(seconds=(11, 31, 61, 400, 90_000)[number % 5])

    # ---- people -----------------------------------------------------------------------------

    def approve_by_one(self, number: int, role: int) -> None:
        self.approve(number, list(Role)[role % len(Role)])

    def approve(self, number: int, role: Role) -> None:
        """One person's yes, which may be one too few or nobody's to give."""

        def act(db: Session, draft: DraftRow) -> None:
            is_held = self._is_held_from(db, role, draft)
            approval.approve(
                db,
                person=self._person(role),
                draft_id=draft.id or 0,
                text_digest=draft.text_digest,
                mention_version=draft.mention_version,
                at=self.stage.clock(),
                undo=timedelta(seconds=self.stage.desk.settings.undo_seconds),
            )
            assert not is_held, "approved what a colleague was working on"

        self._with_draft(number, act)

    def approve_fully(self, number: int, _: int = 0) -> None:
        for role in APPROVERS:
            self.approve(number, role)

    def approve_and_post_into_a_fault(self, number: int, fault: int) -> None:
        self.approve_fully(number)
        self.next_post_fails(fault, number)
        self.machine_later(5, 0)

    def approve_and_post_after_an_edit(self, number: int, text: int) -> None:
        self.approve_fully(number)
        self.edit(number, text)
        self.machine_later(5, 0)

    def edit_draft(self, number: int, text: int) -> None:
        role = list(Role)[text % len(Role)]
        new = f"Проверили: всё починим завтра, вернём {text} рублей."

        def act(db: Session, draft: DraftRow) -> None:
            is_held = self._is_held_from(db, role, draft)
            editing.edit_draft(
                db,
                person=self._person(role),
                draft_id=draft.id or 0,
                text=new,
                at=self.stage.clock(),
            )
            assert not is_held, "edited what a colleague was working on"

        self._with_draft(number, act)

    def reject(self, number: int, _: int) -> None:
        self._with_draft(
            number,
            lambda db, draft: editing.reject(
                db,
                person=self._person(Role.OPERATOR),
                draft_id=draft.id or 0,
                reason="не то",
                at=self.stage.clock(),
            ),
        )

    def write_draft(self, number: int, text: int) -> None:
        with reading(self.engine) as db:
            rows = db.exec(select(Mention).order_by(col(Mention.id))).all()
        if not rows:
            return
        row = rows[number % len(rows)]
        self._act(
            lambda db: editing.write_draft(
                db,
                person=self._person(Role.OPERATOR),
                mention_id=row.id or 0,
                mention_version=row.version,
                text=f"Здравствуйте! Разбираемся, вопрос {text}.",
                at=self.stage.clock(),
            )
        )

    def ignore(self, number: int, _: int) -> None:
        self._with_draft(
            number,
            lambda db, draft: editing.ignore(
                db,
                person=self._person(Role.OPERATOR),
                mention_id=draft.mention_id,
                mention_version=draft.mention_version,
                reason="решено по телефону",
                at=self.stage.clock(),
            ),
        )

    def undo(self, number: int, _: int) -> None:
        self._with_reply(
            number,
            ReplyState.QUEUED,
            lambda db, reply: approval.undo(
                db,
                person=self._person(Role.APPROVER),
                reply_id=reply.id or 0,
                at=self.stage.clock(),
            ),
        )

    def look_for_the_unknown(self, number: int, _: int) -> None:
        def act(db: Session, reply: Reply) -> None:
            known = set(db.exec(select(Reply.external_id)))
            there = [
                f"site/{comment.number}"
                for comment in self.stage.site.comments.values()
                if comment.is_ours
                and comment.text == reply.text
                and f"site/{comment.number}" not in known
            ]
            approval.resolve_unknown(
                db,
                person=self._person(Role.LEAD),
                reply_id=reply.id or 0,
                was_posted=bool(there),
                external_id=there[0] if there else None,
                at=self.stage.clock(),
            )

        self._with_reply(number, ReplyState.UNKNOWN, act)

    def rehearse(self, number: int, _: int) -> None:
        self.switch(PostingMode.DRY_RUN)
        self.approve_fully(number)
        self.machine_later(5, 0)
        if number % 3:
            self.switch(PostingMode.LIVE)

    def switch_by(self, number: int, _: int) -> None:
        self.switch((*PostingMode, PostingMode.LIVE, PostingMode.LIVE)[number % 5])

    def switch(self, mode: PostingMode) -> None:
        with session(self.engine) as db:
            set_posting_mode(
                db,
                person=self._person(Role.ADMIN),
                mode=mode,
                at=self.stage.clock(),
                brand_id=self.stage.desk.brand_id,
            )
        self.mode = mode

    # ---- how things are done ----------------------------------------------------------------

    def _is_held_from(self, db: Session, role: Role, draft: DraftRow) -> bool:
        held = cases.list_holders(db, [draft.mention_id], self.stage.clock())
        holder = held.get(draft.mention_id)
        return holder is not None and holder.person_id != self._person(role).id

    def _theirs(self) -> list[Comment]:
        return [comment for comment in self.stage.site.comments.values() if not comment.is_ours]

    def _person(self, role: Role) -> Person:
        return self.stage.people[role]

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Crash:
            self.crashes += 1
        self.check_posts()

    def _act(self, work: Callable[[Session], object]) -> None:
        # refused, with words for people; anything else fails the test
        with suppress(ApprovalError), session(self.engine) as db:
            work(db)

    def _with_draft(self, number: int, work: Callable[[Session, DraftRow], object]) -> None:
        with reading(self.engine) as db:
            rows = db.exec(select(DraftRow).where(DraftRow.state == DraftState.PROPOSED)).all()
        if rows:
            self._act(lambda db: work(db, rows[number % len(rows)]))

    def _with_reply(
        self, number: int, state: ReplyState, work: Callable[[Session, Reply], object]
    ) -> None:
        with reading(self.engine) as db:
            rows = db.exec(select(Reply).where(Reply.state == state)).all()
        if rows:
            self._act(lambda db: work(db, rows[number % len(rows)]))
