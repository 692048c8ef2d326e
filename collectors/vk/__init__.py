"""VK (vk.com): walls, topics, photos, videos, goods, mentions and search of a community.

What is read. Threads (posts, topics, videos, goods) are listed newest first; those with news,
the newest ones and, in turn, some of the quiet ones are read in full, up to 25 pages in one
`execute`. Photo comments, mentions and the search are streams, read from the top down to what
is known. With Long Poll the community's events say where to look within seconds.

Identity. Threads are called as in VK's addresses (``wall-1_5``, ``topic-1_7``), comments
``wall-1_5/17``, a stranger's post ``wall-1_5/post``, people ``vk.com/id5``. Ours are the
community, the person of the user token and whoever `own_ids` names.

Edits and deletions. Comments carry no date of an edit, so the cursor keeps a short digest of
every thread read. A thread read without gaps is handed over as complete, and what is missing
in it was deleted; VK also keeps deleted roots of branches as empty shells.

Traps. The contract of `wall.get` knows a short address only, not `owner_id`. A community's
token cannot read its own wall: that takes a user's or a service token. `execute` and therefore
batches are not for service tokens. Market lists do not tell the number of comments. Places
that a token may not read become warnings, and the others are read all the same.
"""

from collectors.vk.platform import Vk
from collectors.vk.settings import VkSettings

__all__ = ["Vk", "VkSettings"]
