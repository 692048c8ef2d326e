"""Obscenities of a text with their exact places in the original, however disguised."""

from __future__ import annotations

from otklik.language.normaliser import Normalised, Token, normalise
from otklik.language.obscenity import is_obscene


def find_obscenity(text: str) -> list[Token]:
    """Obscene tokens of `text` in order; `start`/`end` are characters of `text`."""
    return obscene_tokens(normalise(text))


def obscene_tokens(normal: Normalised) -> list[Token]:
    """Obscene tokens of a text that is normalised already."""
    if not normal.obscene:
        return []
    return [token for token in normal.tokens if is_obscene(token.form)]
