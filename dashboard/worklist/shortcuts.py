"""The keys of the queue."""

from dashboard.case.keys import Key, letter
from dashboard.i18n import _

SCOPE = "queue"
ROWS = 9


def of_queue(*, is_choosing: bool, is_looked_at: bool) -> list[Key]:
    """What keys do over the list of what waits.

    Args:
        is_choosing: rows are being chosen for one action.
        is_looked_at: what that action would change stands on the screen.
    """
    queue, many = _("Queue"), _("Many at once")
    found = [
        letter("N", "take", _("take the most urgent"), queue),
        letter("F", "words", _("search"), queue, do="focus", acts=False),
        letter("M", "bulk-toggle", _("choose several, or end it"), many),
        letter("Z", "bulk-undo", _("take back what was done to many"), many),
    ]
    if not is_choosing:
        return [*found, *_rows(queue)]
    step = "bulk-do" if is_looked_at else "bulk-look"
    what = _("show what would change; then do it")
    return [
        *found,
        letter("A", "bulk-page", _("choose the whole page"), many),
        Key("Enter", "Ctrl+Enter", step, what, many, ctrl=True),
    ]


def _rows(group: str) -> list[Key]:
    first = [
        Key(f"Digit{place}", "", _row(place), "", group, acts=False) for place in range(1, ROWS + 1)
    ]
    shown = Key("none", f"1–{ROWS}", _row(1), _("open a row by its place"), group)
    return [*first, shown]


def _row(place: int) -> str:
    return f".st-key-ot-list > :nth-child({place} of [data-testid]) button"
