"""The vocabulary: every closed set of words the house uses.

Enums are stored as strings and only ever added to: a value once written to a database
must be readable for ever. `Urgency` is the one integer, because people sort by it.
"""

from enum import IntEnum, StrEnum


class Claim(StrEnum):
    """Is there something that could be checked, answered or fixed?"""

    NONE = "none"
    VAGUE = "vague"
    CONCRETE = "concrete"


class Abuse(StrEnum):
    """How does the text treat people?"""

    NONE = "none"
    PROFANE = "profane"
    INSULT = "insult"
    THREAT = "threat"


class Stance(StrEnum):
    """Where the two axes put the author."""

    CRITIC = "critic"
    HEATED = "heated"
    HATER = "hater"
    PRAISE = "praise"
    QUESTION = "question"
    OTHER = "other"


class Urgency(IntEnum):
    """When a person at the desk must see it."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3


class Topic(StrEnum):
    """What the comment is about for the business; one, the main one."""

    DELIVERY = "delivery"
    QUALITY = "quality"
    STAFF = "staff"
    PRICE = "price"
    APP = "app"
    PLACE = "place"
    POLICY = "policy"
    NONE = "none"


class Effort(StrEnum):
    """How much work a verdict is worth: which of the classifier's readers are asked."""

    FAST = "fast"
    BALANCED = "balanced"
    THOROUGH = "thorough"


class Language(StrEnum):
    """Languages the classifier answers for; everything else is `OTHER` and abstained on."""

    RUSSIAN = "ru"
    ENGLISH = "en"
    OTHER = "other"


class MentionState(StrEnum):
    """Where a mention stands on the data's way; each machine step claims one of these."""

    COLLECTED = "collected"
    CLASSIFIED = "classified"
    GROUPED = "grouped"
    DECIDED = "decided"
    DRAFTED = "drafted"  # a draft waits for a person
    HELD = "held"  # a person must look, no draft was made
    APPROVED = "approved"  # a reply is queued or on its way
    ANSWERED = "answered"  # posted, or rehearsed in dry-run
    CLOSED = "closed"  # ignored, praise without reply, answered elsewhere, deleted, ours
    STUCK = "stuck"  # a machine step failed on it repeatedly; visible, never dropped


class CloseReason(StrEnum):
    """Why a mention needs no reply of ours (any more)."""

    IGNORED = "ignored"
    DELETED = "deleted"
    OURS = "ours"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    REJECTED = "rejected"


class DraftState(StrEnum):
    """Life of a draft."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class ReplyState(StrEnum):
    """Life of a reply. Only `QUEUED` becomes `SENDING`; no machine retries `UNKNOWN`."""

    QUEUED = "queued"
    SENDING = "sending"
    POSTED = "posted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    REHEARSED = "rehearsed"


class CaseState(StrEnum):
    """One person, one story."""

    OPEN = "open"
    CLOSED = "closed"


class IncidentState(StrEnum):
    """Many people, one story."""

    SUSPECTED = "suspected"
    OPEN = "open"
    IN_WORK = "in_work"
    SOLVED = "solved"
    REOPENED = "reopened"


class IncidentKind(StrEnum):
    """A fault is to be mended, an attack is to be weathered."""

    FAULT = "fault"
    ATTACK = "attack"


class Approach(StrEnum):
    """How a draft answers; chosen by policy."""

    ARGUE = "argue"
    APOLOGISE_AND_FIX = "apologise_and_fix"
    REFUSE_POSITIVELY = "refuse_positively"
    THANK = "thank"
    ANSWER = "answer"
    ASK_IN_PRIVATE = "ask_in_private"


class EffectKind(StrEnum):
    """What a policy rule may ask for. Everything that acts on the outside needs a person."""

    DRAFT = "draft"
    ROUTE = "route"
    ESCALATE = "escalate"
    ALERT = "alert"
    SLA = "sla"
    IGNORE = "ignore"
    HOLD = "hold"
    HIDE = "hide"
    SECOND_APPROVAL = "second_approval"


class Severity(StrEnum):
    """Weight of a lint finding; a `BLOCK` cannot be approved away by one person."""

    NOTE = "note"
    WARN = "warn"
    BLOCK = "block"


class PointState(StrEnum):
    """What the draft has for one point of a complaint."""

    FACT = "fact"
    ACTION = "action"
    PENDING = "pending"  # we do not know yet, and say by when we shall
    GAP = "gap"  # no fact: ask or escalate; visible to the editor


class SourceHealth(StrEnum):
    """How a source is doing."""

    NEW = "new"
    OK = "ok"
    SUSPECT = "suspect"
    FAILING = "failing"
    OFF = "off"


class SourceOrigin(StrEnum):
    """Who named a source."""

    SETTINGS = "settings"  # an entry of otklik.toml
    DESK = "desk"  # added by a person, by command or form
    IMPORT = "import"  # a file that was read


class SlaState(StrEnum):
    """First-reply clock; starts at publication."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"


class PromiseState(StrEnum):
    """A promise is a debt."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"  # the reply that made it never went out


class DeliveryState(StrEnum):
    """One alert on one channel."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class AlertKind(StrEnum):
    """What an alert tells of."""

    URGENT_MENTION = "urgent_mention"
    INCIDENT = "incident"
    SOURCE_DOWN = "source_down"
    SOURCE_SILENT = "source_silent"
    BUDGET_SPENT = "budget_spent"
    SLA_MISSED = "sla_missed"
    PROMISE_DUE = "promise_due"
    REPLY_UNKNOWN = "reply_unknown"
    REPLY_FAILED = "reply_failed"


class Role(StrEnum):
    """Who may do what; each role may do what the ones before it may."""

    OPERATOR = "operator"
    APPROVER = "approver"
    LEAD = "lead"
    ADMIN = "admin"


class PostingMode(StrEnum):
    """Dry-run is the default until an admin switches posting on; `STOPPED` holds everything."""

    DRY_RUN = "dry_run"
    LIVE = "live"
    STOPPED = "stopped"
