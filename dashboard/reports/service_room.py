"""How soon we answer, whether it helps, and who reads the haters."""

from datetime import timedelta

import streamlit as st

from dashboard import data
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, one_line, show
from dashboard.reports import charts
from dashboard.reports.charts import Bar
from dashboard.reports.choice import Choice, stored
from dashboard.reports.figures import (
    empty,
    fine,
    heading,
    minutes,
    number,
    points,
    share,
    signed,
    tile,
    tiles,
)
from dashboard.reports.parts import beside, figures
from dashboard.reports.volume_room import named
from otklik import wellness
from otklik.reports import exposure
from otklik.reports.effect import LEAST, Effect
from otklik.reports.service import ReplyEffect, Service, read_reply_effect, read_service
from otklik.reports.tables import Table

BY = {"zone": N_("Zone"), "platform": N_("Platform"), "topic": N_("Topic")}


def draw_service(choice: Choice) -> None:
    """Time to the first reply, and terms kept."""
    by = st.segmented_control(
        _("Told apart by"),
        list(BY),
        default="zone",
        required=True,
        format_func=lambda one: _(BY[one]),
        key="report-service-by",
    )
    brand = data.settings().brand_id
    found = stored(
        ("service", by, *choice.key),
        lambda session: read_service(session, brand, choice.period, str(by), choice.wanted),
    )
    show(_service_head(found))
    if not found.speed.answered:
        show(
            empty(
                _("No replies in these days"),
                _(
                    "Times are counted from the publication of a comment to our first public "
                    "reply. A rehearsed reply does not count."
                ),
            )
        )
        return
    parts = [one for one in found.parts if one.median is not None]
    beside(
        lambda: charts.draw(
            charts.bars(
                [
                    Bar(named(str(by), one.key), one.median or 0, minutes(one.median))
                    for one in parts
                ]
            ),
            "chart-service",
            _("Half of the comments are answered within this time"),
        ),
        figures(
            [_(BY[str(by)]), _("answered"), _("half within"), "90 %", "95 %"],
            [
                [
                    one_line(named(str(by), one.key)),
                    number(one.answered * found.every),
                    minutes(one.median),
                    minutes(one.p90),
                    minutes(one.p95),
                ]
                for one in parts
            ],
        ),
        Table(
            _("Replies"),
            (_(BY[str(by)]), _("answered"), _("median, min"), _("90 %, min"), _("95 %, min")),
            tuple(
                (named(str(by), one.key), one.answered * found.every, one.median, one.p90, one.p95)
                for one in parts
            ),
        ),
        f"replies-{by}",
    )
    show(fine(_("Bars: half of the comments are answered within this time.")))
    if found.every > 1:
        show(sampled(found.every))


def sampled(every: int) -> Html:
    """That not all were looked at."""
    return fine(
        ngettext("One comment in {n} was looked at.", "One comment in {n} was looked at.", every)
    )


def _service_head(found: Service) -> Html:
    before = found.before.median
    note = _("before: {time}").format(time=minutes(before)) if before is not None else ""
    kept = _("{kept} of {all}").format(
        kept=number(found.kept), all=number(found.kept + found.missed)
    )
    return tiles(
        tile(minutes(found.speed.median), _("half are answered within"), note),
        tile(minutes(found.speed.p90), _("nine of ten within")),
        tile(minutes(found.speed.p95), _("19 of 20 within")),
        tile(share(found.kept_share), _("terms kept"), kept),
    )


def draw_effect(choice: Choice) -> None:
    """Answered against similar unanswered."""
    brand = data.settings().brand_id
    found = stored(
        ("effect", *choice.key),
        lambda session: read_reply_effect(session, brand, choice.period, choice.wanted),
    )
    show(
        fine(
            _(
                "Authors who complained and got an answer, beside those who got none: same "
                "platform, stance, topic, urgency and week. Each author counts once, and is "
                "followed for sixty days."
            )
        )
    )
    left, right = st.columns(2, gap="medium")
    with left:
        show(_effect(_("Their next comment is no complaint"), found.tone, is_share=True))
    with right:
        show(_effect(_("Change of their stars"), found.rating, is_share=False))
    show(_again(found))
    show(
        fill(
            '<p class="ot-doubt">{text}</p>',
            text=_(
                "This is no experiment: whom to answer was somebody's choice, and what made them "
                "choose may have made the difference. Take it as a sign, not as a proof."
            ),
        )
    )
    if found.every > 1:
        show(
            fine(
                ngettext(
                    "One author in {n} was looked at.",
                    "One author in {n} was looked at.",
                    found.every,
                )
            )
        )


def _effect(title: str, found: Effect, *, is_share: bool) -> Html:
    counted = _("{answered} answered, {alone} left alone").format(
        answered=number(found.answered), alone=number(found.alone)
    )
    if not found.is_enough or found.difference is None or found.low is None or found.high is None:
        body = fill(
            "<b>{title}</b><p>{text}</p>",
            title=_("Too few to say"),
            text=_("At least {least} alike are needed on each side; there are: {counted}.").format(
                least=LEAST, counted=counted
            ),
        )
    else:
        write = points if is_share else (lambda value: signed(value, 2))
        word = _("Answering seems to help") if found.low > 0 else _("Answered ones end worse")
        body = fill(
            "<b>{difference}</b> <span>{range}</span><p>{word}</p><p class='ot-fine'>{counted}</p>",
            difference=write(found.difference),
            range=_("({low} … {high})").format(low=write(found.low), high=write(found.high)),
            word=word if found.is_seen else _("No difference seen"),
            counted=counted,
        )
    return fill('<div class="ot-effect"><h4>{title}</h4>{body}</div>', title=title, body=body)


def _again(found: ReplyEffect) -> Html:
    if found.again_answered is None or found.again_alone is None:
        return Html("")
    return fine(
        _(
            "Wrote again: {answered} of those answered, {alone} of the others; only they have a "
            "next comment."
        ).format(answered=share(found.again_answered), alone=share(found.again_alone))
    )


def draw_people(choice: Choice) -> None:
    """Exposure to haters by person."""
    brand = data.settings().brand_id
    start, end = choice.period.whole
    found = stored(
        ("exposure", *choice.key[:3]),
        lambda session: wellness.exposure(session, brand, start, end + timedelta(minutes=5)),
    )
    seen = [one for one in found if one.shown]
    if not seen:
        show(
            empty(
                _("Nobody has opened a case in these days"),
                _("Cases that a person took are counted here: how many, and how many by haters."),
            )
        )
        return
    over = [one for one in seen if exposure.is_over(one, seen)]
    show(
        tiles(
            tile(share(exposure.fair_share(seen), 1), _("of all that was read is by haters")),
            tile(number(max(one.longest_run for one in seen)), _("longest run without a pause")),
            tile(number(len(over)), _("people with clearly more than their share")),
        )
    )
    ordered = sorted(seen, key=lambda one: -one.haters)
    beside(
        lambda: charts.draw(
            charts.bars(
                [
                    Bar(
                        one.name,
                        one.haters,
                        _("{haters} of {shown}").format(
                            haters=number(one.haters), shown=number(one.shown)
                        ),
                        exposure.fair_share(seen) * one.shown,
                    )
                    for one in ordered
                ],
                colour=charts.PINK,
            ),
            "chart-people",
            _("Haters read, by person"),
        ),
        figures(
            [_("Person"), _("haters"), _("all"), _("share"), _("longest run"), _("breaks taken")],
            [
                [
                    one_line(one.name),
                    number(one.haters),
                    number(one.shown),
                    share(one.haters / one.shown),
                    number(one.longest_run),
                    _("{taken} of {offered}").format(
                        taken=one.breaks_taken, offered=one.breaks_offered
                    ),
                ]
                for one in ordered
            ],
        ),
        Table(
            _("Exposure"),
            (
                *(_("Person"), _("haters"), _("all"), _("longest run")),
                *(_("breaks offered"), _("breaks taken")),
            ),
            tuple(
                (
                    *(one.name, one.haters, one.shown, one.longest_run),
                    *(one.breaks_offered, one.breaks_taken),
                )
                for one in ordered
            ),
        ),
        "exposure",
    )
    show(
        fine(
            _(
                "The grey mark is the fair share: as many as the person's part of the work would "
                "bring."
            )
        )
    )


def title(text: str) -> None:
    """A heading of a section."""
    show(heading(text))
