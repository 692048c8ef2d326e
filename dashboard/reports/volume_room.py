"""How much came, and why people write."""

from collections.abc import Callable

import streamlit as st

from dashboard import data, words
from dashboard.i18n import N_, _, in_language, ngettext
from dashboard.plain import Html, one_line, show
from dashboard.reports import charts
from dashboard.reports.charts import Bar, Line
from dashboard.reports.choice import Choice, stored
from dashboard.reports.figures import (
    change,
    day,
    empty,
    fine,
    heading,
    number,
    share,
    tile,
    tiles,
)
from dashboard.reports.parts import beside, figures
from otklik.reports.tables import Cell, Table
from otklik.reports.volume import By, Reason, ReasonKind, Volume, read_reasons, read_volume
from responder.points.matters import matters

BY = {
    By.STANCE: N_("Stance"),
    By.TOPIC: N_("Topic"),
    By.PLATFORM: N_("Platform"),
    By.ZONE: N_("Zone"),
}
KINDS = {
    ReasonKind.TOPIC: N_("Topics"),
    ReasonKind.MATTER: N_("What exactly they write about"),
    ReasonKind.ENTITY: N_("What of ours is named"),
}
_LINES = 6
_SHOWN = 12


def named(by: str, key: str) -> str:
    """A key of a count as people read it."""
    if not key:
        return _("not judged yet")
    return words.name(by, key) if by in {"stance", "topic"} else key


def draw_volume(choice: Choice) -> None:
    """Volume by day or week."""
    by = st.segmented_control(
        _("Told apart by"),
        list(BY),
        default=By.STANCE,
        required=True,
        format_func=lambda one: _(BY[one]),
        key="report-by",
    )
    brand = data.settings().brand_id
    found = stored(
        ("volume", by, *choice.key),
        lambda session: read_volume(session, brand, choice.period, By(by), choice.wanted),
    )
    if not found.total:
        show(_nothing())
        return
    show(_head(found, choice))
    names = {key: named(found.by, key) for key in found.lines}
    beside(
        lambda: _chart(found, names),
        figures(
            [_(BY[found.by]), _("comments"), _("share")],
            [
                [one_line(names[key]), number(sum(line)), share(sum(line) / found.total)]
                for key, line in list(found.lines.items())[:_SHOWN]
            ],
        ),
        _file(found, names),
        f"volume-{found.by}",
    )


def _nothing() -> Html:
    return empty(
        _("No comments in these days"),
        _("Choose more days, or take a filter away. New comments appear within two minutes."),
    )


def _head(found: Volume, choice: Choice) -> Html:
    days = choice.period.length
    negative = sum(sum(found.lines.get(one, [])) for one in ("critic", "heated", "hater"))
    more = []
    if found.by is By.STANCE:
        more = [tile(share(negative / found.total), _("complaints and insults"))]
    return tiles(
        tile(number(found.total), _("comments"), change(found.against)),
        tile(number(found.total / days, 1), _("a day on average")),
        *more,
    )


def _chart(found: Volume, names: dict[str, str]) -> None:
    colours = charts.coloured(names)
    keys = list(found.lines)
    shown = [Line(names[key], found.lines[key], colours[key]) for key in keys[:_LINES]]
    if rest := keys[_LINES:]:
        sums = [sum(found.lines[key][place] for key in rest) for place in range(len(found.spans))]
        shown.append(Line(_("others"), sums, charts.GREY))
    figure = charts.lines([span.day for span in found.spans], shown)
    charts.draw(figure, f"chart-volume-{found.by}", _("Comments by day"))
    if found.is_weekly:
        show(fine(_("Each point is a week that begins on that day; the last one may be short.")))


def _file(found: Volume, names: dict[str, str]) -> Table:
    first = _("week from") if found.is_weekly else _("day")
    rows: list[tuple[Cell, ...]] = [
        (span.day, *(line[place] for line in found.lines.values()))
        for place, span in enumerate(found.spans)
    ]
    return Table(_("Volume"), (first, *names.values()), tuple(rows))


def draw_reasons(choice: Choice) -> None:
    """Reasons of contact and their trend."""
    brand = data.settings().brand_id
    found = stored(
        ("reasons", *choice.key),
        lambda session: read_reasons(session, brand, choice.period, choice.wanted),
    )
    if not found:
        show(_nothing())
        return
    before = choice.period.before()
    show(
        fine(
            _(
                "Compared with {first} – {last}. The grey mark on a bar is where it stood then."
            ).format(first=day(before.first), last=day(before.last))
        )
    )
    labels = data_names()
    for kind in ReasonKind:
        rows = [one for one in found if one.kind is kind and one.against.after + one.against.before]
        if rows:
            _reasons(kind, rows, labels[kind])
    show(
        fine(
            _(
                "A change is named only where chance would make it seldom; several reasons share "
                "that risk."
            )
        )
    )


def data_names() -> dict[ReasonKind, Callable[[str], str]]:
    """How the keys of each kind are read."""
    things = data.named_entities()
    known = matters()

    def matter(key: str) -> str:
        one = known.get(key)
        return in_language(one.about.ru[0], one.about.en[0]) if one else key

    return {
        ReasonKind.TOPIC: lambda key: words.name("topic", key),
        ReasonKind.MATTER: matter,
        ReasonKind.ENTITY: lambda key: things[key][1] if key in things else key,
    }


def _now_and_then(one: Reason) -> str:
    return _("{now}, was {before}").format(
        now=number(one.against.after), before=number(one.against.before)
    )


def _reasons(kind: ReasonKind, rows: list[Reason], name: Callable[[str], str]) -> None:
    show(heading(_(KINDS[kind])))
    shown = rows[:_SHOWN]
    beside(
        lambda: charts.draw(
            charts.bars(
                [
                    Bar(
                        name(one.key),
                        one.against.after,
                        _now_and_then(one),
                        one.against.before,
                    )
                    for one in shown
                ]
            ),
            f"chart-reasons-{kind}",
            _(KINDS[kind]),
        ),
        figures(
            [_("Reason"), _("now"), _("before"), _("trend")],
            [
                [
                    one_line(name(one.key)),
                    number(one.against.after),
                    number(one.against.before),
                    change(one.against),
                ]
                for one in shown
            ],
        ),
        Table(
            _(KINDS[kind]),
            (_("Reason"), _("now"), _("before"), _("ratio"), _("from"), _("to")),
            tuple(
                (
                    name(one.key),
                    one.against.after,
                    one.against.before,
                    one.against.ratio,
                    one.against.low,
                    one.against.high,
                )
                for one in rows
            ),
        ),
        f"reasons-{kind}",
    )
    if rows[0].every > 1:
        show(
            fine(
                ngettext(
                    "One comment in {n} was looked at.",
                    "One comment in {n} was looked at.",
                    rows[0].every,
                )
            )
        )
