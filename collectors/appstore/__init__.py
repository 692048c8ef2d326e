"""App Store: reads an app's customer reviews from Apple's public feed, storefront by storefront.

Written from the feed as it is; Apple publishes no contract of it. Each country has a feed of
its own with at most ten pages of fifty reviews, most recently changed first. A feed with one
review gives an object where others give a list; an empty one has no entries at all, which is
never taken for "no reviews" once it had some. A changed review keeps its id and gets a new
date; that of the first version is not told. The feed is known to drop and bring back reviews,
so one that vanished is looked for a second time before it counts as deleted. The feed cannot
be answered through, and does not show the developer's answers.
"""

from collectors.appstore.platform import AppStore, AppStoreSettings

__all__ = ["AppStore", "AppStoreSettings"]
