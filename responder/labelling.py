"""What staff say a verdict should have been, or that it is right."""

from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import (
    Role,
)
from otklik.errors import ApprovalError, StaleText
from otklik.models import Label, Person
from otklik.people import require
from otklik.store import judgements, labels, mentions
from responder.incidents import attack_holds

BY_HAND = mentions.BY_HAND


def label(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    field: str,
    value: str,
    at: datetime,
) -> Label:
    """Say what the verdict should have been.

    Raises:
        ApprovalError: no such field or value. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    allowed = judgements.LABEL_FIELDS.get(field)
    if allowed is None or value not in allowed:
        raise ApprovalError(f"{field}={value} is not a label")
    mention = mentions.get_mention(session, mention_id)
    given = Label(
        brand_id=mention.brand_id,
        mention_id=mention_id,
        mention_version=mention_version,
        person_id=person.id or 0,
        field=field,
        value=value,
        created_at=at,
    )
    judgements.save_label(session, given)
    attack_holds.let_go(session, [mention_id], at)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="mention.labelled",
        subject=("mention", mention_id),
        detail={"version": mention_version, "field": field, "value": value},
        brand_id=mention.brand_id,
    )
    return given


def confirm(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    at: datetime,
) -> list[Label]:
    """Say that the verdict is right in every field nobody has labelled; the labels given.

    Raises:
        StaleText: the comment was edited since it was shown. NotAllowed: role too low.
        ApprovalError: there is no verdict, or nothing is left to confirm.
    """
    require(person, Role.OPERATOR)
    mention = mentions.get_mention(session, mention_id)
    if mention.version != mention_version:
        raise StaleText("the comment was edited since you opened it")
    verdict = judgements.list_verdicts(session, [mention]).get(mention_id)
    given = labels.list_labels(session, mention.brand_id, mention_id=mention_id)
    known = {one.field for one, _ in given if one.mention_version == mention_version}
    left = [field for field in judgements.LABEL_FIELDS if field not in known]
    if verdict is None or not left:
        raise ApprovalError("there is nothing to confirm")
    return [
        label(
            session,
            person=person,
            mention_id=mention_id,
            mention_version=mention_version,
            field=field,
            value=str(getattr(verdict, field)),
            at=at,
        )
        for field in left
    ]
