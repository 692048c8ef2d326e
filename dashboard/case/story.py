"""One person, one story: what the author wrote before, what we answered, what we owe them."""

from datetime import datetime

from dashboard import chips, data, frame, words
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, join, one_line, plain, show, veil
from otklik.enums import DraftState, PromiseState
from otklik.models import Author, DraftRow, Mention, MentionVersion, Promise
from otklik.store.cases import AnsweredElsewhere
from otklik.store.past import Past, PastLine

_PROMISED = {
    PromiseState.OPEN: N_("promised"),
    PromiseState.KEPT: N_("promise kept"),
    PromiseState.BROKEN: N_("promise broken"),
    PromiseState.VOID: N_("promise never published"),
}
_LIVE = (DraftState.PROPOSED, DraftState.OFFERED, DraftState.SUPERSEDED)


def hint(found: AnsweredElsewhere | None) -> None:
    """Reply once, refer elsewhere: said above the box, before anybody writes."""
    if found is None:
        return
    text = (
        _("This person was answered on {platform}, case {number}: refer to it, do not repeat it.")
        if found.is_out
        else _("A reply to this person waits on {platform}, case {number}: do not write twice.")
    ).format(platform=found.platform, number=found.mention_id)
    show(
        fill(
            '<div class="ot-notice ot-notice-done ot-elsewhere"><b>{text}</b>{reply}</div>',
            text=text,
            reply=plain(found.text, shown=240),
        )
    )


def pane(case: data.CaseFile, past: Past, at: datetime, *, erases: bool = False) -> Html:
    """The person: how much they wrote, what we owe them, what they wrote and were answered."""
    before = past.total
    return fill(
        '<section class="ot-pane" tabindex="0" aria-label="{title}"><h3>{title}</h3>'
        "{sums}{promises}{lines}{rest}{versions}{drafts}{erase}</section>",
        title=ngettext("The author: {n} comment before", "The author: {n} comments before", before),
        sums=_sums(past),
        promises=join(_promise(one, at) for one in past.promises),
        lines=join(_line(one, case.mention, at) for one in past.lines),
        rest=_rest(before - len(past.lines)),
        versions=join(_version(one, at) for one in case.versions[:-1][::-1]),
        drafts=join(_draft(one, at) for one in case.drafts[::-1] if one.state not in _LIVE),
        erase=_erase(case.author) if erases else "",
    )


def _erase(author: Author | None) -> Html:
    if author is None or author.is_ours or author.erased_at is not None:
        return Html("")
    return fill(
        '<p class="ot-fine"><a href="/system?author={id}" target="_self">{text}</a></p>',
        id=author.id,
        text=_("Erase this person's data…"),
    )


def _sums(past: Past) -> Html:
    facts = []
    if past.haters:
        text = ngettext("{n} as a hater", "{n} as a hater", past.haters)
        facts.append(fill('<span class="ot-chip ot-s-hater">{text}</span>', text=text))
    if past.accounts > 1:
        text = ngettext("{n} account", "{n} accounts", past.accounts)
        facts.append(fill('<span class="ot-chip">{text}</span>', text=text))
    last = {one.field: one.value for one in reversed(past.labels)}
    facts += [
        fill(
            '<span class="ot-chip">{text}: {value}</span>',
            text=words.name("field", name),
            value=words.name(name, value),
        )
        for name, value in last.items()
    ]
    if not facts:
        text = "" if past.total else _("We have heard nothing from this person before.")
        return fill('<p class="ot-fine">{text}</p>', text=text) if text else Html("")
    return fill('<p class="ot-known">{facts}</p>', facts=join(facts, " "))


def _promise(promise: Promise, at: datetime) -> Html:
    is_late = promise.state is PromiseState.OPEN and promise.due_at <= at
    return fill(
        '<div class="ot-line ot-line-owed {late}"><span class="ot-fine">{state} · {due}</span>'
        "<div>{text}</div></div>",
        late="ot-line-late" if is_late else "",
        state=_("promise overdue") if is_late else _(_PROMISED[promise.state]),
        due=_("by {time}").format(time=words.moment(promise.due_at, now=at)),
        text=plain(promise.text, shown=240),
    )


def _line(line: PastLine, here: Mention, at: datetime) -> Html:
    return fill(
        '<div class="ot-line"><span class="ot-fine">№ {number} · {platform} · {when} · {state}'
        "{same}</span><div>{text}</div>{answer}</div>",
        number=line.mention_id,
        platform=line.platform,
        when=words.moment(line.at, now=at),
        state=words.name("state", line.state),
        same=" · " + _("the same case") if line.case_id and line.case_id == here.case_id else "",
        text=plain(line.text, veil(line.text) if frame.is_veiled() else [], shown=300)
        if line.text.strip()
        else chips.wordless(None, ()),
        answer=_answer(line),
    )


def _answer(line: PastLine) -> Html:
    if not line.answer:
        return Html("")
    return fill(
        '<div class="ot-line ot-line-ours ot-line-answer"><span class="ot-fine">{who}</span>'
        "<div>{text}</div></div>",
        who=_("published by hand") if line.is_by_hand else _("we"),
        text=plain(line.answer, shown=300),
    )


def _rest(left: int) -> Html:
    if left <= 0:
        return Html("")
    text = ngettext("… and {n} earlier comment", "… and {n} earlier comments", left)
    return fill('<p class="ot-fine">{text}</p>', text=text)


def _version(version: MentionVersion, at: datetime) -> Html:
    return fill(
        '<div class="ot-line"><span class="ot-fine">{when} · {what}</span>{text}</div>',
        when=words.moment(version.seen_at, now=at),
        what=_("the comment, version {number}").format(number=version.version),
        text=plain(version.text, shown=600),
    )


def _draft(draft: DraftRow, at: datetime) -> Html:
    return fill(
        '<div class="ot-line"><span class="ot-fine">{when} · {what} {reason}</span>{text}</div>',
        when=words.moment(draft.created_at, now=at),
        what=_("draft") + ": " + words.name("draft", draft.state),
        reason=one_line(_(draft.reject_reason), shown=300),
        text=plain(draft.text, shown=600),
    )
