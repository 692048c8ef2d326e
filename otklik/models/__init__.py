"""Tables. `brand_id` is on everything from the start; times are aware and UTC.

What comes from outside never goes straight into a table: it passes a frozen pydantic type
first (`otklik.platforms`, `otklik.verdicts`). A table has the suffix `Row` only where a pure
value of the same name exists.
"""

from otklik.models.fields import DEFAULT_BRAND
from otklik.models.judgements import (
    Case,
    DecisionRow,
    FactRow,
    Incident,
    Label,
    PolicyRevision,
    VerdictRow,
)
from otklik.models.mentions import (
    Author,
    Mention,
    MentionVersion,
    Quarantine,
    Source,
    Spend,
    Thread,
    Turn,
)
from otklik.models.notices import Alert, AlertDelivery
from otklik.models.people import AuditEvent, LoginSession, Person, Switch
from otklik.models.replies import Approval, DraftRow, Promise, Reply
from otklik.models.shadow import ShadowVerdict
from otklik.models.subjects import EntityList, SubjectEntity, SubjectRow

__all__ = [
    "DEFAULT_BRAND",
    "Alert",
    "AlertDelivery",
    "Approval",
    "AuditEvent",
    "Author",
    "Case",
    "DecisionRow",
    "DraftRow",
    "EntityList",
    "FactRow",
    "Incident",
    "Label",
    "LoginSession",
    "Mention",
    "MentionVersion",
    "Person",
    "PolicyRevision",
    "Promise",
    "Quarantine",
    "Reply",
    "ShadowVerdict",
    "Source",
    "Spend",
    "SubjectEntity",
    "SubjectRow",
    "Switch",
    "Thread",
    "Turn",
    "VerdictRow",
]
