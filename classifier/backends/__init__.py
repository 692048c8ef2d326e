"""Other models, beside our own or instead of it: one file is one kind, of the same name.

Shared: `combining` makes a whole verdict, `mapping` reads `labels.json`, `local_model` is what
models in a folder have in common.
"""

from __future__ import annotations

from typing import Any

from classifier.backends.language_model import LanguageModel
from classifier.backends.onnx import OnnxModel
from classifier.backends.transformers import TransformersModel
from otklik.errors import ConfigError

KINDS: dict[str, Any] = {one.kind: one for one in (OnnxModel, TransformersModel, LanguageModel)}


def backend_type(kind: str, place: str) -> Any:
    """The class of one kind.

    Raises:
        ConfigError: there is no such kind.
    """
    if kind not in KINDS:
        raise ConfigError(f"{place}: unknown kind {kind!r}; known: {', '.join(KINDS)}")
    return KINDS[kind]
