"""What the seeded desk lacks: people at work on incidents, approvals, measures, promises."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import database
from otklik.clock import now
from otklik.enums import IncidentKind, IncidentState, Language, ReplyState, Stance, Topic
from otklik.models import Author, Incident, Mention, Person, Reply, Source
from otklik.store import members, replies
from otklik.store.people import find_person
from responder import editing, leases, promises, second_pair, statements
from responder.incidents import working
from responder.moderation import asking, own_words
from responder.moderation.grounds import HideGround
from tests.dashboard.coming import coming
from tests.dashboard.examples import Example
from tests.dashboard.quality import filled
from tests.dashboard.seed import BRAND, add_examples
from tests.dashboard.seed_model import seed_corrections

ANSWER = "Спасибо, что написали. Разбираемся и ответим здесь до конца дня."
BITTER = (
    ("Нина", "Кешью из партии 4471 горчит, дети выплюнули. Чек сохранила."),
    ("Игорь В.", "Тоже партия 4471: кешью горькие, пахнут чем-то затхлым."),
    ("Ольга М.", "Купила кешью 250 г, партия 4471, вкус горький, после них першит в горле."),
    ("Сергей", "Кешью 4471 горчит. Сдал в магазин, деньги вернули, но что с остальными?"),
    ("Тамара Петровна", "Орехи горькие, партия та же, 4471. Ребёнку не дала."),
    ("max_77", "кешью горчит, партия 4471, вторая пачка подряд, что происходит?"),
)
CROWD = (
    "Контора воров и жуликов, бойкот!",
    "Воры и жулики, бойкот этой конторе!",
    "Бойкот конторе жуликов, воры!",
    "Все сюда: контора воров, бойкот жуликам!",
    "жулики и воры, бойкот",
    "Бойкот! Контора жуликов и воров, не ходите",
)
CUSTOMER = "Курьер опоздал на три часа, заказ 88 привезли без двух позиций, верните деньги."
WRITTEN = (
    "Олег, простите: три часа опоздания, чужой заказ и грубость — так быть не должно. 1 840 ₽ "
    f"вернём на карту до {coming(2)}. С курьером разбирается руководитель доставки, о решении "
    "напишем здесь.",
    f"Пётр, спасибо: эту партию технологи проверяют сейчас, итог опубликуем здесь до {coming(3)}. "
    "За пачки вернём деньги в любом нашем магазине, чек не нужен.",
    "Рустам, за «не ваше дело» директор магазина извинится лично. Почему не открыли вторую "
    f"кассу, ответим здесь до {coming(3)}.",
)


def person(session: Session, login: str) -> Person:
    """One of the seeded people."""
    found = find_person(session, login)
    assert found is not None
    return found


def add_work(engine: Engine) -> None:
    """Add to what `seed.seed` made, so that every view has something to show."""
    seed_corrections(engine)
    filled.settle(engine)
    with database.session(engine) as session:
        source = session.exec(select(Source).where(Source.platform == "isso")).one()
        _fault(session, source)
        _attack(session, source)
        _second_pairs(session)
        _measures(session)
        _promises(session)


def mention_of(session: Session, author: str) -> Mention:
    """The first comment by this author."""
    query = select(Mention).join(Author).where(Author.name == author)
    return session.exec(query).first() or _missing(author)


def _missing(what: str) -> Mention:
    raise AssertionError(f"the seed has no {what}")


def _fault(session: Session, source: Source) -> None:
    examples = [
        _example("nuts", name, text, Stance.CRITIC, 20 + 61 * place)
        for place, (name, text) in enumerate(BITTER)
    ]
    one = _incident(session, source, IncidentKind.FAULT, "Кешью горчит, партия 4471", examples)
    owner, at = person(session, "lead"), now()
    working.take(session, person=owner, incident_id=one, at=at)
    working.assign(session, person=owner, incident_id=one, department="Качество", at=at)
    statements.propose(
        session,
        person=person(session, "operator"),
        incident_id=one,
        language=Language.RUSSIAN,
        text="Видим ваши жалобы на кешью и разбираемся. Ответим каждому здесь, под его словами.",
        at=at,
    )


def _attack(session: Session, source: Source) -> None:
    wave = [
        _example("store", f"user{4100 + 7 * place}", text, Stance.HATER, 4 + place)
        for place, text in enumerate(CROWD)
    ]
    customer = _example("store", "Валентина К.", CUSTOMER, Stance.CRITIC, 9)
    _incident(session, source, IncidentKind.ATTACK, "«Контора воров, бойкот»", [*wave, customer])


def _example(page: str, author: str, text: str, stance: Stance, minutes: int) -> Example:
    is_critic = stance is Stance.CRITIC
    return Example(
        page=page,
        author=author,
        text=text,
        stance=stance,
        urgency=1 if is_critic else 0,
        topic=Topic.QUALITY if is_critic else Topic.NONE,
        minutes=minutes,
        hostile=() if is_critic else ("жулик",),
        draft=ANSWER,
    )


def _incident(
    session: Session, source: Source, kind: IncidentKind, title: str, examples: list[Example]
) -> int:
    at = now()
    made = add_examples(session, source, examples, at)
    one = Incident(
        brand_id=BRAND,
        kind=kind,
        state=IncidentState.SUSPECTED,
        topic=Topic.QUALITY if kind is IncidentKind.FAULT else Topic.NONE,
        signature=title,
        title=title,
        first_at=at - timedelta(minutes=max(example.minutes for example in examples)),
        last_at=at - timedelta(minutes=min(example.minutes for example in examples)),
    )
    session.add(one)
    session.flush()
    members.save_members(session, list(made.values()), one.id)
    session.expire_all()
    members.save_counts(session, one)
    return one.id or 0


def _second_pairs(session: Session) -> None:
    """Two texts of an operator wait for a yes, a third came back with a reason."""
    for author, text in zip(("Олег", "Пётр", "Рустам"), WRITTEN, strict=True):
        mention = mention_of(session, author)
        written = _write(session, mention, text, "operator")
        if author == "Рустам":
            second_pair.send_back(
                session,
                person=person(session, "approver"),
                draft_id=written,
                text_digest=replies.get_draft(session, written).text_digest,
                reason="Спросите директора, извинится ли он на самом деле.",
                at=now(),
            )


def _write(session: Session, mention: Mention, text: str, login: str) -> int:
    who, number, at = person(session, login), mention.id or 0, now()
    draft = replies.find_proposed_draft(session, number)
    assert draft is not None
    leases.take(session, person=who, mention_id=number, at=at)
    saved = editing.edit_draft(session, person=who, draft_id=draft.id or 0, text=text, at=at)
    leases.release(session, person=who, mention_id=number, at=at)
    return saved.id or 0


def _measures(session: Session) -> None:
    operator, at = person(session, "operator"), now()
    insult, advert = mention_of(session, "user4100"), mention_of(session, "realtor_pro")
    asking.ask_hide(
        session,
        person=operator,
        mention_id=insult.id or 0,
        version=insult.version,
        ground=HideGround.INSULT,
        reason="Одни оскорбления, дела нет",
        at=at,
    )
    asking.ask_report(
        session,
        person=operator,
        mention_id=advert.id or 0,
        version=advert.version,
        reason="Реклама чужих услуг, третий раз за неделю",
        at=at,
    )
    own_words.ask_withdraw(
        session,
        person=operator,
        reply_id=_posted(session).id or 0,
        reason="Ответили не тому человеку",
        at=at,
    )


def _posted(session: Session) -> Reply:
    query = select(Reply).where(Reply.state == ReplyState.POSTED)
    found = session.exec(query).first()
    assert found is not None
    return found


def _promises(session: Session) -> None:
    """One falls due today, one is overdue."""
    given = now() - timedelta(hours=5)
    for text, hours in (("Вернём деньги за пачку", 20), ("Позвоним до обеда", 2)):
        promises.enter_by_hand(
            session,
            person=person(session, "approver"),
            mention_id=_posted(session).mention_id,
            text=text,
            due_at=given + timedelta(hours=hours),
            at=given,
        )
