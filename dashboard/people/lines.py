"""A person as one line of the list."""

from datetime import datetime

from dashboard import words
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, join, one_line
from otklik.enums import Role
from otklik.staff import Colleague

STATES = {
    "off": N_("switched off"),
    "locked": N_("closed: wrong passwords"),
    "invited": N_("invited"),
    "unable": N_("has no way in"),
    "in": N_("at the desk"),
    "ok": N_("active"),
}
MAY = {
    Role.OPERATOR: N_("edits drafts, hands over, leaves unanswered, corrects verdicts"),
    Role.APPROVER: N_("… lets replies out, takes them back, stops publishing"),
    Role.LEAD: N_("… sources, policy, knowledge, reports, second signatures"),
    Role.ADMIN: N_("… people, publishing live or in rehearsal"),
}


def state_of(one: Colleague, at: datetime) -> str:
    """How an account is, as one word."""
    if not one.person.is_active:
        return "off"
    if one.is_locked(at):
        return "locked"
    if one.browsers:
        return "in"
    if one.invitation is not None:
        return "invited"
    has_way = one.person.password_hash or one.person.subject or one.person.email
    return "ok" if has_way else "unable"


def holds(one: Colleague, typed: str, at: datetime) -> bool:
    """Does every word typed stand in what the line shows, or in the address?"""
    person = one.person
    shown = (
        *(person.name, person.login, person.email or "", words.name("role", person.role)),
        *(*person.zones, _(STATES[state_of(one, at)])),
    )
    text = " ".join(shown).casefold()
    return all(word in text for word in typed.casefold().split())


def heads() -> Html:
    """What the columns are."""
    names = (_("Person"), _("Role"), _("Zones"), _("State"), _("Last seen"))
    cells = join(fill("<span>{name}</span>", name=name) for name in names)
    return fill('<div class="ot-human ot-human-heads">{cells}</div>', cells=cells)


def row(one: Colleague, at: datetime, *, is_chosen: bool) -> Html:
    """The line of one person."""
    person, state = one.person, state_of(one, at)
    return fill(
        '<div class="ot-human ot-human-{state} {chosen}"><span><b>{name}</b><small>{login}</small>'
        '</span><span>{role}</span><span class="ot-chips">{zones}</span>'
        '<span><span class="ot-chip ot-human-state-{state}">{word}</span>{more}</span>'
        "<span>{seen}</span></div>",
        state=state,
        chosen="ot-chosen" if is_chosen else "",
        name=one_line(person.name or person.login, shown=128),
        login=one_line(person.login, shown=128),
        role=words.name("role", person.role),
        zones=zones(person.zones),
        word=_(STATES[state]),
        more=_browsers(one),
        seen=words.ago(person.last_seen_at, at),
    )


def zones(names: list[str]) -> Html:
    """Zones as chips; none is all."""
    if not names:
        return fill('<span class="ot-fine">{text}</span>', text=_("all zones"))
    return join(
        (fill('<span class="ot-chip">{name}</span>', name=one_line(name)) for name in names), " "
    )


def _browsers(one: Colleague) -> Html:
    if one.browsers < 2:
        return Html("")
    text = ngettext("{n} browser", "{n} browsers", one.browsers)
    return fill("<small>{text}</small>", text=text)
