"""Platforms: one file (or folder of that name) reads one platform and answers it.

`otklik.platforms.discover()` finds them. Names with a leading underscore are shared machinery:
`_http` calls, `_network` guards, `_text` cleans what comes from outside.
"""
