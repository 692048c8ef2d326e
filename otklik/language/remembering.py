"""How much of what was read of words is remembered.

A word is read once and then known, but language never runs out of new ones: memory that grows
with the words met needs an end. One that is full begins anew.
"""

WORDS = 30_000  # of each kind; about 2 KiB a word in all
