"""What a draft rests on: the points of the comment, what is known already, the facts cited."""

from datetime import datetime

import streamlit as st

from dashboard import data, words
from dashboard.i18n import _, in_language, ngettext
from dashboard.plain import Html, fill, join, one_line, plain, show
from otklik.clock import now
from otklik.models import DraftRow


def draw(case: data.CaseFile, draft: DraftRow) -> None:
    """The box under the text."""
    with st.container(key="ot-grounds", border=True):
        said = join([_points(draft), _known(draft)])
        facts = _facts(case, now())
        show(
            fill(
                '<div class="ot-grounds">{said}<section tabindex="0">{facts}</section></div>',
                said=fill('<section tabindex="0">{said}</section>', said=said) if said else "",
                facts=facts,
            )
        )


def _points(draft: DraftRow) -> Html:
    if not draft.points:
        return Html("")
    items = join(
        fill(
            '<li class="ot-point ot-point-{kind}"><b>{state}</b> {text}</li>',
            kind=point.get("state", ""),
            state=words.name("point", point.get("state", "")),
            text=one_line(str(point.get("text", "")), shown=160),
        )
        for point in draft.points
    )
    open_points = sum(point.get("state") == "gap" for point in draft.points)
    note = (
        fill(
            ' <span class="ot-chip ot-u-high">{text}</span> <a class="ot-fine" '
            'href="/knowledge?gap={mention}" target="_blank">{link}</a>',
            mention=draft.mention_id,
            link=_("Propose a fact"),
            text=ngettext("{n} point left open", "{n} points left open", open_points),
        )
        if open_points
        else Html("")
    )
    return fill(
        '<h4 class="ot-sub">{title}{note}</h4><ul class="ot-points">{items}</ul>',
        title=_("Points of the comment"),
        note=note,
        items=items,
    )


def _facts(case: data.CaseFile, at: datetime) -> Html:
    title = fill('<h4 class="ot-sub">{title}</h4>', title=_("Facts the draft rests on"))
    if not case.facts:
        return join(
            [title, fill('<p class="ot-fine">{text}</p>', text=_("The draft cites no fact."))]
        )
    items = join(
        fill(
            '<li class="ot-cited"><div>{text}</div><span class="ot-fine {stale}">'
            "{owner} · {until} · {source}</span></li>",
            text=plain(in_language(fact.text_ru, fact.text_en), shown=400),
            stale="" if fact.is_valid(at) else "ot-stale",
            owner=fact.owner,
            until=_("valid until {day}").format(day=words.day_of(fact.valid_until))
            if fact.valid_until
            else _("since {day}").format(day=words.day_of(fact.valid_from)),
            source=one_line(fact.source, shown=120),
        )
        for fact in case.facts
    )
    return join([title, fill('<ul class="ot-facts">{items}</ul>', items=items)])


def _known(draft: DraftRow) -> Html:
    """What the author said or we know: asking for it again is what people resent."""
    said = [str(one.get("text", "")) for one in draft.known]
    if not said:
        return Html("")
    chips = join(
        fill('<span class="ot-chip">{text}</span> ', text=one_line(one, shown=60)) for one in said
    )
    return fill(
        '<h4 class="ot-sub">{title}</h4><p class="ot-known">{chips}</p>',
        title=_("Known already, not to be asked again"),
        chips=chips,
    )
