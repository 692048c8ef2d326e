"""The `Vk` platform: what it promises, and how a poll runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from collectors.vk.acts import Acts
from collectors.vk.checking import READING, check_source
from collectors.vk.client import LIMITS, VkClient
from collectors.vk.events import Events, News
from collectors.vk.mentions import Teller
from collectors.vk.places import Topic, comments_call, find_call, method_of, topics_of
from collectors.vk.rights import Kind, settings_for
from collectors.vk.settings import VkSettings
from collectors.vk.state import State
from collectors.vk.streams import Streams, find_people
from collectors.vk.sweep import Sweep
from collectors.vk.threads import read_threads
from collectors.vk.wire import Name, name_of
from otklik.clock import now
from otklik.errors import AccessDenied, ConfigError, Gone, PlatformError, Transient
from otklik.platforms import (
    Capability,
    CollectedMention,
    Cursor,
    Limit,
    Meter,
    Page,
    Platform,
    PostedReply,
    ReplyRequest,
    SourceCheck,
)


class Vk(Platform[VkSettings]):
    """One community or person on VK.

    Limits: 3 calls a second with a user's or a service token, 20 with a community's; 25
    readings go in one call. VK tells no bound for a comment's length; 4,096 characters is its
    bound for a message, and certainly fits.
    """

    name = "vk"
    title = "ВКонтакте"
    can = frozenset(
        {
            Capability.THREAD,
            Capability.POST,
            Capability.EDIT,
            Capability.WITHDRAW,
            Capability.HIDE,
            Capability.UNHIDE,
            Capability.BAN,
            Capability.UNBAN,
            Capability.REPORT,
        }
    )
    reply_max_length = 4_096
    min_interval = 0.0
    reads_back = True
    settings_type = VkSettings
    page_of: int = 100  # mentions
    limits: ClassVar[tuple[Limit, ...]] = tuple(LIMITS.values())
    rights = (
        "token (community): manage for Long Poll, wall for replies",
        "user_token (administrator of the community): wall, groups, photos, video, market, "
        "notifications, offline",
        "service_token (application): reads an open wall, topics and the search",
    )
    token_steps = (
        "Community token: the community's page, Управление → Дополнительно → Работа с API "
        "→ Ключи доступа → Создать ключ; allow Управление сообществом and Стена.",
        "Long Poll: in the same section the tab Long Poll API → Включено, version 5.199; on "
        "Типы событий tick comments on the wall, topics, photos, videos and goods.",
        "Application: dev.vk.com → Мои приложения → Создать → Standalone; its page "
        "Настройки shows the сервисный ключ доступа.",
        "User token: open oauth.vk.com/authorize?client_id=APP&display=page&response_type="
        "token&scope=wall,groups,photos,video,market,notifications,offline as an administrator "
        "of the community, and take access_token out of the address you are sent to.",
        "Put them into the environment and name them in the source: token = "
        '"env:OTKLIK_SECRET_VK", user_token = "env:OTKLIK_SECRET_VK_USER".',
    )
    cost = "free"
    answers = (
        "Wall comments and posts with the community's token; topics, photos, videos and goods "
        "with the user token. Editing, deleting, restoring, complaints and bans need the user "
        "token of an administrator."
    )
    cannot = (
        "Hiding: VK only deletes; `hide` deletes and `unhide` restores, which VK allows for a "
        "short time, and the author does see it.",
        "Solving a captcha (error 14): the account is paused until a person has logged in.",
        "A reply in a topic hangs under the topic, not under one comment of it.",
        "Market lists tell no number of comments: goods are read in turn, 25 at a poll.",
        "After the first reading, new comments in threads beyond the `watch_posts` newest of a "
        "place: those only Long Poll tells.",
        "Edits of comments carry no date; those in quiet threads are seen within some polls.",
        "Threads of more than 20,000 comments are read up to there, and deletions in threads "
        "whose comments do not add up to VK's own count are told by Long Poll only.",
        "Registration dates of authors; deleted or closed accounts come without followers.",
    )

    def __init__(
        self, settings: VkSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self.client = VkClient(settings, platform=self.name, source=source, meter=self.meter)
        self._teller = Teller(settings, self.client)
        self._acts = Acts(self.client, settings, self._teller)
        self._events = Events(self.client, settings)

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Threads in which something changed, whole, then what streams bring.

        With Long Poll only the threads that events name are read, and everything every
        `sweep_seconds` or when events may have been lost. The cursor is described in `State`.
        """
        state = State.of(cursor, self.start_of(cursor))
        self._know_ourselves(state)
        before = state.cursor()
        if self.settings.long_poll:
            yield from self._with_events(state)
        else:
            yield from self._everything(state)
        if state.cursor() != before:
            yield Page(cursor=state.cursor(), progress=1.0)

    def check(self) -> SourceCheck:
        """Ask what the tokens may do, and look at every watched place."""
        return check_source(self.client, self.settings)

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The thread in full, oldest first, with our own replies.

        Raises:
            Gone: VK no longer has it.
            Transient: it changed while it was read, or a part of it could not be read.
        """
        name = self._name(thread_external_id)
        self._know_ourselves(State(now()))
        topic = self._found(name)
        read = read_threads(self.client, [topic])[0]
        if not read.is_complete and read.error is None:
            read = read_threads(self.client, [topic])[0]
        if read.error is not None:
            raise read.error
        if not read.is_complete:
            raise self.client.faults.error(Transient, f"{name} could not be read in full")
        comments = sorted(read.comments.values(), key=lambda comment: (comment.date, comment.id))
        return self._teller.of_thread(read, comments)

    def post(self, request: ReplyRequest) -> PostedReply:
        """Post one reply with our key as VK's `guid`."""
        return self._acts.reply(request)

    def edit(self, external_id: str, text: str) -> None:
        """Change our reply; VK allows it for a day."""
        self._acts.edit(external_id, text)

    def withdraw(self, external_id: str) -> None:
        """Delete our reply."""
        self._acts.delete(external_id)

    def hide(self, external_id: str, reason: str) -> None:
        """Delete a stranger's comment, which is all VK offers; `reason` stays with us."""
        self._acts.delete(external_id)

    def unhide(self, external_id: str) -> None:
        """Restore a comment that was deleted a short time ago."""
        self._acts.restore(external_id)

    def ban(
        self, author_external_id: str, reason: str, *, until: datetime | None, under: str
    ) -> None:
        """Put an author on the community's blacklist."""
        self._acts.ban(author_external_id, reason, until)

    def unban(self, author_external_id: str) -> None:
        """Take an author off the blacklist."""
        self._acts.unban(author_external_id)

    def report(self, external_id: str, reason: str) -> None:
        """Complain to VK about a comment."""
        self._acts.report(external_id, reason)

    def close(self) -> None:
        """Give back connections."""
        self.client.close()

    def _everything(self, state: State) -> Iterator[Page]:
        """All places; a refusal of all threads is told after the streams had their turn."""
        refused: AccessDenied | None = None
        try:
            yield from self._sweep(state).all_places()
        except AccessDenied as error:
            if error.whole_account or not self._streams(state).names:
                raise
            refused = error
        yield from self._streams(state).pages()
        if refused is not None:
            yield Page(cursor=state.cursor(), warnings=(str(refused),))
        state.swept, state.deep = now().timestamp(), {}

    def _with_events(self, state: State) -> Iterator[Page]:
        can_read = any(self.client.can(*READING[place]) for place in self.settings.watch)
        try:
            news = self._events.look(state.ts)
        except AccessDenied as error:
            if error.whole_account or not can_read:
                raise
            yield Page(cursor=state.cursor(), warnings=(f"no events: {error}",))
            yield from self._everything(state)
            return
        yield from self._happened(state, news)
        is_due = now().timestamp() - state.swept >= self.settings.sweep_seconds
        if (news.is_lost or is_due) and can_read:
            yield from self._everything(state)
        elif news.is_lost and state.ts:
            yield Page(
                cursor=state.cursor(),
                warnings=("events may have been lost, and no token can read the places anew",),
            )
        state.ts = news.ts

    def _found(self, name: Name) -> Topic:
        answer = self.client.batch([find_call(name.kind, [name])])[0]
        if isinstance(answer, PlatformError):
            raise answer
        topics, _ = topics_of(name.kind, name.owner, answer)
        found = next((topic for topic in topics if topic.name == name), None)
        if found is None:
            raise self.client.faults.error(Gone, f"{name} is no longer there")
        return found

    def _happened(self, state: State, news: News) -> Iterator[Page]:
        names = [name for name in news.touched if self._can_read(name)]
        if names:
            yield from self._sweep(state).some_threads(names)
        direct = [(n, c) for n, c in news.written.values() if not self._can_read(n)]
        mentions: list[CollectedMention] = []
        if direct:
            people = find_people(self.client, (comment.from_id for _, comment in direct))
            for name, comment in direct:
                topic = Topic(name, title=str(name))
                mentions.append(self._teller.mention(topic, comment, people, {}))
        if mentions or news.gone or news.bad_rows:
            yield Page(
                mentions=tuple(mentions),
                deleted_ids=tuple(news.gone),
                bad_rows=tuple(news.bad_rows),
                cursor=state.cursor(),
            )

    def _can_read(self, name: Name) -> bool:
        return self.client.can(comments_call(name).method)

    def _know_ourselves(self, state: State) -> None:
        """Whose the user token is; asked for once and kept in the cursor."""
        mark = self.client.mark_of(Kind.USER)
        if not self._teller.me and state.me_by == mark:
            self._teller.me = state.me
        if mark and not self._teller.me:
            answer = self.client.read("users.get", as_user=True)
            is_list = isinstance(answer, list) and answer and isinstance(answer[0], dict)
            number = answer[0].get("id") if is_list else None
            self._teller.me = number if isinstance(number, int) else 0
        state.me, state.me_by = self._teller.me, mark

    def _sweep(self, state: State) -> Sweep:
        return Sweep(self.client, self.settings, self._teller, state, page_of=self.page_of)

    def _streams(self, state: State) -> Streams:
        return Streams(self.client, self.settings, self._teller, state)

    def _name(self, thread_external_id: str) -> Name:
        name = name_of(thread_external_id)
        if name is None:
            raise ConfigError(f"source {self.source!r} (vk): {thread_external_id} is no thread")
        method = method_of(name, "getComments")
        if not self.client.can(method):
            raise self.client.faults.denied(f"{method} needs {settings_for(method)}", "")
        return name
