"""What the page of measures reads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard import data
from otklik import database
from otklik.enums import ActState
from otklik.models import Act
from otklik.store import acts
from responder.moderation import showing
from responder.moderation.bans import weigh
from responder.moderation.criteria import BanCheck
from responder.moderation.showing import ActView, ModerationReport
from responder.moderation.terms import BanTerms

MOST = 100


@dataclass(frozen=True)
class MeasureLine:
    """One measure with the words it is about, who wrote them and who asked."""

    view: ActView
    text: str
    author: str
    asker: str

    @property
    def act(self) -> Act:
        """The measure itself."""
        return self.view.act


def measures(states: Collection[ActState] = (), limit: int = MOST) -> list[MeasureLine]:
    """The newest measures in these states, all when empty."""
    with database.reading(data.engine()) as session:
        found = showing.list_acts(session, data.settings().brand_id, states=states, limit=limit)
        about = acts.get_about(session, [view.act for view in found])
    return [_line(view, about) for view in found]


def _line(view: ActView, about: acts.About) -> MeasureLine:
    act = view.act
    mention = about.mentions.get(act.mention_id or 0)
    author = about.authors.get(act.author_id or 0)
    asker = about.askers.get(act.asked_by_id or 0)
    return MeasureLine(
        view,
        mention.text if mention else "",
        author.name if author else "",
        (asker.name or asker.login) if asker else "",
    )


def report(terms: BanTerms, at: datetime) -> ModerationReport:
    """The last thirty days in figures."""
    with database.reading(data.engine()) as session:
        return showing.moderation_report(
            session, data.settings().brand_id, at - timedelta(days=30), at, terms
        )


def ban_check(author_id: int, terms: BanTerms, at: datetime) -> BanCheck:
    """How the three criteria of a ban stand for an author."""
    with database.reading(data.engine()) as session:
        return weigh(session, author_id, terms, at)[1]
