"""The keys of a case and of the page that hands one out."""

from dashboard import data
from dashboard.case import anew, offers
from dashboard.case.keys import Key, letter
from dashboard.i18n import N_, _
from otklik.store.queue_filter import WAITING

ANSWER, AUTHOR, CASE = N_("Our reply"), N_("The comment"), N_("The case")
UNDO = '[class*="st-key-undo-"] button'
YES = ':is([class*="st-key-approve-"], [class*="st-key-hand-up-"]) button'


def of_case(case: data.CaseFile) -> list[Key]:
    """What keys do while this case is on the screen."""
    number = case.mention.id
    found = [*_moving(), *_about(number)]
    if case.mention.state in WAITING:
        found = [*_answering(case), *found, *_closing(number)]
    return found


def _answering(case: data.CaseFile) -> list[Key]:
    number, draft = case.mention.id, case.draft
    group = _(ANSWER)
    found = [
        Key("Enter", "Ctrl+Enter", YES, _("approve, or hand over for approval"), group, ctrl=True),
        letter("T", "ot-reply", _("write in the text"), group, do="focus", acts=False),
        letter("S", f'.st-key-save-{number} button[kind="tertiary"]', _("save the text"), group),
    ]
    found += [
        Key(f"Digit{place}", str(place), f"choose-{one.id}", _("take this draft instead"), group)
        for place, one in enumerate(offers.of(case)[:8], 2)
    ]
    if anew.is_offered(case):
        found.append(letter("W", f"anew-{number}", _("have it written anew"), group))
    if draft is not None:
        what = _("turn the draft down")
        found.append(letter("R", f"reject-{draft.id}-pop", what, group, do="menu", acts=False))
        what = _("cite a fact")
        found.append(letter("F", f"cite-{draft.id}-pop", what, group, do="menu", acts=False))
    return found


def _closing(number: int | None) -> list[Key]:
    group = _(CASE)
    menus = (
        ("I", f"ignore-{number}-pop", _("leave it unanswered, with a reason")),
        ("H", f"hold-{number}-pop", _("put it aside")),
        ("G", f"give-{number}", _("give it to a colleague")),
    )
    return [
        *(letter(key, to, what, group, do="menu", acts=False) for key, to, what in menus),
        letter("K", f"spare-{number}", _("hand this hater to whoever has seen the fewest"), group),
    ]


def _about(number: int | None) -> list[Key]:
    group = _(AUTHOR)
    menus = (
        ("L", f"wrong-{number}", _("the verdict is wrong")),
        ("X", f"hiding-{number}", _("ask to hide it")),
    )
    return [
        Key("KeyB", "B", "", _("show or blur rude words"), group, do="unveil", acts=False),
        *(letter(key, to, what, group, do="menu", acts=False) for key, to, what in menus),
        letter("V", f"confirm-{number}", _("the verdict is right"), group),
        letter("O", "to-incident", _("open the incident"), group),
    ]


def _moving() -> list[Key]:
    group = _(CASE)
    return [
        letter("N", "next", _("next most urgent"), group),
        letter("Z", UNDO, _("take back what was done last"), group),
        letter("P", "take-break", _("take a break"), group),
        letter("Q", "ot-back", _("back to the queue"), group, acts=False),
    ]


def of_start() -> list[Key]:
    """The keys while no case is open."""
    return _moving()
