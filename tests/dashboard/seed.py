"""A desk with work on it: about sixty mentions in every state, made without model or network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import audit, database, people
from otklik.clock import now
from otklik.enums import (
    Abuse,
    AlertKind,
    Approach,
    Claim,
    CloseReason,
    DraftState,
    MentionState,
    ReplyState,
    Role,
    SlaState,
    SourceHealth,
    Stance,
    Topic,
    Urgency,
)
from otklik.models import DecisionRow, DraftRow, FactRow, Mention, Person, PolicyRevision, Source
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread, Page
from otklik.store import alerts, intake, judgements, mentions, replies
from otklik.verdicts import Reason, Span, Verdict
from responder import approval
from responder.knowledge import Fact
from responder.knowledge.file import shipped_knowledge
from tests.dashboard.examples import EXAMPLES, MORE, PAGES, Example

PASSWORD = "an example password"
BRAND = "default"
POLICY = Path(__file__).resolve().parents[2] / "responder" / "policies" / "shop.yaml"
CITES: dict[Topic, tuple[str, ...]] = {  # what a reply about this rests on
    Topic.QUALITY: ("health",),
    Topic.DELIVERY: ("wrong_item_rule", "city_delivery"),
    Topic.PRICE: ("double_charge_rule", "refund_term"),
    Topic.APP: ("app_version",),
    Topic.PLACE: ("cafe_hours",),
    Topic.STAFF: ("staff_care",),
}
_numbers = count(1)


@cache
def _facts() -> tuple[Fact, ...]:
    return shipped_knowledge().facts


def seed_people(session: Session, at: datetime) -> dict[str, Person]:
    """One person of each role, logins as the roles, and a second approver."""
    names = {
        "operator": ("Анна Соколова", Role.OPERATOR),
        "approver": ("Борис Громов", Role.APPROVER),
        "second": ("Вера Лис", Role.APPROVER),
        "lead": ("Глеб Орлов", Role.LEAD),
        "admin": ("Дарья Ким", Role.ADMIN),
    }
    return {
        login: people.add_person(
            session, login=login, role=role, password=PASSWORD, at=at, brand_id=BRAND, name=name
        )
        for login, (name, role) in names.items()
    }


def seed(engine: Engine, *, at: datetime | None = None) -> dict[str, int]:
    """Fill a migrated, empty database; gives mention ids by the author's name."""
    at = at or now()
    with database.session(engine) as session:
        staff = seed_people(session, at - timedelta(days=30))
        source = seed_source(session, at)
        _seed_policy(session, at)
        made = add_examples(session, source, _examples(), at)
        _seed_outcomes(session, staff["approver"], source, at)
        _seed_system(session, source, at)
    return made


def seed_source(session: Session, at: datetime) -> Source:
    """The watched site, healthy."""
    source = Source(
        brand_id=BRAND,
        platform="isso",
        name="Сайт romashka.example",
        next_due_at=at,
        interval_seconds=10,
        health=SourceHealth.OK,
        last_ok_at=at - timedelta(seconds=6),
        last_new_at=at - timedelta(minutes=15),
    )
    session.add(source)
    session.flush()
    return source


def _examples() -> Iterable[Example]:
    yield from EXAMPLES
    for number in range(44):
        text, stance, urgency, topic = MORE[number % len(MORE)]
        yield Example(
            page=list(PAGES)[number % 4],
            author=f"Покупатель {number + 1}",
            text=text,
            stance=stance,
            urgency=urgency,
            topic=topic,
            minutes=30 + 37 * number,
            case=(text[:18],),
            unsure=number % 9 == 0,
            draft="Спасибо, что написали. Разбираемся и ответим здесь до конца дня.",
        )


def add_examples(
    session: Session, source: Source, examples: Iterable[Example], at: datetime
) -> dict[str, int]:
    """Store examples with verdict, decision and draft; mention ids by author."""
    found = list(examples)
    collected = [_collected(example, at) for example in found]
    page = intake.save_page(session, source, Page(mentions=tuple(collected)), at)
    made = mentions.list_mentions(session, page.new)
    by_id = {mention.external_id: mention for mention in made}
    rows = [by_id[one.external_id] for one in collected]
    judgements.save_verdicts(session, rows, [_verdict(one) for one in found], at)
    session.flush()
    for mention, example in zip(rows, found, strict=True):
        _decide_and_draft(session, mention, example, at)
    return {example.author: mention.id or 0 for mention, example in zip(rows, found, strict=True)}


def _collected(example: Example, at: datetime) -> CollectedMention:
    number = next(_numbers)
    path, title = PAGES.get(example.page, (f"/{example.page}", example.page))
    return CollectedMention(
        external_id=f"romashka.example/{number}",
        thread=CollectedThread(
            external_id=f"romashka.example{path}",
            title=title,
            url=f"http://127.0.0.1:9/romashka{path}",
        ),
        author=CollectedAuthor(external_id=f"a{number}", name=example.author),
        text=example.text,
        published_at=at - timedelta(minutes=example.minutes),
        rating=example.rating,
        url=f"http://127.0.0.1:9/romashka{path}#isso-{number}",
    )


def _span(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start=start, end=start + len(part))


def _verdict(example: Example) -> Verdict:
    reasons = [
        Reason(kind=kind, name=name, span=_span(example.text, part), text=part)
        for kind, name, parts in (
            ("case", "concrete", example.case),
            ("hostile", "insult", example.hostile),
        )
        for part in parts
    ]
    abuse = Abuse.INSULT if example.hostile else Abuse.NONE
    claim = Claim.CONCRETE if example.case else Claim.NONE
    sure = 0.48 if example.unsure else 0.91
    return Verdict(
        claim=claim,
        claim_proba={claim: 0.9},
        abuse=abuse,
        abuse_proba={abuse: 0.9, "any": 0.9 if example.hostile else 0.05},
        stance=example.stance,
        stance_proba={example.stance: sure, Stance.OTHER: 1 - sure},
        urgency=Urgency(example.urgency),
        urgency_parts=dict(example.parts),
        topic=example.topic,
        topic_proba={example.topic: 0.8},
        language=example.language,
        abstained=example.unsure,
        abstain_reason="two stances are nearly as likely" if example.unsure else "",
        reasons=tuple(reasons),
        model_version="seed-1",
    )


def _seed_policy(session: Session, at: datetime) -> None:
    judgements.save_policy_revision(
        session,
        PolicyRevision(
            digest="p" * 64,
            brand_id=BRAND,
            name="shop",
            version=3,
            text=POLICY.read_text("utf-8").replace("version: 6", "version: 3", 1),
            loaded_at=at,
        ),
    )
    facts = _facts()
    judgements.save_facts(
        session,
        [
            FactRow(
                digest=fact.digest,
                brand_id=BRAND,
                fact_id=fact.id,
                value=fact.model_dump(mode="json"),
                loaded_at=at,
            )
            for fact in facts
        ],
    )


def _decide_and_draft(session: Session, mention: Mention, example: Example, at: datetime) -> None:
    decision = DecisionRow(
        brand_id=BRAND,
        mention_id=mention.id or 0,
        mention_version=mention.version,
        rule_id="health-first" if example.urgency == 3 else "answer-in-public",
        why="Здоровье важнее всего: ответить в течение часа и снять партию с продажи."
        if example.urgency == 3
        else "Ветку читают другие: отвечаем по существу и без ссоры.",
        policy_digest="p" * 64,
        policy_version=3,
        effects=[{"kind": "draft", "approach": "argue"}, {"kind": "sla", "minutes": 60}],
        created_at=at,
    )
    session.add(decision)
    session.flush()
    mention.sla_due_at = mention.waiting_since + timedelta(
        minutes=60 if example.urgency == 3 else 240
    )
    mention.sla_state = SlaState.RUNNING if mention.sla_due_at > at else SlaState.MISSED
    reason = CloseReason.IGNORED if example.state is MentionState.CLOSED else None
    mentions.save_state(mention, example.state, at - timedelta(minutes=3), reason)
    session.add(mention)
    if example.draft:
        add_draft(session, mention, decision, example, at)


def add_draft(
    session: Session, mention: Mention, decision: DecisionRow, example: Example, at: datetime
) -> DraftRow:
    """The machine's draft, with its points and the facts that fit what it is about."""
    fitting = example.cites or CITES.get(example.topic, ())
    cited = [fact for fact in _facts() if fact.is_valid(at) and fact.id in fitting]
    return replies.save_draft(
        session,
        DraftRow(
            brand_id=BRAND,
            mention_id=mention.id or 0,
            mention_version=mention.version,
            decision_id=decision.id or 0,
            writer="deterministic-1",
            approach=Approach.ARGUE,
            language=example.language,
            state=DraftState.PROPOSED,
            text=example.draft,
            text_digest=audit.digest(example.draft),
            points=[_point(example, words, state) for words, state in example.points],
            facts=[{"id": fact.id, "digest": fact.digest} for fact in cited],
            created_at=at,
        ),
    )


def _point(example: Example, words: str, state: str) -> dict[str, Any]:
    return {
        "text": words,
        "span": _span(example.text, words).model_dump(),
        "kind": "asked" if words.endswith("?") else "happened",
        "topic": example.topic,
        "state": state,
        "answer": "" if state == "gap" else example.draft.split(". ", maxsplit=1)[0] + ".",
    }


def _seed_outcomes(session: Session, person: Person, source: Source, at: datetime) -> None:
    outcomes = (
        ("Юлия", ReplyState.POSTED),
        ("Захар", ReplyState.REHEARSED),
        ("Элла", ReplyState.FAILED),
        ("Яна", ReplyState.UNKNOWN),
        ("Егор", ReplyState.QUEUED),
    )
    for author, state in outcomes:
        example = Example(
            "delivery",
            author,
            "Заказ привезли не полностью, не хватает двух позиций",
            Stance.CRITIC,
            1,
            Topic.DELIVERY,
            260,
            case=("не хватает двух позиций",),
            draft="Недостающее довезём сегодня до 20:00 бесплатно, курьер позвонит за полчаса.",
        )
        number = add_examples(session, source, [example], at)[author]
        approve_and_end(session, person, number, state, at)


def approve_and_end(
    session: Session, person: Person, mention_id: int, state: ReplyState, at: datetime
) -> int:
    """Approve the proposed draft of a mention and bring its reply to `state`; the reply's id."""
    draft = replies.find_proposed_draft(session, mention_id)
    assert draft is not None
    approved = approval.approve(
        session,
        person=person,
        draft_id=draft.id or 0,
        text_digest=draft.text_digest,
        mention_version=draft.mention_version,
        at=at,
        undo=timedelta(minutes=10),
    )
    reply = replies.get_reply(session, approved.reply_id or 0)
    mention = mentions.get_mention(session, mention_id)
    if state in {ReplyState.POSTED, ReplyState.UNKNOWN, ReplyState.FAILED}:
        reply.state, reply.sending_at = ReplyState.SENDING, at
        session.add(reply)
        session.flush()
    reply.state = state
    if state is ReplyState.POSTED:
        reply.posted_at, reply.external_id = at, "romashka.example/900"
        reply.url = "http://127.0.0.1:9/romashka/delivery#isso-900"
    if state in {ReplyState.POSTED, ReplyState.REHEARSED}:
        mentions.save_state(mention, MentionState.ANSWERED, at)
    session.add_all((reply, mention))
    session.flush()
    if state is ReplyState.FAILED:
        reply.error = "403: comments are closed for guests"
        approval.propose_again(session, reply, mention, reply.error, at)
    session.flush()
    return reply.id or 0


def _seed_system(session: Session, source: Source, at: datetime) -> None:
    session.add(
        Source(
            brand_id=BRAND,
            platform="wordpress",
            name="Блог",
            next_due_at=at + timedelta(minutes=4),
            interval_seconds=60,
            health=SourceHealth.FAILING,
            failures=6,
            last_ok_at=at - timedelta(hours=2),
            last_error="503 Service Unavailable from the comments API",
            last_error_at=at - timedelta(minutes=1),
        )
    )
    bad = (BadRow(place="reviews.csv:17", reason="no text in this row", raw="17;;;5"),)
    intake.save_page(session, source, Page(bad_rows=bad), at)
    first = session.exec(select(Mention.id).order_by(Mention.id)).first()  # type: ignore[arg-type]
    alert = alerts.save_alert(
        session,
        brand_id=BRAND,
        kind=AlertKind.URGENT_MENTION,
        dedup_key="urgent:1",
        title="Критично: здоровье ребёнка",
        body="Кешью, партия 4471",
        urgency=3,
        channels=["console", "slack"],
        at=at,
        mention_id=first,
    )
    assert alert is not None
    taken = alerts.claim_delivery(session, BRAND, at, timedelta(seconds=30))
    assert taken is not None
    alerts.save_delivered(session, taken[0].id or 0, at)
