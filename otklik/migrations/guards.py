"""Triggers that hold promises 1, 3 and 4 in the database, not on the screen.

One table of rules, written out for SQLite and for PostgreSQL. A rule is a condition that must
*not* hold for `NEW` (and `OLD`); its message starts with ``otklik:`` so that the code above can
tell a broken promise from any other database error.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """Before `event` on `table`: refuse with `message` when `forbidden` holds."""

    table: str
    event: str  # INSERT, UPDATE or DELETE
    name: str
    forbidden: str
    message: str


_APPROVED = """(
    SELECT count(*) FROM approval AS a JOIN person AS p ON p.id = a.person_id
    WHERE a.draft_id = NEW.draft_id AND a.mention_id = NEW.mention_id
      AND a.mention_version = NEW.mention_version AND a.text_digest = NEW.text_digest
      AND p.is_active AND p.role IN ('approver', 'lead', 'admin')
      AND (d.approvals_needed < 2 OR d.editor_id IS NULL OR d.editor_id <> a.person_id)
) >= d.approvals_needed"""

_FITS = f"""EXISTS (
    SELECT 1 FROM draft AS d
    JOIN mention AS m ON m.id = d.mention_id JOIN thread AS t ON t.id = m.thread_id
    WHERE d.id = NEW.draft_id AND d.mention_id = NEW.mention_id AND d.state = 'approved'
      AND d.text = NEW.text AND d.text_digest = NEW.text_digest
      AND d.mention_version = NEW.mention_version AND m.version = NEW.mention_version
      AND m.deleted_at IS NULL AND NOT t.is_closed AND d.approvals_needed >= 1
      AND {_APPROVED}
)"""

# from -> to; everything else is refused
TRANSITIONS = {
    "queued": ("sending", "failed", "rehearsed"),
    "sending": ("posted", "failed", "unknown", "queued"),
    "unknown": ("posted", "failed"),
    "posted": ("withdrawn",),
}
_ALLOWED = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}')"
    for old, news in TRANSITIONS.items()
    for new in news
)


def _changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{name} <> OLD.{name}" for name in columns)


GUARDS = (
    Guard("reply", "INSERT", "starts_queued", "NEW.state <> 'queued'", "a reply starts as queued"),
    Guard(
        "reply",
        "INSERT",
        "is_approved",
        f"NOT {_FITS}",
        "no approval of this text for this version of the mention",
    ),
    Guard(
        "reply",
        "UPDATE",
        "is_still_approved",
        f"NEW.state IN ('sending', 'rehearsed') AND OLD.state <> NEW.state AND NOT {_FITS}",
        "the approval of this text no longer holds",
    ),
    Guard(
        "reply",
        "UPDATE",
        "keeps_its_text",
        _changed(
            "text", "text_digest", "draft_id", "mention_id", "mention_version", "idempotency_key"
        ),
        "the text of a reply never changes",
    ),
    Guard(
        "reply",
        "UPDATE",
        "moves_forward",
        f"NEW.state <> OLD.state AND NOT ({_ALLOWED})",
        "a reply does not move this way",
    ),
    Guard("reply", "DELETE", "stays", "1 = 1", "a reply is never deleted"),
    Guard(
        "approval",
        "INSERT",
        "fits",
        """NOT EXISTS (
            SELECT 1 FROM draft AS d JOIN mention AS m ON m.id = d.mention_id
            JOIN person AS p ON p.id = NEW.person_id
            WHERE d.id = NEW.draft_id AND d.mention_id = NEW.mention_id AND d.state = 'proposed'
              AND d.text_digest = NEW.text_digest AND d.mention_version = NEW.mention_version
              AND m.version = NEW.mention_version AND m.deleted_at IS NULL
              AND p.is_active AND p.role IN ('approver', 'lead', 'admin')
        )""",
        "this approval does not fit the draft, the mention or the person",
    ),
    Guard("approval", "UPDATE", "stays_as_given", "1 = 1", "an approval never changes"),
    Guard("approval", "DELETE", "stays", "1 = 1", "an approval is never deleted"),
    Guard(
        "draft",
        "UPDATE",
        "keeps_its_text",
        _changed("text", "text_digest", "mention_id", "mention_version", "approvals_needed")
        + " OR coalesce(NEW.editor_id, 0) <> coalesce(OLD.editor_id, 0)",
        "the text of a draft never changes",
    ),
    Guard("draft", "DELETE", "stays", "1 = 1", "a draft is never deleted"),
    Guard(
        "audit_event",
        "UPDATE",
        "is_append_only",
        _changed(
            "id",
            "brand_id",
            "at",
            "actor",
            "action",
            "subject_kind",
            "subject_id",
            "detail_digest",
            "previous_hash",
            "hash",
        )
        + " OR NEW.detail IS NOT NULL",
        "an audit event only ever loses its detail",
    ),
    Guard("audit_event", "DELETE", "is_append_only", "1 = 1", "an audit event is never deleted"),
)


def _name(guard: Guard) -> str:
    return f"guard_{guard.table}_{guard.event.lower()}_{guard.name}"


def create_statements(dialect: str, guards: Sequence[Guard] = GUARDS) -> list[str]:
    """SQL that installs these guards."""
    if dialect == "sqlite":
        return [_sqlite(guard) for guard in guards]
    return [sql for guard in guards for sql in _postgresql(guard)]


def _quoted(table: str) -> str:
    return f'"{table}"'  # `case` is a word of SQL


def _sqlite(guard: Guard) -> str:
    return (
        f"CREATE TRIGGER {_name(guard)} BEFORE {guard.event} ON {_quoted(guard.table)} "
        f"WHEN {guard.forbidden} BEGIN SELECT RAISE(ABORT, 'otklik: {guard.message}'); END"
    )


def _postgresql(guard: Guard) -> tuple[str, str]:
    name = _name(guard)
    back = "OLD" if guard.event == "DELETE" else "NEW"
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
        f"IF {guard.forbidden} THEN RAISE EXCEPTION 'otklik: {guard.message}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {back}; END $guard$"
    )
    trigger = (
        f"CREATE TRIGGER {name} BEFORE {guard.event} ON {_quoted(guard.table)} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return function, trigger


def drop_statements(dialect: str, guards: Sequence[Guard] = GUARDS) -> list[str]:
    """SQL that removes these guards."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER {_name(guard)}" for guard in guards]
    return [
        sql
        for guard in guards
        for sql in (
            f"DROP TRIGGER {_name(guard)} ON {_quoted(guard.table)}",
            f"DROP FUNCTION {_name(guard)}()",
        )
    ]
