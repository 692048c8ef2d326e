"""Five minutes for a newcomer: a walk over the real screen, left and taken up again at will."""

from typing import Any

import streamlit as st

from dashboard.i18n import _
from dashboard.theme import HERE
from otklik.enums import PostingMode, Role
from otklik.models import Person
from otklik.people import may

_walk = st.components.v2.component(
    "otklik_tour", js=(HERE / "tour.js").read_text(encoding="utf-8"), isolate_styles=False
)
_YES = ":is([class*='st-key-approve-'], [class*='st-key-hand-up-']) button"


def draw(who: Person, mode: PostingMode) -> None:
    """Listen; it begins by itself where this person was never at this browser before."""
    said = {"leave": _("Later"), "back": _("Back"), "next": _("Next"), "end": _("Done")}
    _walk(
        key="ot-tour",
        data={"key": f"otklik-tour-{who.id}", "steps": _steps(who, mode), "words": said},
        height=1,
    )


def _steps(who: Person, mode: PostingMode) -> list[dict[str, Any]]:
    return [*_queue_steps(), *_case_steps(who), *_end_steps(mode)]


def _queue_steps() -> list[dict[str, Any]]:
    return [
        {
            "page": "/",
            "at": ".st-key-ot-head",
            "title": _("Here is what waits for you"),
            "text": _(
                "All comments that need a person, counted by urgency. Red is a matter of health, "
                "money or a court; overdue means that the first reply should be out already."
            ),
        },
        {
            "page": "/",
            "at": ".ot-row",
            "title": _("One line, one comment"),
            "text": _(
                "How soon, who writes (a critic has a case, a hater only insults), about what, and "
                "how long the first reply still has. A click opens it. Rude words are blurred."
            ),
        },
        {
            "page": "/",
            "at": ".st-key-ot-filters",
            "title": _("Find what you look for"),
            "text": _("Search by beginnings of words, filter, and keep a filter as a view."),
        },
        {
            "page": "/",
            "at": ".st-key-take",
            "press": ".st-key-take button",
            "title": _("You need not choose"),
            "text": _(
                "This button hands you the most urgent case that nobody else has. It is yours for "
                "a while: no colleague gets it meanwhile. Press Next and we open one."
            ),
        },
    ]


def _case_steps(who: Person) -> list[dict[str, Any]]:
    approves = may(who, Role.APPROVER)
    return [
        {
            "at": ".st-key-ot-comment",
            "title": _("The comment"),
            "text": _(
                "Green can be checked, red is meant to hurt, yellow is a hard fact. Below: why it "
                "was judged so, and a way to say that the verdict is wrong."
            ),
        },
        {
            "at": ".st-key-ot-reply",
            "title": _("Our reply"),
            "text": _(
                "A draft is here already. Change what you like; remarks appear while you write. "
                "Each point of the comment wants a fact or a deed, and a promise becomes your debt."
            ),
        },
        {
            "at": _YES,
            "title": _("Nothing goes out without a person"),
            "text": _(
                "You approve exactly this text. For a while it can be taken back; if the comment "
                "has changed meanwhile, nothing is sent."
            )
            if approves
            else _(
                "You hand exactly this text to an approver. If it comes back, you see the reason."
            ),
        },
        {
            "at": ".st-key-ot-case-head",
            "title": _("Everything has a key"),
            "text": _(
                "N is the next case, Ctrl+Enter sends this one on, ? lists them all. You can work "
                "the whole day without the mouse."
            ),
        },
    ]


def _end_steps(mode: PostingMode) -> list[dict[str, Any]]:
    return [
        {
            "at": ".st-key-ot-menu-mode",
            "title": _("What the desk may do now"),
            "text": _("This is a rehearsal: try everything, nothing is published.")
            if mode is PostingMode.DRY_RUN
            else _("Here you see whether replies are published, and can stop it all at once."),
        },
        {
            "at": ".st-key-ot-menu-person",
            "title": _("That is all"),
            "text": _(
                "Language, theme, your password and this walk are here. Promises of yours that "
                "fall due stand under their own name in the bar."
            ),
        },
    ]
