"""What people switch: whether replies are sent, rehearsed or held; alerts sent once more."""

from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import PostingMode, Role
from otklik.models import Person
from otklik.people import require
from otklik.store import alerts
from otklik.store import people as rows

POSTING = "posting"


def posting_mode(session: Session, brand_id: str, default: str) -> PostingMode:
    """The posting mode in force; `default` (from the settings) until somebody has decided."""
    switch = rows.find_switch(session, brand_id, POSTING)
    return PostingMode(switch.value if switch else default)


def set_posting_mode(
    session: Session, *, person: Person, mode: PostingMode, at: datetime, brand_id: str
) -> None:
    """Switch posting. Stopping is open to approvers, starting and rehearsing to admins only.

    Raises:
        NotAllowed: the person's role is too low.
    """
    require(person, Role.APPROVER if mode is PostingMode.STOPPED else Role.ADMIN)
    rows.save_switch(session, brand_id, POSTING, mode, by=audit.actor_of(person), at=at)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="posting.switched",
        subject=("switch", POSTING),
        detail={"mode": mode},
        brand_id=brand_id,
    )


def send_alert_again(session: Session, *, person: Person, delivery_id: int, at: datetime) -> None:
    """Have a channel tried again that did not take an alert.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such delivery.
        InputError: the channel took it.
    """
    require(person, Role.LEAD)
    delivery = alerts.save_retry(session, delivery_id, at)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="alert.sent_again",
        subject=("alert", delivery.alert_id),
        detail={"channel": delivery.channel},
        brand_id=delivery.brand_id,
    )
