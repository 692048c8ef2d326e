"""The model on the page of quality: which one serves, its risk, what may take its place."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.case import labelling
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, join, one_line, show, table
from dashboard.quality import figures, matrix, model_room
from dashboard.quality.model_room import ModelRoom, percent, said, shown
from otklik.clock import now
from otklik.enums import Role
from otklik.learning import StaffLabel
from otklik.measured import Measured, Mistake, Rate
from otklik.models import Person
from otklik.people import may
from otklik.registry import SHIPPED, Entry

SPANS = (figures.USUAL_DAYS, 90)
SHOWN_AS_NOW = timedelta(seconds=20)
_LISTED = 20
_STATES = {
    "within": ("ok", N_("within the budget")),
    "over": ("off", N_("over the budget")),
    "unproven": ("suspect", N_("too few to prove it")),
    "none": ("new", N_("nothing counted yet")),
}
_MISTAKES = {
    "critic_as_hater": N_("a critic filed as a hater"),
    "critic_as_other": N_("a critic filed as “other”"),
    "critical_missed": N_("“at once” was missed"),
}


def draw(who: Person) -> None:
    """The part of the page."""
    head, choice = st.columns([3, 1], vertical_alignment="bottom")
    with choice:
        days = st.segmented_control(
            _("Decisions of the last"),
            SPANS,
            default=SPANS[0],
            required=True,
            format_func=lambda value: ngettext("{n} day", "{n} days", value),
            key="model-days",
        )
    room = model_room.read(now(), days or SPANS[0])
    with head:
        show(_serving(room))
    show(join([_budgets(room.figures.measured), _counted(room.figures.at)]))
    left, right = st.columns(2, gap="medium")
    with left:
        show(join([_confusion(room), _mistakes(room.figures.measured)]))
    with right:
        _versions(room, who)
        show(join([_labels(room), _history(room)]))


def _heading(text: str) -> Html:
    return fill('<h3 class="ot-h">{text}</h3>', text=text)


def _fine(text: str) -> Html:
    return fill('<p class="ot-fine">{text}</p>', text=text)


def _trouble(text: str) -> Html:
    return fill(
        '<p class="ot-notice ot-notice-problem" role="alert">{text}</p>', text=one_line(text)
    )


def _name(version: str) -> str:
    return _("the one Otklik came with") if version == SHIPPED else version


def _serving(room: ModelRoom) -> Html:
    parts = [
        fill(
            '<h2 class="ot-h">{title}: {version}</h2>',
            title=_("Serving model"),
            version=_name(room.pointer.serving),
        )
    ]
    if room.last_judge is not None:
        version, at = room.last_judge
        parts.append(
            _fine(
                _("The last comment was judged by {version}, {time}.").format(
                    version=version, time=words.moment(at, now=now())
                )
            )
        )
    if room.named:
        text = _("The settings name the model {place}: it serves whatever is promoted here.")
        parts.append(_trouble(text.format(place=room.named)))
    if room.problem:
        text = _("This model cannot be loaded, the last good one serves: {reason}")
        parts.append(_trouble(text.format(reason=room.problem)))
    return join(parts)


def _budgets(measured: Measured) -> Html:
    rates = (
        (_("Critics filed as haters"), measured.as_hater),
        (_("Critics filed as “other”"), measured.as_other),
        (_("Unsure: left to people"), measured.abstained),
    )
    note = _(
        "Critics, heated ones among them, by decisions of staff: {labelled} by labels, {seen} by "
        "approvals without a correction (weaker, and seldom of what looks like a hater)."
    ).format(labelled=measured.critics_labelled, seen=measured.critics_seen)
    return join(
        [
            fill(
                '<div class="ot-rates">{tiles}</div>',
                tiles=join(_tile(title, rate) for title, rate in rates),
            ),
            _fine(note),
        ]
    )


def _counted(at: datetime) -> Html:
    """When, where it is not now."""
    if now() - at < SHOWN_AS_NOW:
        return Html("")
    text = _("Counted {time}; who opens the page after two minutes has it counted anew.")
    return _fine(text.format(time=words.moment(at, now=now())))


def _tile(title: str, rate: Rate) -> Html:
    kind, state = _STATES[rate.state]
    low, high = rate.interval
    return fill(
        '<section class="ot-rate"><h4>{title}</h4><p><b>{share}</b> <span>{budget}</span></p>'
        '<p class="ot-fine">{count}</p><span class="ot-chip ot-rate-{kind}">{state}</span>'
        "</section>",
        title=title,
        share=percent(rate.share),
        budget=_("budget: at most {share}").format(share=percent(rate.budget)),
        count=_("{hits} of {cases}; 95 % interval {low} – {high}").format(
            hits=rate.hits, cases=rate.cases, low=percent(low), high=percent(high)
        )
        if rate.cases
        else "–",
        kind=kind,
        state=_(state),
    )


def _mistakes(measured: Measured) -> Html:
    found = measured.mistakes[:_LISTED]
    head = _heading(_("Dear mistakes"))
    if not found:
        return join([head, _fine(_("None by the decisions of staff."))])
    return join(
        [
            head,
            table(
                (_("When"), _("Case"), _("What"), _("Model → people"), _("Model")),
                [_mistake(one) for one in found],
            ),
        ]
    )


def _mistake(one: Mistake) -> Sequence[object]:
    field = "urgency" if one.kind == "critical_missed" else "stance"
    return (
        words.moment(one.at, now=now()),
        _case_link(one.mention_id),
        _(_MISTAKES[one.kind]),
        f"{words.name(field, one.was)} → {words.name(field, one.value)}",
        one.model_version,
    )


def _case_link(mention_id: int) -> Html:
    return fill('<a href="/case?mention={id}" target="_self">№ {id}</a>', id=mention_id)


def _confusion(room: ModelRoom) -> Html:
    counts = (
        ", ".join(
            f"{words.name('field', field)} {number}"
            for field, number in sorted(room.figures.measured.overrides.items())
        )
        or "–"
    )
    head = join(
        [
            _heading(_("Model against people, by labels of staff")),
            _fine(_("Corrections: {counts}").format(counts=counts)),
        ]
    )
    found = room.figures
    tables = [matrix.draw("stance", found.stances), matrix.draw("urgency", found.urgencies)]
    return join([head, *tables])


def _labels(room: ModelRoom) -> Html:
    counts = room.figures.counts
    text = _(
        "Whole rows to learn from: {training}; lacking fields: {partial} (confirm the rest on the "
        "case); frozen for comparing: {frozen}."
    ).format(**{name: counts[name] for name in ("training", "partial", "frozen")})
    left = [*room.figures.measured.disputed, *room.figures.measured.inconsistent][:_LISTED]
    rows = [(_case_link(one.mention_id), _why_left(one)) for one in left]
    found = table((_("Case"), _("Teaches nothing until settled")), rows) if rows else Html("")
    return join([_heading(_("Labels of staff")), _fine(text), found])


def _why_left(one: StaffLabel) -> str:
    if one.disputed:
        return labelling.dispute_line(one.disputed)
    return " ".join(map(labelling.fault_line, one.faults)) or _("there is no text any more")


def _history(room: ModelRoom) -> Html:
    if not room.pointer.history:
        return Html("")
    names = {"promoted": _("promoted"), "rolled_back": _("rolled back to")}
    rows = [
        (
            str(one.get("at", ""))[:16].replace("T", " "),
            one_line(room.names.get(str(one.get("by")), str(one.get("by", "")))),
            names.get(str(one.get("action")), str(one.get("action"))),
            _name(str(one.get("version", ""))),
            one_line(str(one.get("why", "")) or "–"),
        )
        for one in reversed(room.pointer.history[-_LISTED:])
    ]
    heads = (_("When, UTC"), _("Who"), _("What"), _("Version"), _("Why"))
    return join([_heading(_("Who changed the model")), table(heads, rows)])


def _versions(room: ModelRoom, who: Person) -> None:
    show(_heading(_("Versions")))
    if len(room.pointer.stack) > 1:
        _roll_back(room)
    for entry in room.entries:
        if entry.version == SHIPPED and entry.version != room.pointer.serving:
            continue  # a rollback leads there
        with st.container(key=f"version-{entry.version.replace('.', '_')}", border=True):
            show(_version(entry, room))
            if entry.version != room.pointer.serving and not entry.problem:
                _promote(entry, room.objections[entry.version], who)
    if len(room.entries) == 1:
        show(_fine(_("No other version yet: `otklik model train --staff` makes one.")))


def _version(entry: Entry, room: ModelRoom) -> Html:
    chip = (
        fill(' <span class="ot-chip ot-rate-ok">{text}</span>', text=_("serves"))
        if entry.version == room.pointer.serving
        else Html("")
    )
    names = {"gold": _("labelled"), "own": _("written for training")}
    rows = ", ".join(f"{names.get(name, name)} {count}" for name, count in entry.rows.items())
    head = fill(
        '<p><b>{version}</b>{chip}<br><span class="ot-fine">{told}</span></p>',
        version=_name(entry.version),
        chip=chip,
        told=_("trained on {day}, rows: {rows}").format(day=entry.trained_on, rows=rows)
        if entry.trained_on
        else "",
    )
    if entry.problem:
        return join([head, _trouble(_("It cannot serve: {reason}").format(reason=entry.problem))])
    if entry.comparison is None or entry.version == room.pointer.serving:
        return head
    return join([head, _figures(entry.comparison)])


def _figures(told: Mapping[str, Any]) -> Html:
    frozen, recent = told["frozen"], told["recent"]
    title = _("Beside {version}: frozen labels {frozen}, recent ones {recent}").format(
        version=_name(str(told["against"])), frozen=frozen["rows"], recent=recent["rows"]
    )
    rows = [
        (
            model_room.figure_name(name),
            shown(name, one["serving"]),
            shown(name, one["new"]),
            _difference(name, one),
            shown(name, recent["figures"].get(name, {}).get("new")),
        )
        for name, one in frozen["figures"].items()
        if one["new"] is not None
    ]
    heads = (_("Figure"), _("serving"), _("new"), _("difference, 95 %"), _("new, recent"))
    notes = join(_fine(said(line)) for line in told.get("remarks", ()))
    return join([_fine(title), table(heads, rows, kind="ot-figures") if rows else Html(""), notes])


def _difference(name: str, one: Mapping[str, Any]) -> str:
    if one["difference"] is None:
        return "–"
    scale = 1 if name.endswith(("kappa", "ece")) else 100
    digits = 3 if scale == 1 else 1
    values = [one[key] for key in ("difference", "low", "high")]
    told = ["–" if value is None else f"{value * scale:+.{digits}f}" for value in values]
    return f"{told[0]} ({told[1]} … {told[2]})"


def _promote(entry: Entry, against: Sequence[str], who: Person) -> None:
    for line in against:
        show(_fine(f"✗ {said(line)}"))
    is_forced = bool(against)
    if is_forced and not may(who, Role.ADMIN):
        return
    label = _("Let it serve all the same") if is_forced else _("Let it serve")
    with st.popover(label):
        show(
            _fine(
                _(
                    "New comments will be judged by it at once, for everybody. Verdicts given "
                    "before stay. You can roll back with one click."
                )
            )
        )
        key = f"why-{entry.version}"
        st.text_input(
            _("Why (needed)") if is_forced else _("Why"),
            key=key,
            max_chars=300,
        )
        st.button(
            _("Yes, let it serve"),
            type="primary",
            key=f"promote-{entry.version}",
            on_click=model_room.on_promote,
            args=(entry.version, key),
            kwargs={"is_forced": is_forced},
        )


def _roll_back(room: ModelRoom) -> None:
    with st.popover(_("Roll back")):
        text = _("The version {version} will serve again, at once and for everybody.")
        show(_fine(text.format(version=_name(room.pointer.stack[-2]))))
        st.text_input(_("Why"), key="why-back", max_chars=300)
        st.button(
            _("Yes, roll back"),
            type="primary",
            key="roll-back",
            on_click=model_room.on_roll_back,
            args=("why-back",),
        )
