"""Days still to come, as a reply writes them: a day written down here is over one day."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from otklik.clock import now
from otklik.enums import Language
from otklik.settings import Settings
from responder.due_dates import date_text


def coming(days: int, language: Language = Language.RUSSIAN) -> str:
    """The day so many days ahead where the shop is: ``"25 ноября"``."""
    here = now().astimezone(ZoneInfo(Settings().timezone))
    return date_text(here + timedelta(days=days), language)
