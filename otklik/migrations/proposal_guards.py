"""Triggers on proposals: what is proposed never changes, and moves only so."""

from otklik.migrations.guards import Guard

# from -> to; everything else is refused
PROPOSAL_TRANSITIONS = {"proposed": ("active", "rejected"), "active": ("retired",)}
_ALLOWED = " OR ".join(
    f"(OLD.state = '{old}' AND NEW.state = '{new}')"
    for old, news in PROPOSAL_TRANSITIONS.items()
    for new in news
)
_WRITTEN = ("brand_id", "kind", "subject", "version", "text", "digest", "base_digest", "note")
_CHANGED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in (*_WRITTEN, "author_id"))

PROPOSAL_GUARDS = (
    Guard(
        "proposal",
        "INSERT",
        "starts_proposed",
        "NEW.state <> 'proposed' OR NEW.decided_by_id IS NOT NULL",
        "a proposal starts as proposed",
    ),
    Guard(
        "proposal",
        "UPDATE",
        "moves_as_allowed",
        f"NEW.state <> OLD.state AND NOT ({_ALLOWED})",
        "a proposal cannot go from that state to this one",
    ),
    Guard("proposal", "UPDATE", "keeps_its_text", _CHANGED, "what was proposed never changes"),
)

_SOMEBODY_ELSE = (
    "EXISTS (SELECT 1 FROM person AS p WHERE p.brand_id = NEW.brand_id AND p.is_active "
    "AND p.role IN ('lead', 'admin') AND p.id <> NEW.author_id)"
)

# a desk with one lead works, too; where there are two, nobody is alone
ALONE_GUARDS = (
    Guard(
        "proposal",
        "UPDATE",
        "is_alone_where_nobody_else_is",
        f"NEW.is_alone AND OLD.state = 'proposed' AND {_SOMEBODY_ELSE}",
        "somebody else can bring it into force: its author may not",
    ),
    Guard(
        "proposal",
        "UPDATE",
        "keeps_who_was_alone",
        "OLD.state <> 'proposed' AND NEW.is_alone <> OLD.is_alone",
        "who decided, and that they were alone, never changes",
    ),
)
