"""Triggers on promises and on the replies that report on them; added to `guards`.

A report on a promise is a second public text under the same comment. It exists only for a
promise made to that comment and never taken back, once for each, and only after the reply that
made the promise stands in public.
"""

from otklik.migrations.guards import Guard

# from -> to; everything else is refused
PROMISE_TRANSITIONS = {"open": ("kept", "broken", "void"), "broken": ("kept",)}
_ALLOWED = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}')"
    for old, news in PROMISE_TRANSITIONS.items()
    for new in news
)
_MOVED = "coalesce(NEW.follows_up_id, 0) <> coalesce(OLD.follows_up_id, 0)"

PROMISE_GUARDS = (
    Guard(
        "draft",
        "INSERT",
        "reports_on_a_promise_made_here",
        "NEW.follows_up_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM promise AS p "
        "WHERE p.id = NEW.follows_up_id AND p.mention_id = NEW.mention_id AND p.state <> 'void')",
        "no promise to report on was made to this comment",
    ),
    Guard(
        "draft",
        "UPDATE",
        "keeps_its_promise",
        _MOVED,
        "what a draft reports on never changes",
    ),
    Guard(
        "reply",
        "INSERT",
        "reports_on_what_its_draft_does",
        "NOT EXISTS (SELECT 1 FROM draft AS d WHERE d.id = NEW.draft_id "
        "AND coalesce(d.follows_up_id, 0) = coalesce(NEW.follows_up_id, 0))",
        "a reply reports on the promise its draft reports on",
    ),
    Guard(
        "reply",
        "INSERT",
        "reports_after_its_promise",
        "NEW.follows_up_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM promise AS p "
        "LEFT JOIN reply AS r ON r.id = p.reply_id "
        "WHERE p.id = NEW.follows_up_id AND p.mention_id = NEW.mention_id AND p.state <> 'void' "
        "AND (p.reply_id IS NULL OR r.state = 'posted'))",
        "a promise is reported on after the reply that made it stands in public",
    ),
    Guard("reply", "UPDATE", "keeps_its_promise", _MOVED, "what a reply reports on never changes"),
    Guard(
        "promise",
        "INSERT",
        "starts_open",
        "NEW.state <> 'open' OR NEW.kept_by_reply_id IS NOT NULL",
        "a promise starts as open",
    ),
    Guard(
        "promise",
        "UPDATE",
        "moves_forward",
        f"NEW.state <> OLD.state AND (NEW.closed_at IS NULL OR NOT ({_ALLOWED}))",
        "a promise does not move this way",
    ),
    Guard(
        "promise",
        "UPDATE",
        "keeps_its_words",
        "NEW.text <> OLD.text OR NEW.mention_id <> OLD.mention_id "
        "OR coalesce(NEW.reply_id, 0) <> coalesce(OLD.reply_id, 0) "
        "OR NEW.created_at <> OLD.created_at",
        "what was promised never changes",
    ),
    Guard(
        "promise",
        "UPDATE",
        "is_postponed_while_open",
        "NEW.due_at <> OLD.due_at AND (OLD.state <> 'open' OR NEW.first_due_at IS NULL "
        "OR NEW.postponements <> OLD.postponements + 1)",
        "only an open promise is postponed, and each time counts",
    ),
    Guard(
        "promise",
        "UPDATE",
        "is_kept_by_its_own_reply",
        "NEW.kept_by_reply_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reply AS r "
        "WHERE r.id = NEW.kept_by_reply_id AND r.follows_up_id = NEW.id)",
        "a promise is kept in public by the reply that reports on it",
    ),
    Guard("promise", "DELETE", "stays", "1 = 1", "a promise is never deleted"),
)
