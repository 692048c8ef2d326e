"""What an alert about an incident says: where, how far it is, whose it is, what speaks for it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from otklik.database import session
from otklik.enums import AlertKind, IncidentKind, IncidentState, MentionState, Stance, Topic
from otklik.models import Alert, AlertDelivery, Author, Incident, Mention, Source, Thread
from otklik.store.deliveries import Outgoing
from responder.alerting.wording import message_of

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EVIDENCE = {"sample": 3, "haters": 0.9, "copies": 0.8, "claims": 0.0, "tight": 0.1}


def test_an_attack_is_told_with_its_places_its_state_and_its_signs(engine: Engine) -> None:
    with session(engine) as db:
        db.add(Source(id=1, platform="vk", name="группа", next_due_at=AT))
        db.flush()
        db.add(Thread(id=1, source_id=1, platform="vk", external_id="t"))
        db.add_all(Author(id=one, platform="vk", external_id=f"a{one}") for one in range(1, 4))
        incident = Incident(
            id=1,
            kind=IncidentKind.ATTACK,
            state=IncidentState.SUSPECTED,
            topic=Topic.DELIVERY,
            signature="s",
            first_at=AT,
            last_at=AT,
            evidence=dict(EVIDENCE),
        )
        db.add(incident)
        db.flush()
        for number in range(1, 4):
            db.add(
                Mention(
                    id=number,
                    source_id=1,
                    thread_id=1,
                    author_id=number,
                    incident_id=1,
                    platform="vk" if number < 3 else "otzyvy",
                    external_id=str(number),
                    content_digest="",
                    text="позор",
                    collected_at=AT,
                    waiting_since=AT,
                    state=MentionState.HELD,
                    state_changed_at=AT,
                    zone="smm",
                    stance=Stance.CRITIC if number == 3 else Stance.HATER,
                )
            )
        db.flush()
        alert = Alert(
            id=1,
            kind=AlertKind.INCIDENT,
            dedup_key="i",
            title="Похоже на общую беду: позор",
            body="14 человек за 3 часа, обычно 0,4 в день",
            urgency=3,
            created_at=AT,
            thread_key="incident:1",
        )
        going = Outgoing(AlertDelivery(id=1, alert_id=1, channel="c", next_attempt_at=AT), alert)
        told = message_of(db, going, desk_url="https://desk.example", at=AT)
    assert told.facts == (
        "Где: vk 2, otzyvy 1; зона smm",
        "Состояние: подозрение; ведёт: пока никто",
        "Похоже на атаку: ненависть без дела 90%, почти одинаковые тексты 80%, "
        "конкретный случай 0%",
        "Против этого: за одни полчаса 10%",
        "Внутри людей со случаем: 1; меры против атаки их не касаются",
    )
    assert told.link == "https://desk.example/incident?id=1"
