"""What the pages of people show."""

from dataclasses import dataclass
from datetime import datetime

from dashboard import browser, data
from otklik import audit, database, people, staff
from otklik.models import LoginSession, Person
from otklik.staff import Colleague
from otklik.store import people as rows
from otklik.store.people import HeldWork
from responder.policy import Policy, kept

_BROWSERS = (
    *(("Edg/", "Edge"), ("OPR/", "Opera"), ("YaBrowser/", "Yandex")),
    *(("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")),
)
_SYSTEMS = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS")),
    *(("Mac OS", "macOS"), ("Linux", "Linux")),
)


@dataclass(frozen=True)
class Staff:
    """Everybody with an account, and the zones people can be given."""

    people: list[Colleague]
    zones: list[str]

    def find(self, person_id: int) -> Colleague | None:
        """The person of that number."""
        return next((one for one in self.people if one.person.id == person_id), None)


def read_staff(at: datetime) -> Staff:
    """Everybody, in three queries, and the policy in force."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        found = staff.list_colleagues(session, brand, at, idle=data.idle())
        policy = kept.find_in_force(session, brand)
    named = {zone for one in found for zone in one.person.zones}
    return Staff(found, sorted(named | zones_of_policy(policy)))


def zones_of_policy(policy: Policy | None) -> set[str]:
    """Zones a policy routes to."""
    if policy is None:
        return set()
    return {effect.zone for rule in policy.rules for effect in rule.then if effect.zone}


def held_work(person_id: int, at: datetime) -> HeldWork:
    """What hangs on a person."""
    with database.reading(data.engine()) as session:
        return rows.count_work(session, person_id, at)


def own_browsers(person: Person, at: datetime) -> tuple[list[LoginSession], str]:
    """One's own living sessions, and the digest of this one."""
    token = browser.cookies().get(browser.SESSION_COOKIE, "")
    with database.reading(data.engine()) as session:
        return people.list_browsers(session, person, at, idle=data.idle()), audit.digest(token)


def agent_name(agent: str) -> str:
    """A browser as people call it; empty when it is none of the known ones."""
    found = [next((name for sign, name in known if sign in agent), "") for known in _KNOWN]
    return " · ".join(name for name in found if name)


_KNOWN = (_BROWSERS, _SYSTEMS)
