"""Has what the model says changed? One card for each distribution, in plain words first."""

import streamlit as st

from dashboard import data, words
from dashboard.i18n import N_, _
from dashboard.plain import Html, fill, join, show
from otklik import database, drift
from otklik.clock import now
from otklik.drift import Drift

_STATES = {
    "few": ("new", N_("too few to tell")),
    "same": ("ok", N_("not changed")),
    "slight": ("suspect", N_("changed a little")),
    "changed": ("off", N_("changed")),
}
_NAMES = {
    "stance": N_("Who writes"),
    "urgency": N_("How urgent"),
    "unsure": N_("How often the model is unsure"),
    "confidence": N_("How sure it is of the stance"),
}
_UNSURE = {"False": N_("sure"), "True": N_("unsure")}


def draw() -> None:
    """All of them."""
    with database.reading(data.engine()) as session:
        found = drift.measure_drift(session, data.settings().brand_id, now())
    show(
        fill(
            '<p class="ot-fine">{text}</p>',
            text=_(
                "Verdicts of the last 7 days beside the 4 weeks before. A change may be the "
                "world's (a sale, an outage) or the model's: look at the comments before you "
                "retrain."
            ),
        )
    )
    for pair in (found[:2], found[2:]):
        for column, one in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                show(_card(one))


def _card(one: Drift) -> Html:
    kind, state = _STATES[one.state]
    return fill(
        '<section class="ot-drift"><header><h4>{name}</h4><span class="ot-chip ot-rate-{kind}">'
        '{state}</span></header><div class="ot-drift-rows">{rows}</div>'
        '<p class="ot-fine">{figures}</p></section>',
        name=_(_NAMES[one.name]),
        kind=kind,
        state=_(state),
        rows=join(
            _row(_class(one.name, word), here, there, one)
            for word, here, there in zip(one.words, one.now, one.before, strict=True)
        ),
        figures=_figures(one),
    )


def _class(name: str, word: str) -> str:
    if name == "unsure":
        return _(_UNSURE[word])
    return word if name == "confidence" else words.name(name, word)


def _row(name: str, here: int, there: int, one: Drift) -> Html:
    shares = [
        100 * count / (sum(counts) or 1) for count, counts in ((here, one.now), (there, one.before))
    ]
    return fill(
        '<span>{name}</span><i><b style="width:{now}%"></b><u style="width:{before}%"></u></i>'
        "<em>{said}</em>",
        name=name,
        now=round(shares[0], 1),
        before=round(shares[1], 1),
        said=_("{now} %, was {before} %").format(now=f"{shares[0]:.0f}", before=f"{shares[1]:.0f}"),
    )


def _figures(one: Drift) -> str:
    sizes = _("{now} verdicts beside {before}").format(now=sum(one.now), before=sum(one.before))
    if one.state == "few":
        return sizes + "; " + _("at least {n} are needed in each").format(n=drift.LEAST)
    return (
        sizes
        + "; "
        + _(
            "distance {distance} (95 %: {low} – {high}; chance alone stays below {noise}), "
            "PSI {psi}"
        ).format(
            distance=f"{one.distance:.4f}",
            low=f"{one.low:.4f}",
            high=f"{one.high:.4f}",
            noise=f"{one.noise:.4f}",
            psi=f"{one.psi:.2f}",
        )
    )
