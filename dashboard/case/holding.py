"""Who works on a case: shown before two people write to one person, given away on a key."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.case import reasons, resting
from dashboard.case.surroundings import Surroundings
from dashboard.doing import attempt, perform
from dashboard.frame import say
from dashboard.i18n import N_, _
from dashboard.plain import Html, fill, one_line, show
from otklik import database, people, wellness
from otklik.clock import now
from otklik.enums import Role, Stance
from otklik.errors import OtklikError
from otklik.models import Hold, Mention, Person
from otklik.people import may
from otklik.store import replies
from responder import holding, leases
from responder.leases import Lease

NEARBY = 8
_LATER = (
    (N_("for half an hour"), timedelta(minutes=30)),
    (N_("for two hours"), timedelta(hours=2)),
    (N_("until tomorrow"), timedelta(hours=20)),
)


def lasts() -> timedelta:
    """How long a case stays somebody's."""
    return timedelta(minutes=data.settings().lease_minutes)


def next_case(skip: set[int]) -> int | None:
    """Hand out the most urgent case of this person's zones that nobody works on, and hold it."""

    def work(session: Session, who: Person, at: datetime) -> Lease | None:
        found = leases.next_most_urgent(
            session, person=who, at=at, zones=people.zones_of(who), skip=skip, lasts=lasts()
        )
        resting.offer_after(session, who, at)
        return found

    lease = perform(work)
    return lease.mention_id if lease is not None else None


def let_go(mention_id: int) -> None:
    """Give the case back when somebody moves on without finishing it; nothing to say if not."""

    def work(session: Session, who: Person, at: datetime) -> bool:
        return leases.release(session, person=who, mention_id=mention_id, at=at)

    perform(work)


def who_works(around: Surroundings, mention: Mention, who: Person) -> None:
    """One line of the case's head: who has it, who put it aside."""
    if around.holder is not None:
        is_mine = around.holder.person_id == who.id
        until = words.moment(around.holder.until, now=now())
        text = (
            _("yours until {time}").format(time=until)
            if is_mine
            else _("{name} works on it until {time}").format(name=around.holder.name, time=until)
        )
        show(_chip("ot-held-mine" if is_mine else "ot-held", text), is_wide=False)
        if not is_mine and may(who, Role.LEAD):
            _button(_("Take it over"), "take-over", mention, leases.take_over, _TAKEN)
    if around.hold is not None:
        show(_chip("ot-held", _aside(around.hold)), is_wide=False)
        _button(_("Take it up again"), "resume", mention, holding.resume, _RESUMED)


_TAKEN = N_("The case is yours now; that stands in the audit log.")
_RESUMED = N_("The case is back among those that are handed out.")
_BACK = N_("The case is back in the queue.")


def _aside(hold: Hold) -> str:
    return _("put aside until {time}: {reason}").format(
        time=words.moment(hold.until, now=now()), reason=_(hold.reason)
    )


def _chip(kind: str, text: str) -> Html:
    return fill('<span class="ot-chip {kind}">{text}</span>', kind=kind, text=one_line(text))


def _button(label: str, key: str, mention: Mention, act: Callable[..., object], said: str) -> None:
    def on_click() -> None:
        def work(session: Session, who: Person, at: datetime) -> bool:
            return act(session, person=who, mention_id=mention.id or 0, at=at) is not False

        if perform(work):
            say(_(said))

    st.button(label, key=f"{key}-{mention.id}", type="tertiary", on_click=on_click)


def draw(mention: Mention, who: Person, around: Surroundings) -> None:
    """Putting aside and handing over: among the actions of the case."""
    holder = around.holder
    if holder is not None and holder.person_id != who.id:
        return
    _put_aside(mention)
    colleagues = _colleagues(who)
    with st.popover(_("Hand over"), type="tertiary", key=f"give-{mention.id}"):
        reasons.pick(
            [(_label(one), _giver(mention, one)) for one in colleagues[:NEARBY]],
            f"give-{mention.id}",
        )
        if len(colleagues) > NEARBY:
            _far(mention, colleagues)
        if holder is not None:
            _button(_("Back to the queue"), "release", mention, leases.release, _BACK)
    if mention.stance is Stance.HATER and colleagues:
        name = colleagues[0].name or colleagues[0].login
        st.button(
            _("Spare me"),
            key=f"spare-{mention.id}",
            type="tertiary",
            help=_("Hands it to {name}, who has seen the fewest haters of late.").format(name=name),
            on_click=_giver(mention, colleagues[0]),
        )


def _put_aside(mention: Mention) -> None:
    key = f"hold-{mention.id}"
    with st.popover(_("Put aside"), type="tertiary", key=f"{key}-pop"):
        span = st.segmented_control(
            _("How long?"),
            range(len(_LATER)),
            default=0,
            key=f"{key}-span",
            format_func=lambda one: _(_LATER[one][0]),
        )
        chosen = _LATER[span or 0][1]
        field = f"{key}-reason"
        act = _holder_back(mention, chosen)
        reasons.pick([(_(one), reasons.reason(field, one, act)) for one in reasons.HOLD], key)
        st.text_area(
            _("What does it wait for?"), key=field, height=68, placeholder=_("In your own words")
        )
        st.button(_("Put aside"), key=key, type="primary", on_click=act, args=(field,))


def _holder_back(mention: Mention, span: timedelta) -> Callable[[str], None]:
    def on_hold(field: str) -> None:
        reason = st.session_state.get(field, "")

        def work(session: Session, who: Person, at: datetime) -> Hold:
            return holding.hold(
                session,
                person=who,
                mention_id=mention.id or 0,
                mention_version=mention.version,
                until=at + span,
                reason=reason,
                at=at,
            )

        perform(work)

    return on_hold


def _colleagues(who: Person) -> list[Person]:
    """Whom a case may be given to: at work before away, who has seen the fewest haters first."""
    with database.reading(data.engine()) as session:
        return wellness.list_lighter_first(session, who, now())


def _label(one: Person) -> str:
    return f"{one.name or one.login}, {words.name('role', one.role)}"


def _giver(mention: Mention, to: Person) -> Callable[[], None]:
    def on_give() -> None:
        def work(session: Session, who: Person, at: datetime) -> Lease:
            colleague = session.get_one(Person, to.id)
            return leases.hand_over(
                session,
                person=who,
                mention_id=mention.id or 0,
                to_person=colleague,
                at=at,
                lasts=lasts(),
            )

        perform(work)

    return on_give


def _far(mention: Mention, colleagues: Sequence[Person]) -> None:
    key = f"give-{mention.id}-to"
    names = {one.id or 0: _label(one) for one in colleagues}
    chosen = st.selectbox(_("To whom?"), list(names), key=key, format_func=lambda one: names[one])
    to = next(one for one in colleagues if one.id == chosen)
    st.button(
        _("Hand over"),
        key=f"hand-over-{mention.id}",
        type="primary",
        on_click=_giver(mention, to),
    )


def on_typing(mention_id: int, draft_id: int | None) -> None:
    """Whoever types holds the case; where somebody else does, say so.

    A last key may arrive when the text was saved and handed on already: it holds nothing.
    """

    def work(session: Session, who: Person, at: datetime) -> Lease | None:
        shown = replies.find_proposed_draft(session, mention_id)
        if (shown.id if shown else None) != draft_id:
            return None
        return leases.renew(session, person=who, mention_id=mention_id, at=at, lasts=lasts())

    refused = attempt(work)
    if isinstance(refused, OtklikError):
        say(words.refusal(refused), "problem")
