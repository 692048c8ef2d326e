"""A policy's rules as people would say them: conditions, effects, sections, changes."""

from collections.abc import Iterable
from datetime import timedelta

from dashboard import words
from dashboard.i18n import N_, _
from dashboard.plain import Html, fill, join, one_line, plain
from otklik.enums import EffectKind
from responder.policy.conditions import AllOf, AnyOf, Compares, Condition, Leaf, Names, Not, OneOf
from responder.policy.values import Effect, Rule

FACTS = {
    "stance": N_("Who speaks"),
    "claim": N_("Case"),
    "abuse": N_("Abuse"),
    "topic": N_("Topic"),
    "language": N_("Language"),
    "urgency": N_("Urgency"),
    "rating": N_("Stars given"),
    "reach": N_("Followers of the author"),
    "confidence": N_("How sure the model is"),
    "relevance": N_("How surely it is about us"),
    "author_mentions": N_("Earlier comments of the author"),
    "author_answered": N_("Comments of the author we answered"),
    "author_warnings": N_("Requests to stop the author has had"),
    "author_insults": N_("Insults at our people by the author"),
    "author_threats": N_("Threats at our people by the author"),
    "author_violation_days": N_("Days with abuse of the author"),
    "author_hidden": N_("Hidden comments of the author"),
    "author_labels": N_("What staff called the author’s comments"),
    "thread_replies": N_("Other comments in the thread"),
    "incident_kind": N_("The wave it belongs to"),
    "incident_state": N_("How far the wave is"),
    "incident_size": N_("People in the wave"),
    "minutes_waiting": N_("Waits for (minutes)"),
    "platform": N_("Platform"),
    "source": N_("Source"),
    "zone": N_("Team of the comment"),
    "about": N_("What of ours it names"),
    "entity": N_("Which thing of ours"),
    "open_zones": N_("Teams that work now"),
}
FLAGS = {
    "abstained.true": N_("the model is not sure"),
    "abstained.false": N_("the model is sure"),
    "thread_closed.true": N_("nobody can reply there"),
    "thread_closed.false": N_("a reply is possible there"),
    "has_text.true": N_("there are words"),
    "has_text.false": N_("there are no words"),
    "has_media.true": N_("there are pictures or files"),
    "has_media.false": N_("there are no pictures"),
    "has_statement.true": N_("the wave has an approved statement"),
    "has_statement.false": N_("the wave has no statement yet"),
    "is_reply_to_us.true": N_("it answers a reply of ours"),
    "is_reply_to_us.false": N_("it does not answer us"),
    "is_repeat_contact.true": N_("the author writes again within 30 days"),
    "is_repeat_contact.false": N_("the author has not written lately"),
    "working_hours.true": N_("the team works now"),
    "working_hours.false": N_("the team does not work now"),
}
_SIGNS = {
    ">=": N_("at least {n}"),
    "<=": N_("at most {n}"),
    ">": N_("more than {n}"),
    "<": N_("less than {n}"),
    "==": N_("exactly {n}"),
    "!=": N_("not {n}"),
}
_PARTS = {
    "urgency_parts": N_("Signs of “{what}”"),
    "claim_proba": N_("Chance of “{what}”"),
    "abuse_proba": N_("Chance of “{what}”"),
}
_VALUES = {
    "incident_kind.none": N_("no wave"),
    "incident_kind.fault": N_("something is wrong with us"),
    "incident_kind.attack": N_("an attack"),
    "incident_state.none": N_("no wave"),
    "incident_state.suspected": N_("suspected"),
    "incident_state.open": N_("open and unsolved"),
    "incident_state.in_work": N_("in work"),
    "incident_state.solved": N_("solved"),
    "incident_state.reopened": N_("open again"),
    "incident_state.dismissed": N_("dismissed"),
    "about.none": N_("nothing of ours"),
    "language.ru": N_("Russian"),
    "language.en": N_("English"),
    "language.other": N_("another language"),
    "abuse_proba.any": N_("any abuse"),
    "abuse_proba.obscenity": N_("obscenity"),
    "abuse_proba.group_hate": N_("hatred of a group"),
}
_KIND_OF = {"about": "entity", "urgency_parts": "part", "claim_proba": "claim"} | {
    "abuse_proba": "abuse"
}
EFFECTS = {
    EffectKind.DRAFT: N_("a draft: {what}"),
    EffectKind.HOLD: N_("a person looks: {what}"),
    EffectKind.IGNORE: N_("no answer: {what}"),
    EffectKind.ROUTE: N_("goes to the team “{what}”"),
    EffectKind.ESCALATE: N_("is told: {what}"),
    EffectKind.ALERT: N_("an alert at once: {what}"),
    EffectKind.SLA: N_("first reply due after: {what}"),
    EffectKind.HIDE: N_("people decide on hiding it: {what}"),
    EffectKind.BAN: N_("two people decide on a ban: {what}"),
    EffectKind.REPORT: N_("people decide on reporting it: {what}"),
    EffectKind.SECOND_APPROVAL: N_("two people approve: {what}"),
}


def condition(found: AllOf) -> Html:
    """What must hold together, one line each."""
    if not found.parts:
        return fill("<em>{text}</em>", text=_("everything no rule above has taken"))
    return _items(found.parts)


def _items(parts: Iterable[Condition]) -> Html:
    return fill(
        '<ul class="ot-when">{items}</ul>',
        items=join(fill("<li>{part}</li>", part=_part(part)) for part in parts),
    )


def _part(part: Condition) -> Html:
    if isinstance(part, AllOf) and len(part.parts) == 1:
        return _part(part.parts[0])
    if isinstance(part, AllOf | AnyOf):
        title = _("all of these:") if isinstance(part, AllOf) else _("at least one of these:")
        return fill("<i>{title}</i>{items}", title=title, items=_items(part.parts))
    if isinstance(part, Not):
        return fill("<i>{title}</i>{items}", title=_("not so:"), items=_items([part.part]))
    return one_line(leaf(part), shown=400) if isinstance(part, Leaf) else one_line(part.shown())


def leaf(part: Leaf) -> str:
    """One condition as plain text."""
    if isinstance(part, Compares):
        return _compared(part)
    values = part.values if isinstance(part, OneOf | Names) else ()
    if len(values) == 1 and isinstance(values[0], bool):
        known = FLAGS.get(f"{part.key}.{str(values[0]).lower()}")
        return _(known) if known else part.shown()
    return f"{fact(part.key)}: {_(' or ').join(value(part.key, one) for one in values)}"


def fact(key: str) -> str:
    """What a condition looks at; one without a name as it is written."""
    return _(FACTS[key]) if key in FACTS else key


def value(key: str, word: object) -> str:
    """A word of a condition."""
    known = _VALUES.get(f"{key}.{word}")
    if known:
        return _(known)
    if key == "author_labels":
        kind = "stance" if f"stance.{word}" in words.NAMES else "abuse"
        return words.name(kind, word).lower()
    named = words.NAMES.get(f"{_KIND_OF.get(key, key)}.{word}")
    return _(named).lower() if named else str(word)


def _compared(part: Compares) -> str:
    bound = f"{part.bound:g}"
    if part.key == "urgency" and part.bound == int(part.bound):
        bound = _("“{what}”").format(what=words.name("urgency", int(part.bound)))
    if part.part or part.key in ("confidence", "relevance"):
        bound = f"{part.bound:.0%}"
    said = _(_SIGNS[part.sign]).format(n=bound)
    if not part.part:
        return f"{fact(part.key)}: {said}"
    return f"{_(_PARTS[part.key]).format(what=value(part.key, part.part))}: {said}"


def effect(one: Effect) -> str:
    """What follows, as plain text."""
    what = one.reason or one.zone or one.to
    if one.approach is not None:
        what = words.name("approach", one.approach)
    if one.minutes is not None:
        what = words.lasting(timedelta(minutes=one.minutes))
    return _(EFFECTS[one.kind]).format(what=what).removesuffix(": ")


def effects(found: Iterable[Effect]) -> Html:
    """What follows, one line each; what decides the outcome comes first."""
    outcomes = (EffectKind.DRAFT, EffectKind.HOLD, EffectKind.IGNORE)
    ordered = sorted(found, key=lambda one: one.kind not in outcomes)
    return fill(
        '<ul class="ot-then">{items}</ul>',
        items=join(
            fill(
                '<li class="ot-e-{kind}">{said}</li>',
                kind=one.kind,
                said=one_line(effect(one), shown=300),
            )
            for one in ordered
        ),
    )


def rule(found: Rule, number: int, count: str = "") -> Html:
    """One rule: why, when, then; `count` says how often it decided lately."""
    return fill(
        '<article class="ot-rule" id="rule-{id}"><header><span class="ot-rule-number">{number}'
        '</span><div>{why}<span class="ot-fine"><code>{id}</code> {count}</span></div></header>'
        "<div><h5>{when_title}</h5>{when}</div><div><h5>{then_title}</h5>{then}</div></article>",
        id=found.id,
        number=number,
        why=fill("<b>{text}</b> ", text=plain(found.why, shown=600)),
        count=count,
        when_title=_("If it is so"),
        when=condition(found.when),
        then_title=_("it follows"),
        then=effects(found.then),
    )


def effect_name(said: str) -> str:
    """An effect as a tally counts it (``draft argue``, ``route delivery``) in words."""
    kind, _space, rest = said.partition(" ")
    what = words.name("approach", rest) if kind == EffectKind.DRAFT else rest
    return _(EFFECTS[EffectKind(kind)]).format(what=what).removesuffix(": ")
