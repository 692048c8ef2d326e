"""Isso, the comment server for static sites: reads threads, answers under them.

Isso has no users. What it tells of a commenter is a hash of the e-mail address (or of the
network, where none was given), so a comment is ours when its hash is that of our configured
address; the address must therefore be known to nobody else. A comment can be changed for 15
minutes with a cookie only its creator holds; later, and from another process, it takes the
admin interface, which is why `edit` and `withdraw` need `admin_password`. Isso cannot hide:
its admin can only delete, and strangers' words are not deleted here.
"""

from collectors.isso.platform import Isso
from collectors.isso.settings import IssoSettings

__all__ = ["Isso", "IssoSettings"]
