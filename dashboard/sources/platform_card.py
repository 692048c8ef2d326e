"""What a platform asks for and offers, beside the form."""

from collections.abc import Iterable

from dashboard import words
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line
from dashboard.sources.platform_words import FREE, told
from otklik.metering import Limit
from otklik.platforms import AnyPlatform, Capability

_ACTS = tuple(one for one in Capability if one is not Capability.THREAD)


def card(kind: type[AnyPlatform]) -> Html:
    """The whole card."""
    return fill(
        '<aside class="ot-card"><h3 class="ot-h">{title}</h3><p class="ot-chips">{can}</p>'
        "{parts}</aside>",
        title=told(kind.name, kind.title) or kind.name,
        can=_can(kind),
        parts=join(
            (
                _list(_("Rights the token needs"), _told(kind, kind.rights)),
                _list(_("How to get a token"), _told(kind, kind.token_steps), tag="ol"),
                _text(_("Answering"), told(kind.name, kind.answers)),
                _text(_("Cost"), _("free") if kind.cost == FREE else told(kind.name, kind.cost)),
                _list(_("Limits"), _limits(kind)),
                _list(_("What it cannot do"), _told(kind, kind.cannot)),
            )
        ),
    )


def _can(kind: type[AnyPlatform]) -> Html:
    chips = [fill('<span class="ot-chip ot-h-ok">{text}</span>', text=_("reads"))]
    chips += [
        fill('<span class="ot-chip ot-h-ok">{text}</span>', text=words.name("can", one))
        for one in _ACTS
        if one in kind.can
    ]
    if Capability.POST not in kind.can:
        chips.append(fill('<span class="ot-chip">{text}</span>', text=_("no replies from here")))
    return join(chips, " ")


def _told(kind: type[AnyPlatform], texts: Iterable[str]) -> list[str]:
    return [told(kind.name, text) for text in texts]


def _limits(kind: type[AnyPlatform]) -> list[str]:
    found = list(dict.fromkeys(_limit(kind, limit) for limit in kind.limits))
    if kind.min_interval:
        found.append(_("a call every {time}").format(time=words.span(kind.min_interval)))
    if kind.reply_max_length:
        found.append(
            _("a reply of {n} characters").format(
                n=f"{kind.reply_max_length:,}".replace(",", "\u00a0")
            )
        )
    return found


def _limit(kind: type[AnyPlatform], limit: Limit) -> str:
    calls = ngettext("{n} call", "{n} calls", round(limit.calls))
    text = _("{calls} in {time} per {what}")
    return text.format(calls=calls, time=words.span(limit.seconds), what=told(kind.name, limit.per))


def _text(title: str, text: str) -> Html:
    return (
        _part(title, fill("<p>{text}</p>", text=one_line(text, shown=2000))) if text else Html("")
    )


def _list(title: str, items: Iterable[str], *, tag: str = "ul") -> Html:
    lines = [fill("<li>{text}</li>", text=one_line(item, shown=1000)) for item in items]
    body = fill("<{tag}>{lines}</{tag}>", tag=tag, lines=join(lines))
    return _part(title, body) if lines else Html("")


def _part(title: str, body: Html) -> Html:
    return fill('<h4 class="ot-sub">{title}</h4>{body}', title=title, body=body)
