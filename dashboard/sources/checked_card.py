"""What one real call to a source has shown."""

from collections.abc import Iterable
from datetime import datetime

from dashboard import words
from dashboard.chips import fact
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line
from dashboard.sources.checking import Checked
from otklik.collected import SourceCheck


def card(checked: Checked, at: datetime) -> Html:
    """The result: rights, what is missing, limits left, the newest item; or the error."""
    if checked.found is None:
        return _failed(checked, at)
    found = checked.found
    return fill(
        '<div class="ot-checked ot-checked-{kind}" role="status"><b>{title}</b> '
        '<span class="ot-fine">{when}</span><p>{message}</p>'
        "{facts}</div>",
        kind="ok" if found.ok else "bad",
        when=words.moment(checked.at, now=at),
        title=_("It answers") if found.ok else _("It does not answer as it should"),
        message=one_line(found.message, shown=600),
        facts=join(_facts(found, at)),
    )


def _failed(checked: Checked, at: datetime) -> Html:
    to_do = (
        fill(
            '<p class="ot-trouble ot-trouble-to-do"><b>{label}</b> {text}</p>',
            label=_("To do:"),
            text=one_line(checked.to_do, shown=400),
        )
        if checked.to_do
        else Html("")
    )
    return fill(
        '<div class="ot-checked ot-checked-bad" role="alert"><b>{title}</b> '
        '<span class="ot-fine">{when}</span><p>{error}</p>{to_do}</div>',
        when=words.moment(checked.at, now=at),
        title=_("The call failed"),
        error=one_line(checked.error, shown=600),
        to_do=to_do,
    )


def _facts(found: SourceCheck, at: datetime) -> Iterable[Html]:
    newest = words.ago(found.newest_at, at) if found.newest_at else _("nothing there yet")
    yield fact(_("Newest comment"), fill("{text}", text=newest))
    can = ", ".join([_("reads"), *(words.name("can", one) for one in found.can)])
    yield fact(_("Possible"), fill("{text}", text=can))
    if found.rights:
        yield fact(_("Rights of the token"), _items(found.rights))
    if found.missing:
        yield fact(_("Missing"), _items(found.missing, kind="ot-missing"))
    if found.limits_left:
        yield fact(_("Limits left"), one_line(found.limits_left, shown=300))


def _items(texts: Iterable[str], *, kind: str = "") -> Html:
    lines = join(fill("<li>{text}</li>", text=one_line(text, shown=400)) for text in texts)
    return fill('<ul class="{kind}">{lines}</ul>', kind=kind, lines=lines)
