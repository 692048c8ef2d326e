"""Names of the vocabulary and of times, as people at the desk read them."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard import data, refusals
from dashboard.i18n import N_, _, current_language, ngettext
from otklik.errors import NotAllowed, OtklikError, StaleText

NAMES: dict[str, str] = {
    "stance.critic": N_("Critic"),
    "stance.heated": N_("Heated critic"),
    "stance.hater": N_("Hater"),
    "stance.praise": N_("Praise"),
    "stance.question": N_("Question"),
    "stance.other": N_("Other"),
    "urgency.0": N_("Can wait"),
    "urgency.1": N_("Today"),
    "urgency.2": N_("Within the hour"),
    "urgency.3": N_("At once"),
    "topic.delivery": N_("delivery"),
    "topic.quality": N_("quality"),
    "topic.staff": N_("staff"),
    "topic.price": N_("price and money"),
    "topic.app": N_("app and site"),
    "topic.place": N_("shop"),
    "topic.policy": N_("rules"),
    "topic.none": N_("no topic"),
    "claim.none": N_("no case"),
    "claim.vague": N_("a vague case"),
    "claim.concrete": N_("a concrete case"),
    "abuse.none": N_("no insults"),
    "abuse.profane": N_("crude words"),
    "abuse.insult": N_("an insult"),
    "abuse.threat": N_("a threat"),
    "entity.company": N_("we"),
    "entity.product": N_("product"),
    "entity.branch": N_("branch"),
    "entity.city": N_("city"),
    "entity.department": N_("department"),
    "sign.place": N_("a page of ours"),
    "sign.thread": N_("the thread is about us"),
    "sign.reply": N_("answers us"),
    "sign.company": N_("our name"),
    "sign.product": N_("product"),
    "sign.branch": N_("branch"),
    "sign.city": N_("city"),
    "sign.department": N_("department"),
    "sign.context": N_("a word of our trade"),
    "sign.namesake": N_("a namesake's word"),
    "sign.address": N_("speaks to somebody"),
    "sign.nothing": N_("names nothing of ours"),
    "state.drafted": N_("draft ready"),
    "state.held": N_("needs your own text"),
    "state.stuck": N_("stuck"),
    "state.approved": N_("approved"),
    "state.answered": N_("answered"),
    "state.closed": N_("closed"),
    "state.collected": N_("collected"),
    "state.classified": N_("judged"),
    "state.grouped": N_("grouped"),
    "state.decided": N_("being drafted"),
    "close.ignored": N_("left without an answer"),
    "close.deleted": N_("deleted there"),
    "close.ours": N_("our own"),
    "close.answered_elsewhere": N_("answered elsewhere"),
    "close.rejected": N_("rejected"),
    "reply.queued": N_("waiting to be sent"),
    "reply.sending": N_("being sent"),
    "reply.posted": N_("published"),
    "reply.failed": N_("not published"),
    "reply.unknown": N_("outcome unknown"),
    "reply.withdrawn": N_("withdrawn"),
    "reply.rehearsed": N_("rehearsed, not published"),
    "draft.proposed": N_("proposed"),
    "draft.approved": N_("approved"),
    "draft.rejected": N_("rejected"),
    "draft.expired": N_("expired"),
    "draft.superseded": N_("replaced"),
    "draft.offered": N_("could also be said"),
    "link.suggested": N_("perhaps one person"),
    "link.confirmed": N_("one person"),
    "link.refused": N_("two people"),
    "approach.argue": N_("facts, no quarrel"),
    "approach.apologise_and_fix": N_("apology and deed"),
    "approach.refuse_positively": N_("refusal with a way out"),
    "approach.thank": N_("thanks"),
    "approach.answer": N_("answer"),
    "approach.ask_in_private": N_("to a private talk"),
    "approach.warn": N_("request to stop"),
    "act.hide": N_("hide a comment"),
    "act.unhide": N_("show a comment again"),
    "act.ban": N_("ban an author"),
    "act.unban": N_("lift a ban"),
    "act.report": N_("report to the platform"),
    "act.withdraw": N_("withdraw our reply"),
    "act.correct": N_("correct our reply"),
    "act_state.asked": N_("waits for approval"),
    "act_state.approved": N_("approved"),
    "act_state.doing": N_("being done"),
    "act_state.done": N_("done"),
    "act_state.failed": N_("failed"),
    "act_state.unknown": N_("outcome unknown"),
    "act_state.refused": N_("refused"),
    "act_state.void": N_("overtaken"),
    "act_state.rehearsed": N_("rehearsed, nothing done"),
    "appeal.open": N_("to be decided"),
    "appeal.upheld": N_("the measure stands"),
    "appeal.overturned": N_("overturned"),
    "ground.personal_data": N_("somebody's personal data"),
    "ground.threat": N_("a threat"),
    "ground.obscenity": N_("obscenity"),
    "ground.insult": N_("an insult"),
    "ground.spam": N_("spam"),
    "point.fact": N_("answered with a fact"),
    "point.action": N_("answered with a deed"),
    "point.pending": N_("being found out"),
    "point.gap": N_("not answered: no fact"),
    "part.harm": N_("health and safety"),
    "part.health": N_("health and safety"),
    "part.child": N_("a child"),
    "part.threat": N_("threat of violence"),
    "part.self_harm": N_("self-harm"),
    "part.money": N_("money"),
    "part.legal": N_("court or regulator"),
    "part.regulator": N_("court or regulator"),
    "part.journalist": N_("press"),
    "part.outage": N_("outage for many"),
    "part.down_now": N_("stuck or down now"),
    "part.service_down": N_("stuck or down now"),
    "part.repeated_contact": N_("writes again"),
    "part.churn": N_("is leaving"),
    "part.dishonesty": N_("dishonesty"),
    "part.rudeness": N_("rudeness of staff"),
    "part.data_leak": N_("personal data"),
    "severity.note": N_("Note"),
    "severity.warn": N_("Warning"),
    "severity.block": N_("Stop"),
    "health.new": N_("not read yet"),
    "health.ok": N_("in order"),
    "health.suspect": N_("suspect"),
    "health.failing": N_("failing"),
    "health.off": N_("access lost"),
    "health.paused": N_("paused"),
    "health.idle": N_("not read"),
    "can.thread": N_("reads threads again"),
    "can.post": N_("replies"),
    "can.edit": N_("edits a reply"),
    "can.withdraw": N_("takes a reply back"),
    "can.hide": N_("hides"),
    "can.unhide": N_("shows again"),
    "can.ban": N_("bans"),
    "can.unban": N_("lifts a ban"),
    "can.report": N_("reports"),
    "origin.settings": N_("from the settings file"),
    "origin.desk": N_("added at the desk"),
    "origin.import": N_("an imported file"),
    "mode_short.dry_run": N_("Rehearsal"),
    "mode_short.live": N_("Live"),
    "mode_short.stopped": N_("Stopped"),
    "mode.dry_run": N_("Rehearsal: nothing is published"),
    "mode.live": N_("Replies are published"),
    "mode.stopped": N_("Stopped: everything is held"),
    "delivery.pending": N_("waiting"),
    "delivery.sending": N_("being sent"),
    "delivery.sent": N_("delivered"),
    "delivery.failed": N_("not delivered"),
    "delivery.folded": N_("told together"),
    "delivery.skipped": N_("taken before"),
    "alert.urgent_mention": N_("urgent mention"),
    "alert.incident": N_("incident"),
    "alert.source_down": N_("source down"),
    "alert.source_silent": N_("source silent"),
    "alert.budget_spent": N_("budget spent"),
    "alert.sla_missed": N_("reply overdue"),
    "alert.promise_due": N_("promise due"),
    "alert.promise_soon": N_("promise due soon"),
    "alert.fact_expires": N_("fact expires"),
    "alert.policy_broken": N_("policy broken"),
    "alert.knowledge_broken": N_("knowledge broken"),
    "alert.channel_down": N_("Alert channel does not work"),
    "alert.monitor_stopped": N_("Monitor stopped"),
    "alert.operations_broken": N_("operations broken"),
    "alert.term_runs_out": N_("term runs out"),
    "alert.act_failed": N_("act failed"),
    "alert.report_failed": N_("weekly report not sent"),
    "alert.reply_unknown": N_("reply: outcome unknown"),
    "alert.reply_failed": N_("reply not published"),
    "actor.machine": N_("the machine"),
    "actor.cli": N_("the command line"),
    "subject.mention": N_("comment"),
    "incident.suspected": N_("suspected"),
    "incident.open": N_("confirmed"),
    "incident.in_work": N_("in work"),
    "incident.solved": N_("solved"),
    "incident.reopened": N_("came back"),
    "incident.dismissed": N_("a false alarm"),
    "role.operator": N_("operator"),
    "role.approver": N_("approver"),
    "role.lead": N_("lead"),
    "role.admin": N_("administrator"),
    "field.stance": N_("Stance"),
    "field.urgency": N_("Urgency"),
    "field.topic": N_("Topic"),
    "field.claim": N_("Case"),
    "field.abuse": N_("Abuse"),
}


def name(kind: str, value: object) -> str:
    """A word of the vocabulary; one that has no name yet is shown as it is."""
    known = NAMES.get(f"{kind}.{value}")
    return _(known) if known else str(value).replace("_", " ")


def zone() -> ZoneInfo:
    """The time zone of the desk."""
    return ZoneInfo(data.settings().timezone)


def moment(at: datetime, *, now: datetime) -> str:
    """A time of day; with the day unless it is today, with the year unless it is this one."""
    local, today = at.astimezone(zone()), now.astimezone(zone()).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    shown = day_of_year(local) if local.year == today.year else day(local)
    return f"{shown} {local:%H:%M}"


def day_of_year(value: date) -> str:
    """A day without its year, as the language of the screen writes it."""
    return value.strftime("%d.%m" if current_language() == "ru" else "%-d %b")


def day(value: date) -> str:
    """A day with its year, as the language of the screen writes it."""
    return value.strftime("%d.%m.%Y" if current_language() == "ru" else "%-d %b %Y")


def day_of(at: datetime) -> str:
    """The day of a moment where the house is."""
    return day(at.astimezone(zone()))


def lasting(span: timedelta) -> str:
    """How long, in the one or two units that matter."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return ngettext("{n} day", "{n} days", days)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes % 60)
    return _("{minutes} min").format(minutes=minutes) if minutes else _("just now")


def span(seconds: float) -> str:
    """A short time, to the second while it is shorter than a minute."""
    if seconds < 60:
        shown = f"{seconds:.1g}" if 0 < seconds < 1 else max(0, round(seconds))
        return _("{seconds} s").format(seconds=shown)
    return lasting(timedelta(seconds=seconds))


def ago(then: datetime | None, now: datetime) -> str:
    """How long since; a dash where it never was."""
    return _("{time} ago").format(time=span((now - then).total_seconds())) if then else "–"


def said(text: str) -> str:
    """What the code below the screen says, in the person's language."""
    for pattern, ours, kind in refusals.SAID_OF:
        if found := re.fullmatch(pattern, text):
            named = found[1] if found.re.groups else ""
            return _(ours).format(what=name(kind, named) if kind else named)
    return _(text)


def refusal(error: OtklikError) -> str:
    """Why something was not done and what to do about it, in the person's language."""
    reason = said(str(error))
    if isinstance(error, StaleText):
        return _("Not done: {reason}. Look at it again.").format(reason=reason)
    if isinstance(error, NotAllowed):
        return _("Your role does not allow this.")
    return _("Not done: {reason}.").format(reason=reason)
