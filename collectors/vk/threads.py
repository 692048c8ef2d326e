"""Reading threads in full: pages of comments, branches of answers, many threads at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from collectors.vk.client import BATCH, VkClient
from collectors.vk.places import SECTIONS, Topic, comments_call, items_of
from collectors.vk.wire import Comment, Name, Person, digest, people_of, read_items
from otklik.errors import PlatformError, Transient
from otklik.platforms import BadRow

MOST: Final = 20_000  # comments of one thread that are read
TOP: Final = 0  # instead of a root's number: the thread's own level


class Seen(NamedTuple):
    """What the cursor keeps of a thread: `digest` is of the comments up to number `last`."""

    total: int
    digest: str
    last: int


class Job(NamedTuple):
    """One page to read: comments `start` … `stop` of a level; `stop` 0 when not known yet."""

    name: Name
    start: int = 0
    stop: int = 0
    root: int = TOP


@dataclass
class Read:
    """One thread as it was read.

    Attributes:
        comments: by number; the post itself under 0 where it is one.
        roots: number of the root comment, for comments in its branch.
        error: why a part of it could not be read.
    """

    topic: Topic
    comments: dict[int, Comment] = field(default_factory=dict)
    roots: dict[int, int] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    error: PlatformError | None = None
    _expected: dict[int, int] = field(default_factory=dict)
    _got: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people.update(self.topic.people)
        if self.topic.post is not None:
            self.comments[0] = self.topic.post.model_copy(update={"id": 0})

    @property
    def is_complete(self) -> bool:
        """Certainly nothing that stands there is missing here."""
        if self.error is not None or self.bad_rows:
            return False
        return all(len(self._got.get(root, ())) == n for root, n in self._expected.items())

    @property
    def newest(self) -> int:
        """Seconds since the epoch of the youngest comment."""
        return max((comment.date for comment in self.comments.values()), default=0)

    def seen(self) -> Seen:
        """For the cursor; a thread with an error is read again."""
        last = max(self.comments, default=0)
        count = -1 if self.topic.count is None else self.topic.count
        return Seen(count, "" if self.error else self.digest(last), last)

    def digest(self, last: int) -> str:
        """Of the comments up to number `last`; an incomplete reading is marked."""
        mark = "" if self.is_complete else "~"
        return mark + digest(c for number, c in self.comments.items() if number <= last)

    def news(self, known: Seen | None) -> tuple[list[Comment], bool]:
        """What has to be handed over, and whether that is the whole thread."""
        everything = [self.comments[number] for number in sorted(self.comments)]
        is_readable = self.error is None or known is None
        if known is None or (is_readable and known.digest != self.digest(known.last)):
            return everything, self.is_complete
        return [comment for comment in everything if comment.id > known.last], False

    def take(self, job: Job, answer: Any) -> Iterator[Job]:
        """Keep a page, and say which further ones there are."""
        if isinstance(answer, PlatformError):
            self.error = answer
            return
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            self.error = Transient(f"{self.topic.name}: no comments in the answer")
            return
        rows = items_of(answer)
        if any(_is_foreign(row, self.topic.name) for row in rows):
            self.error = Transient(f"{self.topic.name}: comments of another thread in the answer")
            return
        comments, bad = read_items(rows, Comment, str(self.topic.name))
        self.bad_rows += bad
        self.people.update(people_of(answer))
        self._keep(comments, job.root)
        yield from self._further(job, len(rows), answer)
        if SECTIONS[job.name.kind][2].get("thread_items_count") and job.root == TOP:
            for comment in comments:
                yield from self._branch(job.name, comment)

    def _keep(self, comments: Iterable[Comment], root: int) -> None:
        for comment in comments:
            if comment.id:
                self.comments[comment.id] = comment
                self._got.setdefault(root, set()).add(comment.id)
                if root != TOP:
                    self.roots[comment.id] = root

    def _further(self, job: Job, got: int, answer: dict[str, Any]) -> Iterator[Job]:
        """Pages after the first are as long as it was; one that came shorter is filled up."""
        if job.stop:
            if got and job.start + got < job.stop:
                yield job._replace(start=job.start + got)
            return
        total = answer.get("current_level_count", answer.get("count"))
        total = total if isinstance(total, int) and job.root == TOP else self._expected[job.root]
        self._expected[job.root] = total
        for start in range(job.start + got, min(total, MOST), got) if got else ():
            yield job._replace(start=start, stop=min(start + got, total))

    def _branch(self, name: Name, root: Comment) -> Iterator[Job]:
        shown, bad = read_items(root.thread.get("items"), Comment, str(name))
        self.bad_rows += bad
        self._keep(shown, root.id)
        total = root.thread.get("count")
        if isinstance(total, int) and total > 0:
            self._expected[root.id] = total
            if len(shown) + len(bad) < total:
                yield Job(name, start=len(shown) + len(bad), root=root.id)


def _is_foreign(row: Any, name: Name) -> bool:
    """A comment that says it stands elsewhere: a gateway mixed up its answers."""
    if name.kind != "wall" or not isinstance(row, dict):
        return False
    return bool(row.get("post_id", name.number) != name.number)


def read_threads(client: VkClient, topics: Sequence[Topic]) -> list[Read]:
    """These threads in full, 25 pages of any of them in one call where the token allows.

    Raises:
        Transient, RateLimited, AccessDenied: nothing could be read.
    """
    reads = {topic.name: Read(topic) for topic in topics}
    jobs = deque(Job(topic.name) for topic in topics if topic.count != 0)
    while jobs:
        some = [jobs.popleft() for _ in range(min(BATCH, len(jobs)))]
        calls = [comments_call(job.name, job.start, job.root or None) for job in some]
        for job, answer in zip(some, client.batch(calls), strict=True):
            jobs.extend(reads[job.name].take(job, answer))
    return list(reads.values())
