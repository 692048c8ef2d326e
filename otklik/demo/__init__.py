"""`otklik demo`: a made-up tea shop whose page, comments and desk are real servers.

Everything said here by anybody was written for it; nobody and nothing real is meant.
"""
