"""Importing: facts proposed from Markdown, tables and web pages of the company's own.

What is read is only proposed: nothing of it is cited before a person has checked it.
"""

from responder.knowledge.importing.values import Defaults, Read, ReadFact, Refused

__all__ = ["Defaults", "Read", "ReadFact", "Refused"]
