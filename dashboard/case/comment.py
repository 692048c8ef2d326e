"""The left half of a case: the comment, why it is judged so, the thread, its past."""

from datetime import datetime

import streamlit as st

from dashboard import chips, data, frame, words
from dashboard.case import hiding, labelling, story, subject
from dashboard.case.surroundings import Surroundings
from dashboard.i18n import _, ngettext
from dashboard.measures import panel
from dashboard.plain import Html, Mark, fill, join, one_line, plain, show, veil, web_address
from dashboard.views import open_incident
from otklik.clock import now
from otklik.enums import Role
from otklik.models import Person
from otklik.people import may
from otklik.store.threads import ThreadLine

MEDIA_SHOWN = 2  # addresses that need no click
_MARKED = {"hostile": "hostile", "case": "case", "signal": "signal"}


def draw(case: data.CaseFile, around: Surroundings, who: Person) -> None:
    """Everything about what was said; the long lists scroll in panes of their own."""
    at = now()
    with st.container(key="ot-comment", border=True):
        show(_comment(case, at))
    with st.container(key="ot-why", border=True):
        show(_why(case))
        _incident(case)
        with st.container(key="ot-about", horizontal=True, gap="small"):
            labelling.draw(case)
            hiding.draw(case.mention)
            panel.beside_comment(case.mention)
        labelling.what_does_not_fit(case)
    with st.container(key="ot-around"):
        show(
            fill(
                '<div class="ot-around">{thread}{person}</div>',
                thread=_thread(case, at),
                person=story.pane(case, around.past, at, erases=may(who, Role.LEAD)),
            )
        )


def marks_of(case: data.CaseFile, *, is_veiled: bool) -> list[Mark]:
    """The spans of the verdict and, where wanted, the veil over obscene words."""
    reasons = case.verdict.reasons if case.verdict else ()
    found = [
        Mark(one.span.start, one.span.end, _MARKED[one.kind])
        for one in reasons
        if one.kind in _MARKED
    ]
    return found + (veil(case.mention.text) if is_veiled else [])


def _comment(case: data.CaseFile, at: datetime) -> Html:
    mention, author, thread = case.mention, case.author, case.thread
    address = web_address(mention.url) or (web_address(thread.url) if thread else None)
    link = (
        fill('<a href="{url}" target="_blank">{text}</a>', url=address, text=_("open there"))
        if address
        else Html("")
    )
    edited = (
        fill('<span class="ot-chip">{text}</span>', text=_("edited by the author"))
        if mention.edited_at or mention.version > 1
        else Html("")
    )
    gone = (
        fill('<span class="ot-chip ot-u-high">{text}</span>', text=_("deleted there"))
        if mention.deleted_at
        else Html("")
    )
    said = plain(mention.text, marks_of(case, is_veiled=frame.is_veiled()))
    return fill(
        '<header class="ot-said-head"><b>{author}</b> {stars}{edited}{gone}'
        '<span class="ot-fine">{when} · {place} · {platform} {link}</span></header>'
        '<div class="ot-said">{text}</div>{media}{legend}',
        author=one_line((author.name if author else "") or _("Guest"), shown=80),
        stars=chips.stars(mention.rating),
        edited=edited,
        gone=gone,
        when=words.moment(mention.published_at, now=at)
        if mention.published_at
        else _("date unknown"),
        place=one_line(thread.title if thread else "", shown=100),
        platform=mention.platform,
        link=link,
        text=said if mention.text.strip() else chips.wordless(mention.rating, mention.media),
        media=_media(mention.media, is_all=not mention.text.strip()),
        legend=_legend(case),
    )


def _media(links: list[str], *, is_all: bool) -> Html:
    """Addresses of pictures and files, to be read: nothing here is fetched or followed.

    Args:
        is_all: the comment has nothing else.
    """
    if not links:
        return Html("")
    items = join(fill("<li>{link}</li>", link=one_line(link, shown=300)) for link in links[:20])
    return fill(
        '<details class="ot-media" {open}><summary>{title}</summary><ul>{items}</ul>'
        '<p class="ot-fine">{note}</p></details>',
        # a long list would push what the person wrote before off the screen
        open="open" if is_all or len(links) <= MEDIA_SHOWN else "",
        title=_("Pictures and files: {n}").format(n=len(links)),
        items=items,
        note=_("Addresses as the platform gives them; the desk opens none of them."),
    )


def _legend(case: data.CaseFile) -> Html:
    kinds = {one.kind for one in case.verdict.reasons} if case.verdict else set()
    known = (
        ("case", _("what can be checked")),
        ("hostile", _("hostile")),
        ("signal", _("a hard fact")),
    )
    items = [
        fill('<span class="ot-{kind}">{text}</span>', kind=kind, text=text)
        for kind, text in known
        if kind in kinds
    ]
    return fill('<div class="ot-legend">{items}</div>', items=join(items)) if items else Html("")


def _why(case: data.CaseFile) -> Html:
    about = subject.subject(case.subject)
    return join([_verdict(case), about, _urgency(case), _decision(case)])


def _verdict(case: data.CaseFile) -> Html:
    verdict = case.verdict
    if verdict is None:
        text = _("not judged yet") if case.mention.text.strip() else _("no words to judge")
        return chips.fact(_("Verdict"), fill("{text}", text=text))
    best = sorted(verdict.stance_proba.items(), key=lambda item: -item[1])[:2]
    chances = ", ".join(f"{words.name('stance', key)} {value:.0%}" for key, value in best)
    doubt = (
        fill(
            '<p class="ot-doubt">{text}</p>',
            text=_("The model is not sure: judge yourself. A critic must not pass for a hater."),
        )
        if verdict.abstained
        else Html("")
    )
    body = fill(
        "<b>{stance}</b>: {claim}, {abuse} · {topic}"
        ' <span class="ot-fine">{chances} · {model}</span>{doubt}',
        stance=words.name("stance", verdict.stance),
        claim=words.name("claim", verdict.claim),
        abuse=words.name("abuse", verdict.abuse),
        topic=words.name("topic", verdict.topic),
        chances=chances,
        model=verdict.model_version[:24],
        doubt=doubt,
    )
    return chips.fact(_("Verdict"), body)


def _urgency(case: data.CaseFile) -> Html:
    parts = case.verdict.urgency_parts if case.verdict else {}
    if not parts:
        return Html("")
    bars = join(
        fill(
            '<span class="ot-part"><i style="width:{width}%"></i><span>{name}</span></span>',
            width=round(100 * value),
            name=words.name("part", key),
        )
        for key, value in sorted(parts.items(), key=lambda item: -item[1])[:5]
    )
    return chips.fact(_("Urgency"), fill('<div class="ot-parts">{bars}</div>', bars=bars))


def _decision(case: data.CaseFile) -> Html:
    decision = case.decision
    if decision is None:
        return Html("")
    body = fill(
        '{why} <span class="ot-fine">{rule} · {version}</span>',
        why=one_line(decision.why, shown=600),
        rule=decision.rule_id,
        version=_("policy version {number}").format(number=decision.policy_version),
    )
    return chips.fact(_("Policy"), body)


def _incident(case: data.CaseFile) -> None:
    incident = case.incident
    if incident is None:
        return
    body = fill(
        '<b>{title}</b> <span class="ot-fine">{size}</span>',
        title=one_line(incident.title or incident.signature, shown=160),
        size=ngettext(
            "{n} person with the same trouble", "{n} people with the same trouble", incident.size
        ),
    )
    with st.container(key="ot-in-incident", horizontal=True, vertical_alignment="center"):
        show(chips.fact(_("Incident"), body))
        if st.button(_("Open"), key="to-incident", type="tertiary"):
            open_incident(incident.id or 0)


def _thread(case: data.CaseFile, at: datetime) -> Html:
    others = max(len(case.lines) - 1, 0)
    return fill(
        '<section class="ot-pane" tabindex="0" aria-label="{title}"><h3>{title}</h3>{lines}'
        "</section>",
        title=ngettext("Thread: {n} comment near it", "Thread: {n} comments near it", others),
        lines=fill(
            '<div class="ot-thread">{lines}</div>',
            lines=join(_thread_line(line, case, at) for line in case.lines),
        )
        if others
        else fill('<p class="ot-fine">{text}</p>', text=_("Nobody else has written here.")),
    )


def _thread_line(line: ThreadLine, case: data.CaseFile, at: datetime) -> Html:
    is_this = line.id == case.mention.id
    kind = "ot-line-this" if is_this else "ot-line-ours" if line.is_ours else ""
    depth = "ot-line-answer" if line.parent_external_id else ""
    return fill(
        '<div class="ot-line {kind} {depth}"><b>{author}</b>{ours} '
        '<span class="ot-fine">{when}</span><div>{text}</div></div>',
        kind=kind,
        depth=depth,
        author=one_line(line.author_name or _("Guest"), shown=60),
        ours=fill(' <span class="ot-chip">{text}</span>', text=_("we")) if line.is_ours else "",
        when=words.moment(line.at, now=at),
        text=_line_text(line, is_this=is_this),
    )


def _line_text(line: ThreadLine, *, is_this: bool) -> Html:
    if not line.text.strip():
        return chips.wordless(None, ())
    shown = 80 if is_this else 600  # it stands above, in full
    return plain(line.text, veil(line.text) if frame.is_veiled() else [], shown=shown)
