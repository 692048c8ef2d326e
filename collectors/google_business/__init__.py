"""Google Business Profile: reads reviews of places on Google Maps and answers them.

Written from the documentation of the My Business API v4; no machine-readable contract of it is
published. Reviews come most recently changed first. A review is one person's: changing it
keeps its id and moves it to the top. Many are stars without words; they are collected with an
empty text. What Google translated is shown with the original inside the same field: the
original is kept as the text, the translation for the record. Reviewers have no id, so an
author is known by the review. The owner's reply stands inside the review and is collected as
ours under it; Google may hold it for moderation or refuse it afterwards.
"""

from collectors.google_business.platform import GoogleBusiness
from collectors.google_business.settings import GoogleBusinessSettings

__all__ = ["GoogleBusiness", "GoogleBusinessSettings"]
