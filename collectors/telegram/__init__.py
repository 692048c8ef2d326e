"""Telegram by the Bot API: comments under a channel's posts, messages of groups, their edits.

What is read comes from `getUpdates` and from nowhere else: the Bot API has no history. Telegram
keeps what was not fetched for 24 hours, and what was fetched until the next call names a higher
offset; the cursor holds that offset, so a page is confirmed only after it was stored. One queue
belongs to one bot: one source reads all chats of a bot, and a second reader steals from it.
A message is known by chat and number (``-1001234567890/55``), an edit comes as an event of the
same number, a deletion never comes. Comments of a channel are messages of its discussion group,
in a thread that begins with the post that Telegram forwards there by itself. Ours are: the bot,
the group and its channel speaking for themselves (anonymous administrators, posts), `our_ids`.
The token is part of every URL: neither a URL of the API nor a link to a file leaves `api`.
"""

from collectors.telegram.platform import Telegram
from collectors.telegram.settings import TelegramSettings

__all__ = ["Telegram", "TelegramSettings"]
