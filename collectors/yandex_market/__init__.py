"""Yandex Market: reviews of and questions about a seller's goods, with comments and answers.

Reviews can be asked for by date of creation, at most six months at a time; their order is not
promised, so the whole time since what is known is read, window after window. Questions can be
asked for by days, a month at a time, newest first. The number of comments comes with a review;
for questions there is only "needs an answer", read as a list of its own at each poll: answers
are asked for when that flag is off. So the changed text of an answer alone is not noticed. The
methods leave out what buyers or the Market deleted; what is missing in the window read at every
poll is asked for by id, and what does not come counts as deleted.

A thread is one entry under its product ("<business>/offer/<SKU>/feedback/17"). Authors have a
name at best, so each entry has an author of its own. Comments on reviews by a cabinet are ours;
answers to questions are ours where Market lets us change them, or by `business_name`.
Comments carry no date.
"""

from collectors.yandex_market.platform import YandexMarket
from collectors.yandex_market.settings import YandexMarketSettings

__all__ = ["YandexMarket", "YandexMarketSettings"]
