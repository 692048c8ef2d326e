"""Triggers on an incident's statements; `work_guards` keeps the text of an approved one."""

from otklik.migrations.guards import Guard

# from -> to; everything else is refused
STATEMENT_TRANSITIONS = {"proposed": ("approved", "retired"), "approved": ("retired",)}
_ALLOWED = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}')"
    for old, news in STATEMENT_TRANSITIONS.items()
    for new in news
)
_MAY = "p.is_active AND p.role IN ('approver', 'lead', 'admin')"
_FIRST = f"EXISTS (SELECT 1 FROM person AS p WHERE p.id = NEW.approved_by_id AND {_MAY})"  # noqa: S608
_OTHER = f"EXISTS (SELECT 1 FROM person AS p WHERE p.id = NEW.second_by_id AND {_MAY})"  # noqa: S608
_SECOND = (
    f"{_OTHER} AND NEW.second_by_id <> NEW.approved_by_id "
    "AND coalesce(NEW.author_id, 0) NOT IN (NEW.approved_by_id, NEW.second_by_id)"
)

STATEMENT_GUARDS = (
    Guard(
        "statement",
        "INSERT",
        "starts_proposed",
        "NEW.state <> 'proposed' OR NEW.approved_by_id IS NOT NULL "
        "OR NEW.second_by_id IS NOT NULL OR NEW.approvals_needed < 1",
        "a statement starts as proposed",
    ),
    Guard(
        "statement",
        "UPDATE",
        "moves_forward",
        f"NEW.state <> OLD.state AND NOT ({_ALLOWED})",
        "a statement does not move this way",
    ),
    Guard(
        "statement",
        "UPDATE",
        "is_approved_by_enough",
        "NEW.state = 'approved' AND OLD.state <> 'approved' "
        f"AND NOT ({_FIRST} AND (NEW.approvals_needed < 2 OR ({_SECOND})))",
        "this statement has not been approved by enough people",
    ),
    Guard(
        "statement",
        "UPDATE",
        "keeps_who_said_yes",
        "NEW.text <> OLD.text OR NEW.text_digest <> OLD.text_digest "
        "OR NEW.approvals_needed <> OLD.approvals_needed "
        "OR coalesce(NEW.author_id, 0) <> coalesce(OLD.author_id, 0) "
        "OR (OLD.approved_by_id IS NOT NULL "
        "AND coalesce(NEW.approved_by_id, 0) <> OLD.approved_by_id) "
        "OR (OLD.second_by_id IS NOT NULL AND coalesce(NEW.second_by_id, 0) <> OLD.second_by_id)",
        "a statement keeps its text and who said yes to it",
    ),
    Guard("statement", "DELETE", "stays", "1 = 1", "a statement is never deleted"),
)
