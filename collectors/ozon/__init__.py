"""Ozon: reviews of and questions about a seller's goods, with the comments and answers to them.

Both methods need the seller's Premium Plus subscription. Reviews have no filter by date: they
are read newest first from `last_id` to `last_id`, down to what is known. Questions have one,
and no stated order: what is younger than the known is read whole. Lists tell how many comments
and pictures an entry has; comments are asked for only where that number, the status or the text
changed, so the changed text of a comment alone is not noticed. What is missing in the window
read at every poll is asked for by id, and only what the API does not know counts as deleted.

A thread is one entry under its product ("sku/123/review/0187…"). Reviews tell nothing of their
authors, questions a name, so each entry has an author of its own. A comment is ours where Ozon
says `is_owner`; answers to questions carry only a name, which is compared with `seller_name`.
Comments show after moderation, so that a reply cannot be read back at once.
"""

from collectors.ozon.platform import Ozon
from collectors.ozon.settings import OzonSettings

__all__ = ["Ozon", "OzonSettings"]
