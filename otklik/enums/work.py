"""What a comment, its case, drafts, replies and promises go through."""

from enum import StrEnum


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
    OFFERED = "offered"  # shown beside the proposed one; a person may choose it


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
    DISMISSED = "dismissed"


class IncidentKind(StrEnum):
    """A fault is to be mended, an attack is to be weathered."""

    FAULT = "fault"
    ATTACK = "attack"


class MemberChange(StrEnum):
    """What a person did to the members of an incident."""

    ATTACHED = "attached"
    EXCLUDED = "excluded"
    MERGED = "merged"
    SPLIT = "split"


class Approach(StrEnum):
    """How a draft answers; chosen by policy."""

    ARGUE = "argue"
    APOLOGISE_AND_FIX = "apologise_and_fix"
    REFUSE_POSITIVELY = "refuse_positively"
    THANK = "thank"
    ANSWER = "answer"
    ASK_IN_PRIVATE = "ask_in_private"
    WARN = "warn"  # asks to stop; once posted it counts as a warning


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
    BAN = "ban"  # asks people for a ban; never bans
    REPORT = "report"  # asks people to report it to the platform


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


class StatementState(StrEnum):
    """Life of an incident's statement."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETIRED = "retired"


class SlaState(StrEnum):
    """First-reply clock; starts at publication."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"


class ClockKind(StrEnum):
    """Which term of a zone a clock counts."""

    FIRST_REPLY = "first_reply"  # from publication to our first public reply
    NEXT_REPLY = "next_reply"  # the author wrote again after it
    RESOLUTION = "resolution"  # until the case is closed


class ClockState(StrEnum):
    """Life of a clock; only `RUNNING` has a moment at which it runs out."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    VOID = "void"  # needs no reply of ours any more


class PromiseState(StrEnum):
    """A promise is a debt."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"  # the reply that made it never went out


class PostingMode(StrEnum):
    """Dry-run is the default until an admin switches posting on; `STOPPED` holds everything."""

    DRY_RUN = "dry_run"
    LIVE = "live"
    STOPPED = "stopped"
