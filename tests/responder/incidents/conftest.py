"""A wave of six people with one trouble, as the statements' tests have it."""

from tests.responder.statements.conftest import wave

__all__ = ["wave"]
