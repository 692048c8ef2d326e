"""What a mention is about, as chips: things of ours it names, and whether it is about us."""

from dashboard import chips, words
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line
from otklik.subjects import Relevance, Sign, Subject, distinct

_SURE, _DOUBTFUL = 0.5, 0.25
_SHOWN = 12


def subject(about: Subject | None) -> Html:
    """Two named facts: what it is about, and how certainly it is about us; nothing if unknown."""
    if about is None:
        return Html("")
    return join([_named(about), _relevance(about.relevance)])


def _named(about: Subject) -> Html:
    found = distinct(about.named)
    if not found:
        return Html("")
    items = [
        fill(
            '<span class="ot-chip" title="{written}">{kind}: {name}{doubt}</span>',
            written=one.text,
            kind=words.name("entity", one.kind),
            name=one_line(one.name, shown=60),
            doubt=fill('<i title="{hint}">?</i>', hint=_("Another thing has the same name"))
            if one.is_ambiguous
            else "",
        )
        for one in found[:_SHOWN]
    ]
    return chips.fact(_("About"), join(items, " "))


def _relevance(relevance: Relevance | None) -> Html:
    """Only where there is doubt, or reasons that a person may want: not on a page of ours."""
    if relevance is None or any(sign.name == "place" for sign in relevance.signs):
        return Html("")
    body = fill(
        '{lane} <span class="ot-fine">{score} · {signs}</span>',
        lane=_lane(relevance.score),
        score=f"{relevance.score:.0%}",
        signs=join((_sign(sign) for sign in relevance.signs[:_SHOWN]), ", "),
    )
    return chips.fact(_("About us?"), body)


def _lane(score: float) -> str:
    if score >= _SURE:
        return _("about us")
    return _("perhaps not about us") if score >= _DOUBTFUL else _("not about us")


def _sign(sign: Sign) -> Html:
    written = fill(" «{text}»", text=one_line(sign.text, shown=40)) if sign.text else Html("")
    return fill("{name}{written}", name=words.name("sign", sign.name), written=written)
