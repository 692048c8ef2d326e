"""Google Play: reads an app's reviews by the developer API and answers them.

The API (`androidpublisher` v3) shows reviews with a text of the last week, most recently
changed first. A review is one person's: changing it keeps its id, moves it to the top and
gives it a new date; the date of its first version is not told. The developer's answer stands
inside the review and is collected as ours under it. Answering a second time overwrites the
answer, so one that stands there already is never answered again, only edited on purpose.

Public pages of the store are not read: they carry no markup of single reviews, and the call
behind them is undocumented; the library that wraps it switches off certificate checks for the
whole process.
"""

from collectors.googleplay.platform import GooglePlay
from collectors.googleplay.settings import GooglePlaySettings

__all__ = ["GooglePlay", "GooglePlaySettings"]
