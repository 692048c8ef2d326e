"""The ledger of promises: what is owed, by whom and when, and how many are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import data, frame, words
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, one_line, plain, show, table, veil
from dashboard.promises import panel, settling
from dashboard.views import open_case
from dashboard.worklist import turning
from otklik import database
from otklik.clock import now
from otklik.enums import PromiseState, RateBy
from otklik.models import Mention, Person, Promise
from otklik.store import promises
from otklik.store.people import list_people
from otklik.store.promises import Debts, KeptRate

SOON = timedelta(days=1)
MOST = 15  # owed on one page
UNTOLD = 8  # settled ones on one page
PAGE, UNTOLD_PAGE = "promises-page", "promises-untold-page"
_HEADS = {RateBy.PERSON: N_("Person"), RateBy.TOPIC: N_("Topic"), RateBy.MONTH: N_("Month")}


@dataclass(frozen=True)
class Ledger:
    """What the page shows, read at once."""

    debts: Debts
    owed: list[tuple[Promise, Mention]]
    untold: list[tuple[Promise, Mention]]
    untold_in_all: int
    people: dict[int, Person]

    @property
    def names(self) -> dict[int, str]:
        """Who may owe something from now on."""
        return {key: one.name or one.login for key, one in self.people.items() if one.is_active}


def draw() -> None:
    """The page."""
    frame.notices()
    who, at = frame.person(), now()
    mine = st.toggle(_("Only mine"), key="promises-mine", on_change=_first_page)
    ledger = _read(at, who.id if mine else None)
    show(_head(ledger.debts))
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        if not ledger.owed:
            _empty()
        telling = st.session_state.get(settling.TELLING)
        _untold([one for one in ledger.untold if one[0].id == telling], ledger, at)
        _owed(ledger, at)
        turning.pages(_pages(ledger.debts.owed, MOST), PAGE)
        _untold([one for one in ledger.untold if one[0].id != telling], ledger, at)
        turning.pages(_pages(ledger.untold_in_all, UNTOLD), UNTOLD_PAGE)
    with right:
        _rates(at, {one.login: one.name or one.login for one in ledger.people.values()})


def _first_page() -> None:
    st.session_state[PAGE] = st.session_state[UNTOLD_PAGE] = 1


def _offset(page: str, size: int, total: int) -> int:
    """Where the page begins that is open; the last page where fewer are left."""
    last = _pages(total, size)
    number = int(st.session_state.get(page, 1))
    if number > last:
        st.session_state[page] = number = last
    return (number - 1) * size


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _read(at: datetime, owner_id: int | None) -> Ledger:
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        debts = promises.count_debts(session, brand, at, SOON, owner_id=owner_id)
        first = _offset(PAGE, MOST, debts.owed)
        settled = promises.count_untold_promises(session, brand, owner_id=owner_id)
        first_settled = _offset(UNTOLD_PAGE, UNTOLD, settled)
        return Ledger(
            debts=debts,
            owed=promises.list_promises(
                session, brand, owner_id=owner_id, limit=MOST, offset=first
            ),
            untold=promises.list_untold_promises(
                session, brand, owner_id=owner_id, limit=UNTOLD, offset=first_settled
            ),
            untold_in_all=settled,
            people={one.id or 0: one for one in list_people(session, brand)},
        )


def _head(debts: Debts) -> Html:
    return fill(
        '<div class="ot-numbers"><div class="ot-number ot-n-all"><b>{all}</b>{owed}</div>'
        '<div class="ot-number ot-n-late {none}"><b>{late}</b>{overdue}</div>'
        '<div class="ot-number ot-n-high"><b>{soon}</b>{within}</div></div>',
        all=debts.owed,
        owed=_("owed"),
        none="" if debts.overdue else "ot-zero",
        late=debts.overdue,
        overdue=_("Overdue"),
        soon=debts.soon,
        within=_("within a day"),
    )


def _owed(ledger: Ledger, at: datetime) -> None:
    """In order of what is due, under a head for each stretch of time."""
    head = ""
    for debt, mention in ledger.owed:
        stretch = (
            _("Overdue")
            if debt.due_at <= at
            else _("Within a day")
            if debt.due_at <= at + SOON
            else _("Later than that")
        )
        if stretch != head:
            head = stretch
            show(fill('<h3 class="ot-sub">{title}</h3>', title=stretch))
        _card(debt, mention, ledger, at)


def _empty() -> None:
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=_("Nothing is owed"),
            text=_("Promises found in approved replies gather here with their dates."),
        )
    )


def _card(debt: Promise, mention: Mention, ledger: Ledger, at: datetime) -> None:
    with st.container(key=f"ot-promise-{debt.id}", border=True):
        show(_promise(debt, mention, ledger, at))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(_("Open case {number}").format(number=mention.id), key=f"case-{debt.id}"):
                open_case(mention.id or 0)
            way = panel.ways(debt.id or 0)
        panel.opened(debt, way, ledger.names)


def _promise(debt: Promise, mention: Mention, ledger: Ledger, at: datetime) -> Html:
    owner = ledger.people.get(debt.owner_id or 0)
    is_late = debt.state is PromiseState.OPEN and debt.due_at <= at
    marks = [_("no date was given")] if debt.is_undated else []
    marks += [_("once they have done their part")] if debt.is_conditional else []
    if debt.postponements:
        marks.append(ngettext("postponed {n} time", "postponed {n} times", debt.postponements))
    return fill(
        '<header class="ot-reply-head"><b>{text}</b></header>'
        '<p><span class="ot-chip {kind}">{due}</span> <span class="ot-fine">{owner}</span>'
        '</p><div class="ot-line"><span class="ot-fine">{platform} · </span>{said}</div>',
        text=plain(debt.text, shown=400),
        kind="ot-u-critical" if is_late else "",
        due=_("by {time}").format(time=_day(debt.due_at)),
        owner=one_line(" · ".join([(owner.name or owner.login) if owner else _("nobody"), *marks])),
        platform=mention.platform,
        said=plain(mention.text, veil(mention.text) if frame.is_veiled() else [], shown=200),
    )


def _day(moment: datetime) -> str:
    return f"{words.day_of(moment)} {moment.astimezone(words.zone()):%H:%M}"


def _untold(settled: list[tuple[Promise, Mention]], ledger: Ledger, at: datetime) -> None:
    """Settled promises; the one whose readers are being told stands above the others."""
    if not settled:
        return
    title = _("Settled, and the readers do not know it yet")
    show(fill('<h3 class="ot-sub">{title}</h3>', title=title))
    for debt, mention in settled:
        with st.container(key=f"ot-promise-{debt.id}", border=True):
            show(_promise(debt, mention, ledger, at))
            draft = panel.telling(debt)
            if draft is not None:
                open_case(mention.id or 0)
                st.rerun()


def _rates(at: datetime, names: Mapping[str, str]) -> None:
    with st.container(key="ot-promise-rates", border=True):
        show(fill('<h3 class="ot-h">{title}</h3>', title=_("How many are kept")))
        by = st.segmented_control(
            _("Count by"),
            list(_HEADS),
            default=RateBy.PERSON,
            required=True,
            format_func=lambda one: _(_HEADS[one]),
            key="promises-by",
            label_visibility="collapsed",
        )
        show(_rate_table(_read_rates(by, at), by, names))


def _read_rates(by: RateBy, at: datetime) -> list[KeptRate]:
    zone = ZoneInfo(data.settings().timezone)
    with database.reading(data.engine()) as session:
        brand = data.settings().brand_id
        found = promises.list_kept_rates(session, brand, by, at, zone=zone)
    return found[::-1] if by is RateBy.MONTH else found


def _rate_table(rates: list[KeptRate], by: RateBy, names: Mapping[str, str]) -> Html:
    owed = [rate for rate in rates if rate.owed]
    if not owed:
        text = _("Nothing has fallen due yet.")
        return fill('<p class="ot-fine">{text}</p>', text=text)
    return table(
        [_(_HEADS[by]), _("in time"), _("later"), _("late"), _("not kept"), _("kept in time")],
        [
            [
                _key_name(rate.key, by, names),
                rate.in_time,
                rate.postponed,
                rate.late,
                rate.broken + rate.overdue,
                fill("<b>{share}</b>", share=f"{rate.rate or 0:.0%}"),
            ]
            for rate in owed
        ],
        kind="ot-figures",
    )


def _key_name(key: str, by: RateBy, names: Mapping[str, str]) -> Html:
    return one_line(words.name("topic", key) if by is RateBy.TOPIC else names.get(key, key))
