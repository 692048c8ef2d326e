"""WordPress: comments over its REST API; replies, holds and edits with an application password.

The API has no way to ask for what was edited or deleted. So a poll reads the newest comments
until a known one, then whole threads: those with news, those alive in the last two weeks, and
a few of the others in turn. Comments are HTML there and plain text here; a reply is escaped
before it is sent. Ours are those of our user id, which nobody else can write under.
"""

from collectors.wordpress.platform import WordPress, WordPressSettings

__all__ = ["WordPress", "WordPressSettings"]
