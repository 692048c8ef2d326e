"""Charts: few lines, labels where the eye is, colours that differ without colour vision.

Text, ground and grid are Streamlit's theme; series have colours of a middle lightness that can
be read on the light ground and on the dark one. Every label goes through `chart_label`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go
import streamlit as st

from dashboard.i18n import current_language
from dashboard.reports.figures import chart_label, day, number

# after Okabe and Ito, made lighter or darker for two grounds
BLUE, ORANGE, GREEN = "#1f7fbf", "#b8730a", "#0f8f68"
PINK, VIOLET, RED, GREY = "#bf5b96", "#8466c9", "#cf5413", "#7b8794"
PALETTE = (BLUE, RED, GREEN, VIOLET, ORANGE, PINK)
MEANT = {
    "critic": BLUE,
    "heated": RED,
    "hater": PINK,
    "praise": GREEN,
    "question": VIOLET,
    "other": GREY,
    "": GREY,
}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "showLink": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
}


@dataclass(frozen=True)
class Line:
    """One series of a line chart, named as it is to be read."""

    name: str
    values: Sequence[float]
    colour: str = BLUE


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its length, what stands at its end, and where it ended before."""

    name: str
    value: float
    said: str
    before: float | None = None


def draw(figure: go.Figure, key: str, alt: str) -> None:
    """Put a chart on the page; `alt` says it to those who do not see it."""
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)


def coloured(names: Mapping[str, str]) -> dict[str, str]:
    """A colour for each key: its own meaning, else the next of the palette."""
    free = iter(PALETTE * (1 + len(names) // len(PALETTE)))
    return {key: MEANT.get(key) or next(free) for key in names}


def lines(days: Sequence[date], series: Sequence[Line], *, height: int = 320) -> go.Figure:
    """Lines over days, each with its name at its end."""
    figure = _figure(height)
    labels = [chart_label(day(one)) for one in days]
    highest = max((value for one in series for value in one.values), default=1)
    places = _apart([one.values[-1] if one.values else 0 for one in series], highest, height)
    for one, dash, place in zip(series, DASHES * 3, places, strict=False):
        figure.add_scatter(
            x=labels,
            y=list(one.values),
            name=chart_label(one.name),
            mode="lines+markers" if len(days) < 15 else "lines",
            line={"color": one.colour, "width": 2.2, "dash": dash},
            marker={"size": 6},
            hovertemplate="%{y}",
        )
        figure.add_annotation(
            x=1.01,
            xref="paper",
            y=place,
            xanchor="left",
            showarrow=False,
            text=chart_label(one.name, shown=24),
            font={"color": one.colour, "size": 13},
        )
    figure.update_layout(hovermode="x unified", margin={"r": 150})
    figure.update_xaxes(type="category", nticks=10, tickangle=0)
    figure.update_yaxes(rangemode="tozero")
    return figure


def _apart(values: Sequence[float], highest: float, height: int) -> list[float]:
    """Heights of labels so that none covers another, beside an axis up to `highest`."""
    top = max(highest, 1)
    least = top * 17 / max(1, height - 60)
    placed: dict[int, float] = {}
    lowest = -least
    for number_, value in sorted(enumerate(values), key=lambda one: one[1]):
        lowest = max(value, lowest + least)
        placed[number_] = lowest
    return [placed[number_] for number_ in range(len(values))]


def bars(found: Sequence[Bar], *, colour: str = BLUE, row: int = 30) -> go.Figure:
    """Lying bars, the longest on top, the figure at the end; a mark where it ended before."""
    figure = _figure(max(110, row * len(found) + 36))
    shown = list(reversed(found))
    names = [chart_label(one.name, shown=34) for one in shown]
    figure.add_bar(
        x=[one.value for one in shown],
        y=list(range(len(shown))),
        orientation="h",
        marker={"color": colour},
        hoverinfo="skip",
    )
    for place, one in enumerate(shown):
        figure.add_annotation(
            x=max(one.value, one.before or 0),
            y=place,
            xshift=7,
            xanchor="left",
            showarrow=False,
            text=chart_label(one.said),
            font={"size": 13},
        )
    marks = [(one.before, place) for place, one in enumerate(shown) if one.before is not None]
    if marks:
        figure.add_scatter(
            x=[value for value, _place in marks],
            y=[place for _value, place in marks],
            mode="markers",
            marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": GREY}},
            hoverinfo="skip",
        )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(shown))),
        ticktext=names,
        showgrid=False,
        tickfont={"size": 13},
    )
    furthest = max([one.value for one in shown] + [one.before or 0 for one in shown] + [1])
    figure.update_xaxes(range=[0, furthest * 1.22], showticklabels=False, showgrid=False)
    figure.update_layout(bargap=0.35)
    return figure


def columns(
    names: Sequence[str], values: Sequence[float], said: Sequence[str], *, height: int = 300
) -> go.Figure:
    """Standing bars with their figure on top."""
    figure = _figure(height)
    figure.add_bar(
        x=[chart_label(name) for name in names],
        y=list(values),
        text=[chart_label(text) for text in said],
        textposition="outside",
        cliponaxis=False,
        marker={"color": BLUE},
        hoverinfo="skip",
    )
    figure.update_traces(textfont={"size": 13})
    figure.update_xaxes(type="category", tickangle=0)
    figure.update_yaxes(showticklabels=False, showgrid=False, rangemode="tozero")
    return figure


def with_event(figure: go.Figure, place: int, name: str) -> None:
    """A line where an event began, with its name."""
    figure.add_vline(x=place - 0.5, line={"color": GREY, "width": 2, "dash": "dot"})
    figure.add_annotation(
        x=place - 0.5,
        y=1.0,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        text=chart_label(name, shown=40),
        font={"size": 13},
    )


def with_level(
    figure: go.Figure, days: Sequence[date], first: int, level: float, colour: str
) -> None:
    """The mean over a stretch of days, written over its middle; `first` is its first place."""
    labels = [chart_label(day(one)) for one in days]
    figure.add_scatter(
        x=labels,
        y=[level] * len(labels),
        mode="lines",
        line={"color": colour, "width": 3},
        hoverinfo="skip",
    )
    figure.add_annotation(
        x=first + (len(labels) - 1) / 2,
        y=level,
        yanchor="bottom",
        showarrow=False,
        text=chart_label(number(level, 1)),
        font={"color": colour, "size": 16},
    )


def _figure(height: int) -> go.Figure:
    separators = ",\u202f" if current_language() == "ru" else ".,"
    return go.Figure(
        layout={
            "height": height,
            "showlegend": False,
            "separators": separators,
            "margin": {"l": 8, "r": 12, "t": 26, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "dragmode": False,
            "xaxis": {"fixedrange": True, "automargin": True, "zeroline": False},
            "yaxis": {"fixedrange": True, "automargin": True, "zeroline": False},
        }
    )
