"""YouTube: reads comments under a channel's videos, or single videos, and answers them.

A comment thread (a top-level comment and its replies; YouTube has one level of them) is our
thread, titled by its video. Threads come newest first by the moment of the top-level comment;
there is no list of the newest replies. So the threads of the last `recheck_days` are looked at
in every poll, a hundred a call; a thread is read in full when its count of replies, or one of
the replies that are shown with it, changed. What vanished is asked for by id before it counts
as deleted.

A reply to a reply stands under the thread's top comment: that is the parent the API gives
back. Reading takes an API key; answering takes an OAuth client with the channel owner's
consent, and then the owner's channel is recognised as ours. Holding a comment for review hides
it; holding and publishing work on the owner's own videos only.
"""

from collectors.youtube.platform import YouTube
from collectors.youtube.settings import YouTubeSettings

__all__ = ["YouTube", "YouTubeSettings"]
