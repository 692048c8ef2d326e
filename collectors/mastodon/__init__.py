"""Mastodon: what mentions our account, and hashtags; answers, edits, blocks, reports.

What is read: notifications of mentions and quotes, and the timelines of the configured hashtags, as
our own server sees them: a server knows of a post elsewhere when somebody on it follows its
author, or when the post mentions one of its people.

Identity: the id our server gave the post, with our server's name before it. A post from
elsewhere gets an id by the date it was written at, so one that arrives late slips in *below*
newer ones; the newest part of every list is therefore read again (`recheck_hours`), which
shows edits and deletions as well. Our own account is asked for by the token.

Threads: a post knows what it answers, not the beginning of its conversation; that is asked
for once for each new answer. Boosts are left out. A content warning stands before the text.

An answer is posted word for word as approved. Mastodon tells an author of an answer only
when the text holds their address (``@olga@mastodon.example``); the address of every mention
stands in its `original`, for drafts to begin with. Private posts are answered as privately
as they were written, and only with the address: without it nobody would see the answer.
"""

from collectors.mastodon.platform import Mastodon
from collectors.mastodon.settings import MastodonSettings

__all__ = ["Mastodon", "MastodonSettings"]
