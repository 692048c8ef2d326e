"""Wildberries: reviews ("feedbacks") of and questions about a seller's goods, with our answers.

The API keeps answered and unanswered entries in two lists, each newest first. Both are read
side by side down to the same moment and merged, page after page by date and not by offset: an
entry that moves from one list to the other, or a deletion, shifts nothing, and no bound on
`skip` is met. So an answer given in the seller's own cabinet is seen as well. A review has no
date of change; edits show as another digest in the window that every poll reads again. What
is missing there is asked for by its id, and only what the API cannot give counts as deleted.

A thread is one entry under its product ("nm/177974151/feedback/YX52…"). Authors have a name
and no id, so each entry has an author of its own. There is one answer to an entry, always
ours. The id in a call that posts an answer is not validated there: it is looked up before.
"""

from collectors.wildberries.platform import Wildberries
from collectors.wildberries.settings import WildberriesSettings

__all__ = ["Wildberries", "WildberriesSettings"]
