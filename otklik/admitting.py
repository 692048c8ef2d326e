"""Whom an identity provider's word lets in: a person the desk knows, or a new operator."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session

from otklik import audit, people
from otklik.enums import Role
from otklik.errors import NotAllowed
from otklik.models import Person
from otklik.oidc import Claims
from otklik.store import people as rows

VIA = "oidc"
_BY_GROUP = (Role.OPERATOR, Role.APPROVER, Role.LEAD)  # the least first


def admit(
    session: Session,
    claims: Claims,
    *,
    brand_id: str,
    domains: Collection[str],
    at: datetime,
    roles: Mapping[str, Role] = MappingProxyType({}),
) -> Person:
    """The person these claims belong to.

    Known by the subject; the first time by the confirmed address, which ties the two for good,
    so that an address given to somebody else later opens nothing. Where an address stands in
    one of `domains`, a new operator is made; never anything higher.

    Args:
        roles: role by group of the provider. Where there are any, the groups of now decide: the
            highest role of them, an operator's where none is named. Administrators are the
            desk's own and keep their role.

    Raises:
        NotAllowed: nobody has this address, or the account is tied to somebody else or off.
    """
    person = rows.find_person_by(session, subject=claims.subject)
    if person is None:
        person = _known_by_address(session, claims, at)
    if person is None:
        person = _new(session, claims, brand_id, domains, at)
    if not person.is_active or person.brand_id != brand_id:
        raise NotAllowed("this account is switched off")
    if roles and person.role is not Role.ADMIN:
        _follow_groups(session, person, claims, roles, at)
    return person


def _follow_groups(
    session: Session, person: Person, claims: Claims, roles: Mapping[str, Role], at: datetime
) -> None:
    named = sorted(claims.groups & roles.keys())
    role = max((roles[one] for one in named), key=_BY_GROUP.index, default=Role.OPERATOR)
    if role is person.role:
        return
    before, person.role = person.role, role
    rows.save_person(session, person)
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action="person.role_by_provider",
        subject=("person", person.id),
        detail={"role": role, "role_before": before, "groups": named},
        brand_id=person.brand_id,
    )


def _known_by_address(session: Session, claims: Claims, at: datetime) -> Person | None:
    if claims.email is None:
        raise NotAllowed("the provider has not confirmed an e-mail address of yours")
    person = rows.find_person_by(session, email=claims.email)
    if person is None:
        return None
    if person.subject is not None:
        raise NotAllowed("this address belongs to an account of somebody else")
    if not person.is_active:
        raise NotAllowed("this account is switched off")
    _tie(session, person, claims, at)
    return person


def _tie(session: Session, person: Person, claims: Claims, at: datetime) -> None:
    person.subject = claims.subject
    rows.save_person(session, person)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="person.tied",
        subject=("person", person.id),
        detail={"subject": claims.subject},
        brand_id=person.brand_id,
    )


def _new(
    session: Session, claims: Claims, brand_id: str, domains: Collection[str], at: datetime
) -> Person:
    email = claims.email or ""
    domain = email.rpartition("@")[2]
    if domain not in {one.lower().lstrip("@") for one in domains}:
        raise NotAllowed(f"nobody here has the address {email}: ask an administrator")
    person = people.add_person(
        session,
        login=email,
        name=claims.name,
        role=Role.OPERATOR,
        password=None,
        email=email,
        at=at,
        brand_id=brand_id,
    )
    _tie(session, person, claims, at)
    return person
