"""Tables. `brand_id` is on everything from the start; times are aware and UTC.

What comes from outside never goes straight into a table: it passes a frozen pydantic type
first (`otklik.platforms`, `otklik.verdicts`). A table has the suffix `Row` only where a pure
value of the same name exists.
"""

from otklik.models.acts import Act, ActApproval, Appeal
from otklik.models.clocks import Clock, OperationsText
from otklik.models.contacts import ContactMark
from otklik.models.counts import CountedDay, CountMark, DayCount
from otklik.models.events import DatedEvent, ReportSending
from otklik.models.fields import DEFAULT_BRAND
from otklik.models.incidents import IncidentChange, IncidentExclusion
from otklik.models.judgements import (
    Case,
    DecisionRow,
    FactEnd,
    FactRow,
    Incident,
    KnowledgeText,
    Label,
    PolicyRevision,
    VerdictRow,
)
from otklik.models.looks import GoldenItem, Look
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
from otklik.models.notices import (
    Alert,
    AlertDelivery,
    ChannelState,
    ChatAccount,
    ChatCode,
    Heartbeat,
)
from otklik.models.people import AuditEvent, Invitation, LoginSession, Person, Switch
from otklik.models.proposals import Proposal, Rehearsal, WorkingText
from otklik.models.replies import Approval, DraftRow, Promise, Reply
from otklik.models.shadow import ShadowVerdict
from otklik.models.stories import AuthorLink, ShadowDecision, ShowcaseEntry, Statement
from otklik.models.subjects import EntityList, SubjectEntity, SubjectRow
from otklik.models.views import BulkBatch, DefaultView, SavedView
from otklik.models.work import Hold, Rest, Shown

__all__ = [
    "DEFAULT_BRAND",
    "Act",
    "ActApproval",
    "Alert",
    "AlertDelivery",
    "Appeal",
    "Approval",
    "AuditEvent",
    "Author",
    "AuthorLink",
    "BulkBatch",
    "Case",
    "ChannelState",
    "ChatAccount",
    "ChatCode",
    "Clock",
    "ContactMark",
    "CountMark",
    "CountedDay",
    "DatedEvent",
    "DayCount",
    "DecisionRow",
    "DefaultView",
    "DraftRow",
    "EntityList",
    "FactEnd",
    "FactRow",
    "GoldenItem",
    "Heartbeat",
    "Hold",
    "Incident",
    "IncidentChange",
    "IncidentExclusion",
    "Invitation",
    "KnowledgeText",
    "Label",
    "LoginSession",
    "Look",
    "Mention",
    "MentionVersion",
    "OperationsText",
    "Person",
    "PolicyRevision",
    "Promise",
    "Proposal",
    "Quarantine",
    "Rehearsal",
    "Reply",
    "ReportSending",
    "Rest",
    "SavedView",
    "ShadowDecision",
    "ShadowVerdict",
    "ShowcaseEntry",
    "Shown",
    "Source",
    "Spend",
    "Statement",
    "SubjectEntity",
    "SubjectRow",
    "Switch",
    "Thread",
    "Turn",
    "VerdictRow",
    "WorkingText",
]
