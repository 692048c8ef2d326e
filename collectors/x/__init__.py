"""X (Twitter) over API v2: recent search, mentions of our account, conversations.

What is read: posts that fit `query` (recent search, seven days back at most) and posts that
mention our account (the newest 800). An increment always carries `since_id`; a page that was
not read to its end is gone on with by its token, and only a finished pass moves the mark.

Identity: an edit gives a post a new id, so a mention is known by the *first* id of its edit
history, and an edited post comes again as the same mention. X tells nothing of deletions;
with `recheck_hours` young posts are looked up again, and those X no longer finds are deleted.
Our own account is known by `user_id` (the number before the dash of `access_token`).

Traps: X answers fields it does not know with silence, and two vocabularies live side by
side. `post.fields` with `referenced_posts` and `edit_history_post_ids` is that of today's
contract and the one used here; tweepy's own read methods speak the older `tweet.fields`, so
reads go through `tweepy.Client.request`. Both are understood in answers. Author and
referenced posts are expansions there, and each object that an expansion brings is paid for.
Replies are allowed only to who mentioned us or quoted us; X refuses equal texts with 403.
"""

from collectors.x.platform import X
from collectors.x.settings import XSettings

__all__ = ["X", "XSettings"]
