"""The keys of an incident's page, of its texts looked at together, of measures in bulk."""

from collections.abc import Sequence

from dashboard.case.keys import Key, letter
from dashboard.i18n import _
from otklik import audit
from otklik.models import Incident


def scope(incident: Incident, *shown: object) -> str:
    """What keys are pressed for: this incident, and exactly what of it stands on the screen."""
    return f"incident-{incident.id}-{audit.digest([str(one) for one in shown])[:12]}"


def of_room() -> list[Key]:
    """What keys do on the page of an incident."""
    group = _("Incident")
    menus = (
        ("G", "ot-inc-give", _("give it to a colleague")),
        ("D", "ot-inc-dismiss", _("it is a false alarm")),
        ("S", "ot-inc-close", _("solve it")),
    )
    return [
        letter("T", "take-incident", _("take it"), group),
        letter("C", "confirm-incident", _("confirm it"), group),
        letter("L", "together-open", _("look at its texts together"), group, acts=False),
        letter("M", "attack-measures", _("measures against an attack"), group, acts=False),
        *(letter(key, to, what, group, do="menu", acts=False) for key, to, what in menus),
        _undo(".st-key-ot-inc-undo button", group),
        Key("KeyB", "B", "", _("show or blur rude words"), group, do="unveil", acts=False),
    ]


def of_together() -> list[Key]:
    """What keys do while texts stand there together."""
    group, yes = _("Texts together"), _("approve what is ticked")
    return [
        Key("Enter", "Ctrl+Enter", "approve-together", yes, group, ctrl=True),
        *_around("together-all", "together-back", group),
        _undo(".st-key-undo-together button", group),
    ]


def of_measures() -> list[Key]:
    """What keys do while measures are chosen."""
    group, what = _("Measures in bulk"), _("ask for what is ticked")
    return [
        Key("Enter", "Ctrl+Enter", "ask-measures", what, group, ctrl=True),
        letter("A", "approve-measures", _("approve what waits and is ticked"), group),
        *_around("measures-all", "measures-back", group),
        _undo(".st-key-undo-measures button", group),
    ]


def _around(ticks: str, back: str, group: str) -> Sequence[Key]:
    return (
        letter("X", ticks, _("untick all, or tick all"), group, acts=False),
        letter("Q", back, _("back to the incident"), group, acts=False),
    )


def _undo(target: str, group: str) -> Key:
    return letter("Z", target, _("take back what was done last"), group)
