"""How the desk is set up: zones, calendars, rota and routes of alerts (`operations.yaml`)."""

from otklik.operations.calendars import Calendar, Hours, always
from otklik.operations.rota import Replacement, Rota, Shift
from otklik.operations.values import (
    BACKUP,
    LEAD,
    ON_CALL,
    EscalationStep,
    Operations,
    Route,
    Step,
    When,
    Zone,
)

__all__ = [
    "BACKUP",
    "LEAD",
    "ON_CALL",
    "Calendar",
    "EscalationStep",
    "Hours",
    "Operations",
    "Replacement",
    "Rota",
    "Route",
    "Shift",
    "Step",
    "When",
    "Zone",
    "always",
]
