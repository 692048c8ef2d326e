"""The weekly report as one page: inline drawings, no scripts, nothing loaded from anywhere.

Strangers' words (titles of incidents) are escaped like everything else; nothing is a link.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from zoneinfo import ZoneInfo

from otklik.reports.counting import Change, Comparison
from otklik.reports.volume import ReasonKind, Volume
from otklik.reports.weekly import MOST_REASONS, Ask, Decision, Weekly
from otklik.reports.wording import Words, words_of

Names = Mapping[str, str]
_SPACE = "\u202f"
_COLOURS = {
    "critic": "#1f7fbf", "heated": "#cf5413", "hater": "#bf5b96", "praise": "#0f8f68",
    "question": "#8466c9", "other": "#7b8794", "": "#b9c3ce",
}  # fmt: skip
_ORDER = ("hater", "heated", "critic", "question", "praise", "other", "")
_STYLE = """
body{margin:0;background:#f4f6f8;color:#1b2430;font:16px/1.5 'Segoe UI','Noto Sans',Roboto,'DejaVu Sans',sans-serif}
main{max-width:760px;margin:0 auto;padding:28px 32px 36px;background:#fff}
h1{font-size:26px;line-height:1.25;margin:0}h2{font-size:17px;margin:28px 0 8px;border-bottom:1px solid #dde2e8;padding-bottom:4px}
.brand{color:#56616f;margin:0 0 4px}.tiles{display:flex;gap:12px;flex-wrap:wrap;margin:18px 0 4px}
.tile{border:1px solid #dde2e8;border-radius:10px;padding:8px 16px;min-width:130px;flex:1}
.tile b{display:block;font-size:26px;line-height:1.25;white-space:nowrap}.tile span{color:#56616f;font-size:13.5px}
ol.decide{margin:8px 0;padding:12px 16px 12px 38px;background:#fdf1e0;border-left:4px solid #96500a;border-radius:4px}
ol.decide li{margin:3px 0}.calm{padding:10px 16px;background:#e4f4ea;border-left:4px solid #19663a;border-radius:4px}
table{border-collapse:collapse;width:100%;font-size:15px}td,th{padding:5px 8px;border-bottom:1px solid #edf0f3;text-align:right}
td:first-child,th:first-child{text-align:left;overflow-wrap:anywhere}th{color:#56616f;font-weight:600;font-size:13px}
.up{color:#96500a;font-weight:600}.down{color:#24548a;font-weight:600}.calmly{color:#56616f}
.legend{display:flex;gap:14px;flex-wrap:wrap;font-size:13.5px;margin:4px 0 0;padding:0;list-style:none}
.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:5px}
.fine{color:#56616f;font-size:13px;margin-top:26px}ul.plain{padding-left:20px;margin:6px 0}
svg{display:block;width:100%;height:auto}svg text{font-family:inherit;fill:#1b2430}
@media print{body{background:#fff}main{padding:0}}
@page{margin:14mm}
"""  # noqa: E501
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def subject_line(found: Weekly) -> str:
    """What the mail is called."""
    said = words_of(found.language)["subject"]
    first, last = (_day(one, found.language) for one in (found.first, found.last))
    return " ".join(said.format(brand=found.brand, first=first, last=last).split())


def as_text(found: Weekly, names: Names) -> str:
    """The letter itself: the figures and what to decide, in plain text."""
    said = words_of(found.language)
    lines = [
        subject_line(found),
        "",
        *(f"– {text}: {figure}" for figure, text in _tiles(found, said)),
    ]
    lines += ["", f"{said['decide']}:"]
    lines += [
        f"{n}. {_asked(one, said, names, found.language)}"
        for n, one in enumerate(found.decisions, 1)
    ]
    lines += [said["nothing"]] if not found.decisions else []
    return "\n".join([*lines, "", said["attached"], ""])


def as_html(found: Weekly, names: Names, at: datetime, zone: ZoneInfo) -> str:
    """The page.

    Args:
        names: matters and things of ours by ``kind:key``, as people read them.
        at: when it is made.
    """
    said = words_of(found.language)
    days = {
        "first": _day(found.first, found.language),
        "last": _day(found.last, found.language),
    }
    title = said["title"].format(**days)
    made = said["foot"].format(at=f"{at.astimezone(zone):%d.%m.%Y %H:%M}")
    parts = [
        f'<p class="brand">{escape(found.brand)}</p><h1>{escape(title)}</h1>',
        _tile_row(found, said),
        _part(said["decide"], _decide(found, said, names)),
        _part(said["volume"], _drawing(found.volume, said, found.language)),
        _part(said["why"], _reasons(found, said, names)),
        _part(said["owed"], f"<p>{escape(_owed(found, said))}</p>"),
        _alive(found, said),
        _events(found, said),
        f'<p class="fine">{escape(made)}</p>',
    ]
    return (
        f'<!doctype html><html lang="{escape(found.language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(subject_line(found))}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _part(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _number(value: float, language: str, digits: int = 0) -> str:
    text = f"{value:,.{digits}f}"
    return text.replace(",", _SPACE).replace(".", ",") if language == "ru" else text


def _share(value: float | None, found: Weekly, said: Words) -> str:
    if value is None:
        return said["none_yet"]
    return _number(value * 100, found.language) + (f"{_SPACE}%" if found.language == "ru" else "%")


def _day(day: date, language: str) -> str:
    return day.strftime("%d.%m.%Y") if language == "ru" else day.strftime("%d %b %Y")


def _minutes(value: float | None, found: Weekly, said: Words) -> str:
    if value is None:
        return said["none_yet"]
    if value < 90:
        return said["minutes"].format(n=_number(value, found.language))
    return said["hours"].format(n=_number(value / 60, found.language, 1))


def _tiles(found: Weekly, said: Words) -> list[tuple[str, str]]:
    lines = found.volume.lines
    bad = sum(sum(lines.get(one, [])) for one in ("critic", "heated", "hater"))
    total = f"{_number(found.volume.total, found.language)}"
    told = _trend(found.volume.against, said, found.language)
    return [
        (total, f"{said['comments']} ({told})"),
        (_number(bad, found.language), said["complaints"]),
        (_minutes(found.service.speed.median, found, said), said["median"]),
        (_share(found.service.kept_share, found, said), said["kept_terms"]),
    ]


def _tile_row(found: Weekly, said: Words) -> str:
    cells = (
        f'<div class="tile"><b>{escape(figure)}</b><span>{escape(text)}</span></div>'
        for figure, text in _tiles(found, said)
    )
    return f'<div class="tiles">{"".join(cells)}</div>'


def _trend(found: Comparison, said: Words, language: str) -> str:
    word = said[found.change]
    if found.change not in (Change.MORE, Change.FEWER) or found.ratio is None:
        return word
    if found.ratio >= 3:
        return f"×{_number(found.ratio, language, 1)}"
    percent = round((found.ratio - 1) * 100)
    return f"{percent:+}{_SPACE if language == 'ru' else ''}%".replace("-", "−")


def _decide(found: Weekly, said: Words, names: Names) -> str:
    if not found.decisions:
        return f'<p class="calm">{escape(said["nothing"])}</p>'
    asked = (_asked(one, said, names, found.language) for one in found.decisions)
    return f'<ol class="decide">{"".join(f"<li>{escape(one)}</li>" for one in asked)}</ol>'


def _asked(one: Decision, said: Words, names: Names, language: str) -> str:
    name = _reason_name(one.name, said, names) if one.ask is Ask.GROWING else one.name
    share = _number(one.share * 100, language) + (f"{_SPACE}%" if language == "ru" else "%")
    text = said[f"ask_{one.ask}"].format(
        name=name or said["none"], count=_number(one.count, language), share=share
    )
    return " ".join(text.split())


def _reason_name(name: str, said: Words, names: Names) -> str:
    kind, _colon, key = name.partition(":")
    return said.get(key, key) if kind == ReasonKind.TOPIC else names.get(name, key)


def _reasons(found: Weekly, said: Words, names: Names) -> str:
    heads = "".join(f"<th>{escape(said[one])}</th>" for one in ("reason", "now", "before", "trend"))
    rows = []
    for kind in ReasonKind:
        of_kind = [one for one in found.reasons if one.kind is kind and one.against.after]
        if of_kind:
            rows.append(f'<tr><th colspan="4">{escape(said[f"kind_{kind}"])}</th></tr>')
        for one in of_kind[:MOST_REASONS]:
            cells = (
                _reason_name(f"{one.kind}:{one.key}", said, names),
                _number(one.against.after, found.language),
                _number(one.against.before, found.language),
            )
            style = {Change.MORE: "up", Change.FEWER: "down"}.get(one.against.change, "calmly")
            trend = escape(_trend(one.against, said, found.language))
            body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            rows.append(f'<tr>{body}<td class="{style}">{trend}</td></tr>')
    return f"<table><tr>{heads}</tr>{''.join(rows)}</table>" if rows else ""


def _owed(found: Weekly, said: Words) -> str:
    owed = found.owed
    if not owed.all:
        return said["owed_none"]
    return said["owed_said"].format(
        all=owed.all, kept=owed.kept, late=owed.late, broken=owed.broken, overdue=owed.overdue
    )


def _alive(found: Weekly, said: Words) -> str:
    rows = [
        f"<li>{escape(' '.join((one.title or said.get(one.topic, '')).split())[:200])}: "
        f"{_number(one.size, found.language)} {escape(said['people'])}</li>"
        for one in found.incidents
    ]
    return _part(said["incidents"], f'<ul class="plain">{"".join(rows)}</ul>' if rows else "")


def _events(found: Weekly, said: Words) -> str:
    rows = [f"<li>{one.at:%d.%m}: {escape(one.name)}</li>" for one in reversed(found.events)]
    return _part(said["events"], f'<ul class="plain">{"".join(rows)}</ul>' if rows else "")


def _drawing(found: Volume, said: Words, language: str) -> str:
    """Seven stacked bars with the day's total on top, and the legend under them."""
    keys = [key for key in _ORDER if sum(found.lines.get(key, []))]
    totals = [sum(found.lines[key][place] for key in keys) for place in range(len(found.spans))]
    if not sum(totals):
        return f'<p class="calmly">{escape(said["none_yet"])}</p>'
    bars = [
        _bar(place, [(key, found.lines[key][place]) for key in keys], max(totals), said, language)
        for place in range(len(found.spans))
    ]
    legend = "".join(
        f'<li><i style="background:{_COLOURS[key]}"></i>{escape(said[key])} '
        f"{_number(sum(found.lines[key]), language)}</li>"
        for key in reversed(keys)
    )
    return (
        f'<svg viewBox="0 0 700 210" role="img" aria-label="{escape(said["volume"])}">'
        f'{"".join(bars)}</svg><ul class="legend">{legend}</ul>'
    )


def _bar(place: int, parts: Sequence[tuple[str, int]], top: int, said: Words, language: str) -> str:
    left, base, height = 12 + place * 98, 178.0, 150.0
    drawn, total = [], sum(count for _key, count in parts)
    for key, count in parts:
        tall = height * count / top
        base -= tall
        drawn.append(
            f'<rect x="{left}" y="{base:.1f}" width="76" height="{tall:.1f}" '
            f'fill="{_COLOURS[key]}"/>'
        )
    middle, day = left + 38, said["days"].split()[place % 7]
    drawn.append(
        f'<text x="{middle}" y="{base - 6:.1f}" text-anchor="middle" font-size="14" '
        f'font-weight="600">{_number(total, language)}</text>'
        f'<text x="{middle}" y="198" text-anchor="middle" font-size="13">{escape(day)}</text>'
    )
    return "".join(drawn)
