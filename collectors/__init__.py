"""Platforms: one file (or folder of that name) reads one platform and answers it.

`otklik.platforms.discover()` finds them. Names with a leading underscore are shared machinery:
`_wire` makes every exchange under the guard of `otklik.network`; `_http` and `_adapters` (under
libraries) call over it, `_scrapy` runs a crawler, `_newest` reads lists newest first, `_google` and
`_seller` speak to Google and to marketplaces, `_text` cleans what comes from outside.
"""
