"""People, sources, measures, proposals, alerts: what stands around the work."""

from enum import StrEnum


class LookKind(StrEnum):
    """Why a comment that was judged before is given to a person."""

    GOLDEN = "golden"  # the answer is known; the person does not know that
    SECOND = "second"  # drawn by chance from what somebody else let stand


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


class ActKind(StrEnum):
    """What can be done on the outside besides replying; always by people's approval."""

    HIDE = "hide"
    UNHIDE = "unhide"
    BAN = "ban"
    UNBAN = "unban"
    REPORT = "report"
    WITHDRAW = "withdraw"  # our own reply
    CORRECT = "correct"  # our own reply


class ActState(StrEnum):
    """Life of an act. Only `APPROVED` becomes `DOING`; no machine retries `UNKNOWN`."""

    ASKED = "asked"
    APPROVED = "approved"
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"  # by a person
    VOID = "void"  # what it was asked for has changed
    REHEARSED = "rehearsed"


class AppealState(StrEnum):
    """What became of an author's objection."""

    OPEN = "open"
    UPHELD = "upheld"  # the act stands
    OVERTURNED = "overturned"


class LinkState(StrEnum):
    """Whether two accounts are one person."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class ProposalKind(StrEnum):
    """What a lead may propose at the desk."""

    POLICY = "policy"
    FACT = "fact"
    POWER = "power"


class ProposalState(StrEnum):
    """Life of a proposal: a second person brings it into force or refuses it."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    REJECTED = "rejected"
    RETIRED = "retired"


class RehearsalState(StrEnum):
    """A policy being tried on what was decided before."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RateBy(StrEnum):
    """What the kept-rate is told apart by; a month is the UTC one the promise fell due in."""

    PERSON = "person"
    TOPIC = "topic"
    ZONE = "zone"
    MONTH = "month"


class DeliveryState(StrEnum):
    """One alert on one channel."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    FOLDED = "folded"  # told by one message together with others
    SKIPPED = "skipped"  # somebody took the alert before its turn came


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
    PROMISE_SOON = "promise_soon"
    FACT_EXPIRES = "fact_expires"
    POLICY_BROKEN = "policy_broken"
    ACT_FAILED = "act_failed"
    REPORT_FAILED = "report_failed"
    KNOWLEDGE_BROKEN = "knowledge_broken"
    CHANNEL_DOWN = "channel_down"
    MONITOR_STOPPED = "monitor_stopped"
    OPERATIONS_BROKEN = "operations_broken"
    TERM_RUNS_OUT = "term_runs_out"


class EventKind(StrEnum):
    """What happened on a day that reports compare before and after."""

    CAMPAIGN = "campaign"
    PRICE = "price"
    LAUNCH = "launch"
    OUTAGE = "outage"
    HOLIDAY = "holiday"
    OTHER = "other"


class Role(StrEnum):
    """Who may do what; each role may do what the ones before it may."""

    OPERATOR = "operator"
    APPROVER = "approver"
    LEAD = "lead"
    ADMIN = "admin"
