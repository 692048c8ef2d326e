"""The policy in the shadow, and the diary of silence."""

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, one_line, plain, show
from dashboard.policy import reading, tally
from dashboard.policy.reading import Beside, Standing
from otklik.clock import now
from otklik.store.decisions import Silence
from responder.policy.comparing import Tally, Told


def _days(key: str, first: int) -> int:
    chosen: int = st.segmented_control(
        _("How many days back"),
        reading.DAYS,
        default=first,
        required=True,
        key=key,
        format_func=lambda n: ngettext("{n} day", "{n} days", n),
        label_visibility="collapsed",
    )
    return chosen


def shadow(standing: Standing) -> None:
    """What the policy in the shadow would have done with the comments that came."""
    found = reading.beside(_days("policy-shadow-days", 7), now())
    if found.row is None:
        show(
            fill(
                '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
                title=_("Nothing decides in the shadow"),
                text=_(
                    "Put a proposal into the shadow under “Proposals”: it decides beside the "
                    "policy in force on every new comment, and nothing follows from it."
                ),
            )
        )
        return
    show(_about(found))
    counted = Tally(keep=3)
    for pair in found.pairs:
        live = Told(pair.rule_id, pair.effects)
        counted.add(pair.mention_id, live, Told(pair.shadow_rule_id, pair.shadow_effects))
    whys = tally.reasons_of(standing.policy, reading.check(found.row.text).policy)
    tally.draw(counted.as_json(), "shadow", whys, is_veiled=frame.is_veiled())


def _about(found: Beside) -> Html:
    row = found.row
    assert row is not None  # noqa: S101 - asked by the caller
    state = _("decides in the shadow now") if found.shadowed else _("decided in the shadow last")
    more = ""
    if len(found.pairs) >= reading.MOST_PAIRS:
        more = _("The newest {n} comments.").format(n=reading.MOST_PAIRS)
    return fill(
        '<p><b>{name}</b> <span class="ot-chip ot-u-normal">{state}</span> '
        '<span class="ot-fine">{since} {more}</span></p>',
        name=_("{name} version {version}").format(name=row.name, version=row.version),
        state=state,
        since=_("kept since {at}").format(at=words.moment(row.loaded_at, now=now())),
        more=more,
    )


def silences() -> None:
    """What was left unanswered, by which rule, for what reason, how often."""
    days = _days("policy-silence-days", 30)
    found = reading.silences(days, now())
    text = _("Read it every week: a critic in it is the dearest mistake there is.")
    show(fill('<p class="ot-fine">{text}</p>', text=text))
    if not found:
        show(
            fill(
                '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
                title=_("Nothing was left unanswered"),
                text=_("Every silence gathers here with its rule and its reason."),
            )
        )
        return
    known = reading.comments([one for silence in found for one in silence.examples])
    for number, silence in enumerate(found):
        with st.container(key=f"ot-silence-{number}", border=True):
            show(_silence(silence))
            for mention_id in silence.examples:
                if mention_id in known:
                    key = f"silence-{number}"
                    tally.example(known[mention_id], key, is_veiled=frame.is_veiled())


def _silence(one: Silence) -> Html:
    reason = one.reason or _("The rule wanted an answer; a person decided against it.")
    return fill(
        '<p class="ot-change"><b>{count}</b> <code>{rule}</code> <span class="ot-fine">{version}'
        '</span></p><p>{reason}</p><p class="ot-fine">{why}</p>',
        count=f"{one.count} ×",
        rule=one.rule_id,
        version=_("version {n}").format(n=one.policy_version),
        reason=one_line(reason, shown=300),
        why=plain(one.why, shown=300),
    )
