"""Triggers on drafts, leases, links between accounts and statements; added to `guards`.

Together with those: nothing is approved, queued or sent that rests on a fact out of date, a
statement taken back, a closed thread or a person who may not approve any more.
"""

from otklik.migrations.guards import Guard

# from -> to; everything else is refused
DRAFT_TRANSITIONS = {
    "proposed": ("approved", "rejected", "expired", "superseded", "offered"),
    "offered": ("proposed", "rejected", "expired", "superseded"),
    "approved": ("expired", "superseded"),
}
_ALLOWED = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}')"
    for old, news in DRAFT_TRANSITIONS.items()
    for new in news
)

_APPROVED = """(
    SELECT count(*) FROM approval AS a JOIN person AS p ON p.id = a.person_id
    WHERE a.draft_id = NEW.id AND a.mention_id = NEW.mention_id
      AND a.mention_version = NEW.mention_version AND a.text_digest = NEW.text_digest
      AND p.is_active AND p.role IN ('approver', 'lead', 'admin')
      AND (NEW.approvals_needed < 2 OR NEW.editor_id IS NULL OR NEW.editor_id <> a.person_id)
)"""

# a fact ends at an aware ISO time; a draft names its facts by digest
_EXPIRED = {
    "sqlite": """EXISTS (
        SELECT 1 FROM json_each(d.facts) AS used
        JOIN fact AS f ON f.digest = json_extract(used.value, '$.digest')
        WHERE julianday(json_extract(f.value, '$.valid_until')) <= julianday({at})
    )""",
    "postgresql": """EXISTS (
        SELECT 1 FROM jsonb_array_elements(d.facts) AS used
        JOIN fact AS f ON f.digest = used ->> 'digest'
        WHERE (f.value ->> 'valid_until')::timestamptz <= {at}
    )""",
}


# a wording that was changed or taken out since it was cited
_ENDED = {
    "sqlite": """EXISTS (
        SELECT 1 FROM json_each(d.facts) AS used
        JOIN fact_end AS e ON e.brand_id = d.brand_id
            AND e.digest = json_extract(used.value, '$.digest')
        WHERE julianday(e.ended_at) <= julianday({at})
    )""",
    "postgresql": """EXISTS (
        SELECT 1 FROM jsonb_array_elements(d.facts) AS used
        JOIN fact_end AS e ON e.brand_id = d.brand_id AND e.digest = used ->> 'digest'
        WHERE e.ended_at <= {at}
    )""",
}


def _holds(dialect: str, draft: str, at: str, *, ends: bool) -> str:
    """Does all still hold that the draft of this id rests on?"""
    over = f"AND NOT {_ENDED[dialect].format(at=at)}" if ends else ""
    return f"""EXISTS (
        SELECT 1 FROM draft AS d JOIN mention AS m ON m.id = d.mention_id
        JOIN thread AS t ON t.id = m.thread_id
        WHERE d.id = {draft} AND NOT t.is_closed AND m.cannot_answer = ''
          AND (d.statement_id IS NULL OR EXISTS (
              SELECT 1 FROM statement AS s WHERE s.id = d.statement_id AND s.state = 'approved'))
          AND NOT {_EXPIRED[dialect].format(at=at)} {over}
    )"""  # noqa: S608 — our own words only


def resting_guards(dialect: str, *, ends: bool) -> tuple[Guard, ...]:
    """Nothing is approved, queued or sent that rests on what is over.

    Args:
        ends: `fact_end` is there (revision 0022): changed wordings are over, too.
    """
    over = "a fact, the statement or the thread this text rests on is over"
    approved = _holds(dialect, "NEW.draft_id", "NEW.created_at", ends=ends)
    queued = _holds(dialect, "NEW.draft_id", "NEW.queued_at", ends=ends)
    sent = _holds(dialect, "NEW.draft_id", "NEW.sending_at", ends=ends)
    is_sent = "NEW.state IN ('sending', 'rehearsed') AND OLD.state <> NEW.state"
    return (
        Guard("approval", "INSERT", "rests_on_what_holds", f"NOT {approved}", over),
        Guard("reply", "INSERT", "rests_on_what_holds", f"NOT {queued}", over),
        Guard("reply", "UPDATE", "rests_on_what_holds", f"{is_sent} AND NOT {sent}", over),
    )


def work_guards(dialect: str) -> tuple[Guard, ...]:
    """The rules, in the words of one database."""
    return (
        *resting_guards(dialect, ends=False),
        Guard(
            "approval",
            "INSERT",
            "is_somebody_elses",
            "EXISTS (SELECT 1 FROM draft AS d WHERE d.id = NEW.draft_id "
            "AND d.approvals_needed > 1 AND d.editor_id = NEW.person_id)",
            "two people must approve this text, and neither of them wrote it",
        ),
        *_DRAFTS,
        *_OTHERS,
    )


_DRAFTS = (
    Guard(
        "draft",
        "INSERT",
        "starts_open",
        "NEW.state NOT IN ('proposed', 'offered') OR NEW.approvals_needed < 1",
        "a draft starts as proposed or offered, and one approval is the least",
    ),
    Guard(
        "draft",
        "INSERT",
        "is_offered_beside_another",
        "NEW.state = 'offered' AND NOT EXISTS (SELECT 1 FROM draft AS d "
        "WHERE d.mention_id = NEW.mention_id AND d.mention_version = NEW.mention_version "
        "AND d.state = 'proposed')",
        "a draft is offered beside a proposed one",
    ),
    Guard(
        "draft",
        "UPDATE",
        "moves_forward",
        f"NEW.state <> OLD.state AND NOT ({_ALLOWED})",
        "a draft does not move this way",
    ),
    Guard(
        "draft",
        "UPDATE",
        "is_approved_by_enough",
        "NEW.state = 'approved' AND OLD.state <> 'approved' "
        f"AND {_APPROVED} < NEW.approvals_needed",
        "this draft has not been approved by enough people",
    ),
    Guard(
        "draft",
        "UPDATE",
        "keeps_what_it_rests_on",
        "NEW.facts <> OLD.facts OR NEW.decision_id <> OLD.decision_id "
        "OR coalesce(NEW.statement_id, 0) <> coalesce(OLD.statement_id, 0)",
        "what a draft rests on never changes",
    ),
)

_OTHERS = (
    Guard(
        "case",
        "UPDATE",
        "is_leased_by_somebody",
        "(NEW.leased_by_id IS NULL) <> (NEW.lease_until IS NULL)",
        "a lease has a holder and an end",
    ),
    Guard(
        "author_link",
        "INSERT",
        "is_a_pair",
        "NEW.first_id >= NEW.second_id",
        "a link joins two accounts, the one known longer first",
    ),
    Guard(
        "author_link",
        "UPDATE",
        "is_decided_by_somebody",
        "NEW.first_id <> OLD.first_id OR NEW.second_id <> OLD.second_id "
        "OR (NEW.state <> 'suggested' AND NEW.decided_by_id IS NULL)",
        "a link is decided by a person, and its accounts never change",
    ),
    Guard(
        "statement",
        "UPDATE",
        "keeps_its_text",
        "(OLD.state <> 'proposed' AND (NEW.text <> OLD.text "
        "OR NEW.text_digest <> OLD.text_digest OR NEW.language <> OLD.language "
        "OR NEW.incident_id <> OLD.incident_id)) "
        "OR (OLD.state = 'retired' AND NEW.state <> 'retired')",
        "a statement once approved keeps its text, and a retired one stays so",
    ),
)

_ENDING = "NEW.state IN ('approved', 'rejected', 'expired') AND OLD.state = 'proposed'"
_END = (
    "UPDATE draft SET state = 'superseded' WHERE mention_id = NEW.mention_id AND state = 'offered'"
)


def create_consequences(dialect: str) -> list[str]:
    """SQL by which what was offered ends together with the proposed draft, whoever ended it."""
    name = "draft_ends_what_was_offered"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name} AFTER UPDATE OF state ON draft WHEN {_ENDING} BEGIN {_END}; END"
        ]
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $end$ BEGIN "
        f"{_END}; RETURN NULL; END $end$",
        f"CREATE TRIGGER {name} AFTER UPDATE OF state ON draft FOR EACH ROW WHEN ({_ENDING}) "
        f"EXECUTE FUNCTION {name}()",
    ]


def drop_consequences(dialect: str) -> list[str]:
    """SQL that removes it."""
    name = "draft_ends_what_was_offered"
    if dialect == "sqlite":
        return [f"DROP TRIGGER {name}"]
    return [f"DROP TRIGGER {name} ON draft", f"DROP FUNCTION {name}()"]
