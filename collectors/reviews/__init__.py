"""Any site with reviews: schema.org markup, or a selector file; read only.

What is read: pages by `start_urls` or a `sitemap`, with the paging that follows
(``rel=next``, or what a selector file says). JSON-LD (with ``@graph``, references, type
lists), microdata and RDFa are brought to one form; sites without markup are read by a
declarative selector file in YAML. The crawl runs in a child process (Scrapy) that obeys
robots.txt and AutoThrottle, keeps no cookies and stays out of private networks.

Identity: host, path of the page and the id the site gives (``@id``, a fragment, the id of the
element, a selector); such a review keeps its identity through edits. Without an id it is a
digest of author, date and the first 60 letters of the text, so an edit at its beginning makes
it another review. A date without a time is midnight UTC, one without a zone is UTC.

Edits are seen as a known identity with another content. A deletion is claimed only where a
thread is certainly shown in full: all its pages were read, no other totals than one are told
on them, and that is the number of reviews seen. Most sites mark up the newest few only;
there nothing is ever claimed to be deleted.

The company's own answers (a selector's `answer`, ``comment`` by an organisation, `own_names`)
become mentions of ours below their review.

Traps: sites that show another name of the same review on another page; dates in words
relative to now ("вчера"), which are no part of an identity; ratings on scales of 10 or 100.
"""

from collectors.reviews.platform import Reviews
from collectors.reviews.settings import ReviewsSettings

__all__ = ["Reviews", "ReviewsSettings"]
