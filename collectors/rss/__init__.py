"""RSS and Atom: news about us, and the comments of sites that offer them as a feed.

A feed shows its newest entries and lets the older ones roll off: what is absent is not deleted,
and there is no history beyond what it holds. Entries are known by host and guid (a short guid
also by the feed's path), else by link, else by a digest; an entry whose words changed is the
same one edited. Comments are told by `thr:in-reply-to`, by a link into a page (``#comment-17``),
or by the setting `comment_feeds`; feeds of comments that articles name (`wfw:commentRss`) are
read on request, on the same host only. Bytes come through the house's own guarded client with
ETag and Last-Modified; feedparser only parses them, without DTD and entities of the feed's own.
A feed whose XML breaks off gives its whole entries, and the rest is fetched again.
"""

from collectors.rss.platform import Rss
from collectors.rss.settings import RssSettings

__all__ = ["Rss", "RssSettings"]
