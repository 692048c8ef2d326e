"""What the audit log tells besides: names and values in words, times as the desk's clock shows."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from dashboard import words
from dashboard.i18n import N_, _
from dashboard.system import action_words
from otklik.audit import canonical

NAMES: dict[str, str] = {
    "account": N_("account"),
    "act": N_("measure"),
    "action": N_("what was done"),
    "again": N_("anew"),
    "answer": N_("answer"),
    "approvals": N_("approvals"),
    "at": N_("when"),
    "attempt": N_("attempt"),
    "attempts": N_("attempts"),
    "author": N_("commenter"),
    "authors": N_("commenters"),
    "base_digest": N_("digest before"),
    "batch": N_("batch"),
    "before": N_("earlier value"),
    "browsers": N_("browsers"),
    "by": N_("by"),
    "case": N_("case"),
    "channel": N_("channel"),
    "content_digest": N_("digest of the comment"),
    "decision": N_("decision"),
    "department": N_("department"),
    "digest": N_("digest"),
    "done": N_("done"),
    "draft": N_("text"),
    "drafted_anew": N_("drafted anew"),
    "due_at": N_("due"),
    "error": N_("fault"),
    "event": N_("event"),
    "evidence": N_("grounds"),
    "external_id": N_("number on the site"),
    "fact": N_("fact"),
    "facts": N_("facts"),
    "field": N_("field"),
    "file": N_("file"),
    "from_digest": N_("digest before"),
    "from_draft": N_("out of the text"),
    "ground": N_("ground"),
    "groups": N_("groups"),
    "holder": N_("held by"),
    "how": N_("how"),
    "in_force": N_("in force"),
    "incident": N_("incident"),
    "instead_of": N_("instead of"),
    "keys": N_("settings"),
    "kind": N_("kind"),
    "language": N_("language"),
    "lessons": N_("lessons"),
    "login": N_("login"),
    "mention": N_("comment"),
    "mention_version": N_("version of the comment"),
    "mentions": N_("comments"),
    "mode": N_("mode"),
    "name": N_("name"),
    "note": N_("note"),
    "offered": N_("offered"),
    "other": N_("the other one"),
    "owner_before": N_("owner before"),
    "people": N_("people"),
    "platform": N_("platform"),
    "power": N_("power"),
    "promise": N_("promise"),
    "promises": N_("promises"),
    "proposal": N_("proposal"),
    "reason": N_("reason"),
    "remarks": N_("remarks"),
    "replies": N_("our replies"),
    "reply": N_("reply"),
    "role": N_("role"),
    "role_before": N_("role before"),
    "seen": N_("seen"),
    "since": N_("since"),
    "state": N_("state"),
    "state_before": N_("state before"),
    "statement": N_("statement"),
    "step": N_("step"),
    "subject": N_("account of the provider"),
    "sum": N_("sum"),
    "text": N_("text"),
    "text_digest": N_("digest of the text"),
    "to": N_("sent to"),
    "together": N_("together"),
    "undo_until": N_("can be taken back until"),
    "until": N_("until"),
    "value": N_("value"),
    "values": N_("values"),
    "version": N_("version"),
    "via": N_("through"),
    "vouched_digest": N_("digest of what is vouched for"),
    "wanted": N_("filters"),
    "was_posted": N_("published"),
    "why": N_("why"),
    "words": N_("words"),
    "zone": N_("zone"),
    "zones": N_("zones"),
}
# vocabularies of a value by its name; of a state by the kind of subject
_VOCABULARIES = {
    "mode": ("mode",),
    "role": ("role",),
    "role_before": ("role",),
    "ground": ("ground",),
    "field": ("field",),
    "value": ("stance", "urgency", "topic", "claim", "abuse"),
    "values": ("stance", "topic", "claim", "abuse"),
    "before": ("state",),
}
_STATES = {"act": "act_state", "reply": "reply", "draft": "draft"}
_LISTED = 20
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def said(detail: Mapping[str, object], *, kind: str, at: datetime) -> str:
    """The details in one line.

    Args:
        kind: what the event is about, as `mention`.
        at: now, aware: times of today are shown without their day.
    """
    pairs = (f"{name(key)}: {_value(key, one, kind, at)}" for key, one in detail.items())
    return " · ".join(pairs)


def name(key: str) -> str:
    """What a detail is called; one nobody named reads without its underscores."""
    known = NAMES.get(key)
    return _(known) if known else key.replace("_", " ")


def short(text: str) -> str:
    """The text with its digests cut."""
    return _DIGEST.sub(lambda found: f"{found[0][:10]}…", text)


def _value(key: str, value: object, kind: str, at: datetime) -> str:
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        inner = (f"{name(str(one))} {_value(str(one), of, kind, at)}" for one, of in value.items())
        return "; ".join(inner)
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = ", ".join(_value(key, one, kind, at) for one in value[:_LISTED])
        return f"{shown}, …" if len(value) > _LISTED else shown
    text = value if isinstance(value, str) else canonical(value)
    if _MOMENT.fullmatch(text):
        return words.moment(datetime.fromisoformat(text), now=at)
    return _word(key, text, kind) or short(text)


def _word(key: str, code: str, kind: str) -> str:
    if key == "action" and code in action_words.ACTIONS:
        return action_words.action(code)
    vocabularies = (*_VOCABULARIES.get(key, ()), key)
    if key.startswith("state"):
        vocabularies = (_STATES.get(kind, kind), "state")
    for one in vocabularies:
        if f"{one}.{code}" in words.NAMES:
            return words.name(one, code)
    return ""
