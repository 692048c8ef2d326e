"""Triggers that keep acts to what people approved; written out by `otklik.migrations.guards`.

The yes of whoever asked does not count for a hiding, nor where two people are asked; a ban takes
two different people, one of them a lead. What was asked for never changes afterwards.
"""

from dataclasses import replace

from otklik.migrations.guards import Guard

_VALID = """
    a.act_id = NEW.id AND p.is_active AND p.role IN ('approver', 'lead', 'admin')
    AND (NEW.kind = 'ban' OR NEW.asked_by_id IS NULL OR NEW.asked_by_id <> a.person_id
         OR (NEW.kind <> 'hide' AND NEW.approvals_needed < 2))
"""

_ENOUGH = f"""(
    NEW.approvals_needed >= 1
    AND (SELECT count(*) FROM act_approval AS a JOIN person AS p ON p.id = a.person_id
         WHERE {_VALID}) >= NEW.approvals_needed
    AND (NEW.kind <> 'ban' OR (NEW.approvals_needed >= 2 AND EXISTS (
         SELECT 1 FROM act_approval AS a JOIN person AS p ON p.id = a.person_id
         WHERE {_VALID} AND p.role IN ('lead', 'admin'))))
)"""  # noqa: S608 — made of constants

_STANDS = """(
    NEW.kind NOT IN ('hide', 'report') OR EXISTS (
        SELECT 1 FROM mention AS m WHERE m.id = NEW.mention_id
        AND m.version = NEW.mention_version AND m.deleted_at IS NULL)
)"""

_HAS_SUBJECT = """(
    (NEW.kind IN ('hide', 'report', 'unhide') AND NEW.mention_id IS NOT NULL
        AND NEW.mention_version IS NOT NULL)
    OR (NEW.kind IN ('ban', 'unban') AND NEW.author_id IS NOT NULL)
    OR (NEW.kind IN ('withdraw', 'correct') AND NEW.reply_id IS NOT NULL)
)"""

_UNDOES_SOMETHING = """(
    NEW.kind NOT IN ('unhide', 'unban') OR EXISTS (
        SELECT 1 FROM act AS done WHERE done.id = NEW.undoes_id AND done.state = 'done'
        AND done.kind = CASE NEW.kind WHEN 'unhide' THEN 'hide' ELSE 'ban' END
        AND done.subject_key = NEW.subject_key)
)"""

_AS_MANY_AS_THE_REPLY = """(
    NEW.kind NOT IN ('withdraw', 'correct') OR EXISTS (
        SELECT 1 FROM reply AS r JOIN draft AS d ON d.id = r.draft_id
        WHERE r.id = NEW.reply_id AND NEW.approvals_needed >= d.approvals_needed)
)"""

# from -> to; everything else is refused
ACT_TRANSITIONS = {
    "asked": ("approved", "refused", "void"),
    "approved": ("doing", "rehearsed", "refused", "void"),
    "doing": ("done", "failed", "unknown", "approved"),
    "unknown": ("done", "failed"),
}
_ALLOWED = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}')"
    for old, news in ACT_TRANSITIONS.items()
    for new in news
)
_FIXED = (
    "brand_id",
    "kind",
    "subject_key",
    "mention_id",
    "mention_version",
    "author_id",
    "reply_id",
    "undoes_id",
    "decision_id",
    "reason",
    "text",
    "text_digest",
    "evidence",
    "notice",
    "until",
    "approvals_needed",
    "asked_by_id",
    "asked_at",
)
# what may be absent is compared by hand: not every SQLite knows IS DISTINCT FROM
_CHANGED = " OR ".join(
    f"NEW.{name} <> OLD.{name} OR (NEW.{name} IS NULL) <> (OLD.{name} IS NULL)" for name in _FIXED
)

ACT_GUARDS = (
    Guard(
        "act",
        "INSERT",
        "starts_asked",
        "NEW.state <> 'asked' OR NEW.approvals_needed < 1 "
        "OR (NEW.kind = 'ban' AND NEW.approvals_needed < 2)",
        "an act starts as asked, and needs people",
    ),
    Guard(
        "act",
        "INSERT",
        "has_its_subject",
        f"NOT {_HAS_SUBJECT} OR NOT {_UNDOES_SOMETHING} OR NOT {_AS_MANY_AS_THE_REPLY}",
        "an act does not fit what it is about",
    ),
    Guard(
        "act",
        "UPDATE",
        "keeps_what_was_asked",
        _CHANGED,
        "what was asked for never changes",
    ),
    Guard(
        "act",
        "UPDATE",
        "moves_forward",
        f"NEW.state <> OLD.state AND NOT ({_ALLOWED})",
        "an act does not move this way",
    ),
    Guard(
        "act",
        "UPDATE",
        "is_approved",
        "(NEW.state IN ('doing', 'rehearsed') AND NEW.state <> OLD.state "
        "OR NEW.state = 'approved' AND OLD.state = 'asked') "
        f"AND NOT {_ENOUGH}",
        "this act does not have the approvals it needs",
    ),
    Guard(
        "act",
        "UPDATE",
        "fits_what_stands_there",
        f"NEW.state IN ('doing', 'rehearsed') AND NEW.state <> OLD.state AND NOT {_STANDS}",
        "the comment is not the one this act was approved for",
    ),
    Guard("act", "DELETE", "stays", "1 = 1", "an act is never deleted"),
    Guard(
        "act_approval",
        "INSERT",
        "fits",
        """NOT EXISTS (
            SELECT 1 FROM act AS x JOIN person AS p ON p.id = NEW.person_id
            WHERE x.id = NEW.act_id AND x.state = 'asked' AND p.is_active
              AND p.role IN ('approver', 'lead', 'admin')
              AND (x.kind <> 'hide' OR x.asked_by_id IS NULL OR x.asked_by_id <> p.id)
        )""",
        "this approval does not fit the act or the person",
    ),
    Guard("act_approval", "UPDATE", "stays_as_given", "1 = 1", "an approval never changes"),
    Guard("act_approval", "DELETE", "stays", "1 = 1", "an approval is never deleted"),
    Guard(
        "appeal",
        "INSERT",
        "starts_open",
        """NEW.state <> 'open' OR NOT EXISTS (
            SELECT 1 FROM act AS x WHERE x.id = NEW.act_id AND x.state = 'done'
              AND x.kind IN ('hide', 'ban'))""",
        "an appeal is against a hiding or a ban that was done",
    ),
    Guard(
        "appeal",
        "UPDATE",
        "keeps_its_words",
        "NEW.act_id <> OLD.act_id OR NEW.text <> OLD.text OR OLD.state <> 'open'",
        "an appeal keeps its words, and is decided once",
    ),
    Guard(
        "appeal",
        "UPDATE",
        "is_decided_by_somebody_else",
        """NEW.state <> 'open' AND (NEW.decided_by_id IS NULL
            OR EXISTS (SELECT 1 FROM act_approval AS a
                WHERE a.act_id = NEW.act_id AND a.person_id = NEW.decided_by_id)
            OR EXISTS (SELECT 1 FROM act AS x
                WHERE x.id = NEW.act_id AND x.asked_by_id = NEW.decided_by_id))""",
        "an appeal is decided by somebody who had no part in the act",
    ),
    Guard("appeal", "DELETE", "stays", "1 = 1", "an appeal is never deleted"),
)

# whoever is forgotten is marked so first: from then on their words may go, and nothing else
_FORGOTTEN = """(
    NEW.text = '' AND NEW.state = OLD.state AND NEW.answer = OLD.answer
    AND coalesce(NEW.decided_by_id, 0) = coalesce(OLD.decided_by_id, 0)
    AND EXISTS (
        SELECT 1 FROM act AS x LEFT JOIN mention AS m ON m.id = x.mention_id
        JOIN author AS a ON a.id = coalesce(x.author_id, m.author_id)
        WHERE x.id = NEW.act_id AND a.erased_at IS NOT NULL)
)"""

_KEEPS_ITS_WORDS = next(one for one in ACT_GUARDS if one.name == "keeps_its_words")
OBJECTION_GUARDS = (_KEEPS_ITS_WORDS,)
ERASABLE_OBJECTION_GUARDS = (  # since revision 0023
    replace(
        _KEEPS_ITS_WORDS,
        forbidden=f"NEW.act_id <> OLD.act_id OR (NEW.text <> OLD.text OR OLD.state <> 'open') "
        f"AND NOT {_FORGOTTEN}",
    ),
)
