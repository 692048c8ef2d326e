"""The keys of the page of approvals; what acts is for the text on the screen and no other."""

from dashboard.case.keys import Key, letter
from dashboard.i18n import _


def scope(draft_id: int | None) -> str:
    """What keys are pressed for: this text; an edited one is another draft."""
    return f"text-{draft_id}" if draft_id is not None else "no-text"


def of_text(draft_id: int | None) -> list[Key]:
    """What keys do while this text is on the screen; None: nothing waits."""
    group = _("Approvals")
    found = [letter("Z", "approvals-undo", _("take back what was done last"), group, acts=False)]
    if draft_id is None:
        return found
    yes, back = f"approve-draft-{draft_id}", f"turn-down-{draft_id}-pop"
    return [
        Key("Enter", "Ctrl+Enter", yes, _("approve this text"), group, ctrl=True),
        letter("R", back, _("send it back, with a reason"), group, do="menu", acts=False),
        letter("N", "approvals-next", _("next text"), group),
        letter("P", "approvals-previous", _("previous text"), group),
        letter("O", "approvals-case", _("open the case"), group),
        Key("KeyB", "B", "", _("show or blur rude words"), group, do="unveil", acts=False),
        *found,
    ]
