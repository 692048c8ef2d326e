"""One source in a line, and the pieces its own page shares with that line."""

from datetime import datetime

from dashboard import words
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line
from dashboard.sources import watch
from otklik.platforms import find_platform
from otklik.watching import SourceReport


def platform_title(name: str) -> str:
    """A platform's name for people."""
    kind = find_platform(name)
    return (kind.title if kind else "") or name


def health_chip(report: SourceReport) -> Html:
    """How it is."""
    state = watch.state_of(report)
    return fill(
        '<span class="ot-chip ot-h-{kind}">{name}</span>',
        kind=state,
        name=words.name("health", state),
    )


def pace(report: SourceReport, at: datetime) -> tuple[str, str]:
    """How often it is read, and when next."""
    if not report.is_read:
        return "–", ""
    left = (report.next_due_at - at).total_seconds()
    following = _("in {time}").format(time=words.span(left)) if left > 0 else _("any moment")
    return _("every {time}").format(time=words.span(report.pace)), following


def delay(report: SourceReport) -> tuple[str, str]:
    """From publication to our database: the median, and what 95 % stay within."""
    if report.delay_p50 is None or report.delay_p95 is None:
        return "–", ""
    return words.span(report.delay_p50), _("95 %: {time}").format(time=words.span(report.delay_p95))


def spend(report: SourceReport) -> Html:
    """Money of the month against the budget."""
    share = watch.share_spent(report)
    if share is None:
        return fill('<span class="ot-fine">{text}</span>', text=_without_budget(report))
    kind = "full" if share >= 1 else "near" if share >= watch.NEARLY_SPENT else "calm"
    return fill(
        '<span class="ot-spend ot-spend-{kind}">{spent} <small>{budget}</small>'
        '<i><b style="width:{width}%"></b></i></span>',
        kind=kind,
        spent=f"${report.spent:.2f}",
        budget=_("of {money}").format(money=f"${report.budget:.0f}"),
        width=round(100 * share),
    )


def _without_budget(report: SourceReport) -> str:
    if report.spent:
        return f"${report.spent:.2f}"
    kind = find_platform(report.platform)
    return _("free") if kind is not None and kind.cost == "free" else "–"


def troubles(report: SourceReport, at: datetime) -> Html:
    """What a person has to do, what looks wrong, what failed last, why it is paused."""
    lines = []
    if report.to_do:
        lines.append(_trouble("to-do", _("To do:"), one_line(report.to_do, shown=400)))
    if report.is_paused:
        why = one_line(report.pause_reason or _("no reason given"), shown=300)
        lines.append(_trouble("paused", _("Paused:"), why))
    if report.warning:
        lines.append(_trouble("warning", _("Warning:"), one_line(report.warning, shown=400)))
    if report.last_error:
        when = words.ago(report.last_error_at, at)
        lines.append(
            _trouble("error", _("Last error:"), one_line(report.last_error, shown=400), when)
        )
    return fill('<div class="ot-troubles">{lines}</div>', lines=join(lines)) if lines else Html("")


def _trouble(kind: str, label: str, body: Html, when: str = "") -> Html:
    return fill(
        '<p class="ot-trouble ot-trouble-{kind}"><b>{label}</b> {body} '
        '<span class="ot-fine">{when}</span></p>',
        kind=kind,
        label=label,
        body=body,
        when=when,
    )


def heads() -> Html:
    """The names of the columns, over the lines."""
    names = (
        _("Source"),
        _("State"),
        _("Read"),
        _("Last reading"),
        _("Last new comment"),
        _("Delay"),
        _("Today / 7 days"),
        _("Month's spend"),
    )
    return fill(
        '<div class="ot-src ot-src-heads">{cells}</div>',
        cells=join(fill("<span>{name}</span>", name=name) for name in names),
    )


def row(report: SourceReport, at: datetime) -> Html:
    """One line of the list, its troubles under it."""
    cells = (
        fill(
            '<span class="ot-src-name"><b>{name}</b><small>{platform}</small></span>',
            name=one_line(report.name, shown=80),
            platform=platform_title(report.platform),
        ),
        fill("<span>{chip}</span>", chip=health_chip(report)),
        _two(*pace(report, at)),
        _two(words.ago(report.last_ok_at, at), ""),
        _two(words.ago(report.last_new_at, at), ""),
        _two(*delay(report)),
        fill("<span><b>{today}</b> / {week}</span>", today=report.today, week=report.week),
        spend(report),
    )
    return fill(
        '<article class="ot-source ot-source-{kind}"><div class="ot-src">{cells}</div>'
        "{troubles}</article>",
        kind="to-do" if report.to_do and not report.is_paused else watch.state_of(report),
        cells=join(cells),
        troubles=troubles(report, at),
    )


def _two(first: str, second: str) -> Html:
    return fill("<span>{first}<small>{second}</small></span>", first=first, second=second)


def measured(report: SourceReport) -> str:
    """Of how many comments the delay is told."""
    return ngettext("measured on {n} comment", "measured on {n} comments", report.delays)
