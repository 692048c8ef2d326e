"""The `act` step: what people have approved besides replies is done on the outside, each once."""

from __future__ import annotations

from datetime import timedelta

from otklik.database import reading, session
from otklik.desk import Desk, StepCount
from otklik.enums import PostingMode
from otklik.errors import ConfigError, NotFound, OtklikError, PlatformError, Transient
from otklik.models import Act
from otklik.outside import open_platform, read_thread_of
from otklik.platforms import Page
from otklik.store import acts, mentions, sources
from otklik.switches import posting_mode
from responder.moderation import doing
from responder.moderation.alerting import act_outcome
from responder.moderation.terms import terms_of


def act_all(desk: Desk, limit: int) -> StepCount:
    """Void what was overtaken, settle what is unknown, then do what is approved and due."""
    _settle(desk, limit)
    done = failed = 0
    for _ in range(limit):
        count = _act_one(desk)
        if count is None:
            break
        done, failed = done + count.done, failed + count.failed
    return StepCount(done, failed)


def _settle(desk: Desk, limit: int) -> None:
    now, pause = desk.now(), timedelta(seconds=desk.settings.follow_up_interval)
    with session(desk.engine) as db:
        doing.void_overtaken(db, desk.brand_id, now)
        for lost in doing.mark_lost(db, desk.brand_id, now):
            act_outcome(db, lost, desk.settings.channels, now)
    with session(desk.engine) as db:
        unknown = acts.claim_unknown(db, desk.brand_id, now, limit, pause)
    for act in unknown:
        _look(desk, act)


def _look(desk: Desk, act: Act) -> None:
    page = read_thread_of(desk, act.mention_id or 0)
    if not isinstance(page, Page):
        return
    with session(desk.engine) as db:
        mention = mentions.get_mention(db, act.mention_id or 0)
        proves = desk.platforms[mention.platform].reads_back
        doing.read_back(db, act.id or 0, page.mentions, desk.local_now(), absence_proves=proves)


def _act_one(desk: Desk) -> StepCount | None:
    with reading(desk.engine) as db:
        mode = posting_mode(db, desk.brand_id, desk.settings.posting)
        upcoming = acts.find_next_act(db, desk.brand_id, desk.now())
    if upcoming is None or mode is PostingMode.STOPPED:
        return None
    shown = read_thread_of(desk, upcoming.mention_id or 0)  # an edit since the approval voids it
    if isinstance(shown, OtklikError):
        with session(desk.engine) as db:
            doing.postpone(db, upcoming.id or 0, shown, desk.now())
        return StepCount(0, 1)
    return _carry_out(desk)


def _carry_out(desk: Desk) -> StepCount:
    lease = timedelta(seconds=desk.settings.sending_timeout)
    with session(desk.engine) as db:
        mode = posting_mode(db, desk.brand_id, desk.settings.posting)
        begun = doing.begin(
            db, desk.brand_id, mode, desk.now(), lease=lease, terms=terms_of(desk.policy)
        )
    if not isinstance(begun, doing.Undertaking):
        return StepCount(int(begun is not None), 0)
    outcome = _call(desk, begun)
    with session(desk.engine) as db:
        act = doing.finish(db, begun.act_id, outcome, desk.local_now())
        act_outcome(db, act, desk.settings.channels, desk.now())
    return StepCount(int(outcome is None), int(outcome is not None))


def _call(desk: Desk, what: doing.Undertaking) -> PlatformError | None:
    """Call the platform, once; a failure comes back as a value."""
    try:
        with reading(desk.engine) as db:
            source = sources.get_source(db, what.source_id)
        with open_platform(desk, source) as platform:
            return doing.perform(platform, what)
    except (ConfigError, NotFound) as error:  # never reached the platform
        return Transient(str(error))
