"""May we answer where a comment stands? Said before anyone writes, not after."""

from functools import cache

from dashboard import data
from dashboard.i18n import _
from dashboard.plain import Html, fill, one_line
from otklik.platforms import AnyPlatform, Capability, discover, find_platform
from responder.review import Checks


@cache
def platforms() -> dict[str, type[AnyPlatform]]:
    """Every platform this desk knows, by name.

    Raises:
        ConfigError: a collector is broken.
    """
    return discover()


def checks(platform: str) -> Checks:
    """What a text for that platform is checked with."""
    kind = find_platform(platform)
    return data.checks(kind.reply_max_length if kind else None)


def can_post(platform: str) -> bool:
    """Does Otklik publish replies there at all?"""
    kind = find_platform(platform)
    return kind is not None and Capability.POST in kind.can


def banner(platform: str, cannot_answer: str) -> Html:
    """What stands in the way of an answer, for the head of a case; empty when nothing does."""
    if cannot_answer:
        why = one_line(cannot_answer, shown=400)
        return _banner("closed", fill("<b>{text}</b> {why}", text=_("No answer here:"), why=why))
    if not can_post(platform):
        text = _("Otklik does not publish here: the reply has to be put on the site by hand.")
        return _banner("by-hand", fill("<b>{text}</b>", text=text))
    return Html("")


def _banner(kind: str, body: Html) -> Html:
    return fill('<p class="ot-bar-{kind}" role="note">{body}</p>', kind=kind, body=body)


def chip(platform: str, cannot_answer: str) -> Html:
    """The same for one line of a list."""
    if cannot_answer:
        return fill(
            '<span class="ot-chip ot-closed" title="{why}">{text}</span>',
            why=cannot_answer[:400],
            text=_("no answer here"),
        )
    if not can_post(platform):
        return fill('<span class="ot-chip ot-by-hand">{text}</span>', text=_("by hand"))
    return Html("")
