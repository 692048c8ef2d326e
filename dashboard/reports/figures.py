"""Figures as people read them, and labels that a chart may show."""

import unicodedata
from datetime import date

from dashboard.i18n import N_, _, current_language
from dashboard.plain import Html, fill, join
from otklik.reports.counting import Change, Comparison

SPACE = "\u202f"
LONGEST_LABEL = 48
# plotly reads tags, entities, formulas and placeholders in its labels
_LOOKALIKES = str.maketrans({"<": "‹", ">": "›", "&": "＆", "$": "＄", "{": "(", "}": ")"})
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
CHANGES = {
    Change.MORE: ("ot-more-up", N_("more")),
    Change.FEWER: ("ot-more-down", N_("fewer")),
    Change.SAME: ("ot-more-same", N_("no difference seen")),
    Change.TOO_FEW: ("ot-more-few", N_("too few to say")),
    Change.UNWATCHED: ("ot-more-few", N_("not watched then")),
}


def chart_label(text: object, *, shown: int = LONGEST_LABEL) -> str:
    """Any text as a chart may draw it: nothing in it is markup, link, entity, formula or code.

    Signs that plotly would read become their look-alikes; what is not seen is left out, and
    marks that pile up on one letter are cut to two.
    """
    kept: list[str] = []
    row = 0
    for sign in " ".join(str(text).split()):
        row = row + 1 if unicodedata.combining(sign) else 0
        if unicodedata.category(sign) not in _HIDDEN and row <= 2:
            kept.append(sign)
    label = "".join(kept).translate(_LOOKALIKES)
    return label if len(label) <= shown else label[: shown - 1].rstrip() + "…"


def number(value: float, digits: int = 0) -> str:
    """1234.5 as ``1 234,5`` in Russian and ``1,234.5`` in English."""
    text = f"{value:,.{digits}f}"
    if current_language() != "ru":
        return text
    return text.replace(",", SPACE).replace(".", ",").replace("-", "−")


def share(value: float | None, digits: int = 0) -> str:
    """0.123 as ``12 %``; a dash for none."""
    if value is None:
        return "–"
    sign = f"{SPACE}%" if current_language() == "ru" else "%"
    return number(value * 100, digits) + sign


def points(value: float) -> str:
    """A difference of shares, with its sign, in percentage points."""
    return _("{points} pp").format(points=signed(value * 100, 1))


def signed(value: float, digits: int) -> str:
    """A difference with its sign."""
    return ("+" if value > 0 else "") + number(value, digits)


def minutes(value: float | None) -> str:
    """Minutes as minutes, hours or days: the one or two units that matter."""
    if value is None:
        return "–"
    if value < 90:
        return _("{minutes} min").format(minutes=number(value))
    if value < 48 * 60:
        return _("{hours} h").format(hours=number(value / 60, 1))
    return _("{days} d").format(days=number(value / 1440, 1))


def day(value: date) -> str:
    """A day without its year."""
    return value.strftime("%d.%m") if current_language() == "ru" else value.strftime("%d %b")


def times(ratio: float | None) -> str:
    """A ratio of rates as a change in percent, from three times on as so many times."""
    if ratio is None:
        return "–"
    if ratio >= 3:
        return "×" + number(ratio, 1)
    change = round((ratio - 1) * 100)
    return ("+" if change > 0 else "") + share(change / 100)


def change(found: Comparison) -> Html:
    """What two counts say, in a word that a colour only repeats."""
    kind, word = CHANGES[found.change]
    is_told = found.change in (Change.MORE, Change.FEWER)
    arrow = {Change.MORE: "▲ ", Change.FEWER: "▼ "}.get(found.change, "")
    said = f"{arrow}{times(found.ratio)}" if is_told and found.ratio is not None else _(word)
    return fill(
        '<span class="ot-chip {kind}" title="{all}">{said}</span>',
        kind=kind,
        said=said,
        all=interval(found),
    )


def interval(found: Comparison) -> str:
    """The change with its interval, for those who want it."""
    if found.ratio is None:
        return _("there was none before")
    high = "∞" if found.high is None else times(found.high)
    return _("{ratio}, surely between {low} and {high}").format(
        ratio=times(found.ratio), low=times(found.low), high=high
    )


def tile(figure: str, text: str, note: Html | str = "") -> Html:
    """One big figure and what it is."""
    return fill(
        '<div class="ot-tile"><b>{figure}</b><span>{text}</span><small>{note}</small></div>',
        figure=figure,
        text=text,
        note=note,
    )


def tiles(*found: Html) -> Html:
    """Several in a row."""
    return fill('<div class="ot-tiles">{found}</div>', found=join(found))


def empty(title: str, text: str) -> Html:
    """What is missing for a report, and how it comes."""
    return fill('<div class="ot-empty"><b>{title}</b><p>{text}</p></div>', title=title, text=text)


def fine(text: str) -> Html:
    """A line in small print."""
    return fill('<p class="ot-fine ot-under">{text}</p>', text=text)


def heading(text: str) -> Html:
    """The title of a part."""
    return fill('<h3 class="ot-h">{text}</h3>', text=text)
