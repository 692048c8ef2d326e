"""Any `AutoModelForSequenceClassification` in a folder: safetensors, no code of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from classifier.backends.local_model import LocalModel, Outputs, library
from classifier.backends.mapping import existing
from otklik.errors import ModelError

_PACKAGES = "transformers torch"
_MOST_CONFIG, _MOST_WEIGHTS = 10_000_000, 20_000_000_000  # bytes


class TransformersModel(LocalModel):
    """A transformers model: read from the folder alone, nothing is downloaded or run from it."""

    kind: ClassVar[str] = "transformers"
    title: ClassVar[str] = "a transformers model in a folder"

    def load(self) -> list[Path]:
        """See `LocalModel`."""
        files = [self._checked_config(), *self._weights()]
        self._torch = library("torch", _PACKAGES, "the transformers backend")
        theirs = library("transformers", _PACKAGES, "the transformers backend")
        kept = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = theirs.AutoTokenizer.from_pretrained(str(self.folder), **kept)
            self._model = theirs.AutoModelForSequenceClassification.from_pretrained(
                str(self.folder), use_safetensors=True, **kept
            )
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
            raise ModelError(f"{self.folder}: {_line(error)}") from error
        self._torch.set_num_threads(1)
        self._model.eval()
        return files

    def outputs(self, texts: Sequence[str]) -> Outputs:
        """See `LocalModel`; the one output is named `logits`."""
        try:
            encoded = self._tokenizer(
                list(texts),
                padding=True,
                truncation=True,
                max_length=self._config.max_tokens,
                return_tensors="pt",
            )
            with self._torch.inference_mode():
                logits = self._model(**encoded).logits.float()
        except (ValueError, RuntimeError, TypeError, IndexError) as error:
            raise ModelError(f"{self.folder}: {_line(error)}") from error
        return {"logits": logits.cpu().numpy()}

    def _checked_config(self) -> Path:
        file = existing(self.folder, "config.json", _MOST_CONFIG)
        try:
            config: Any = json.loads(file.read_bytes())
        except ValueError as error:
            raise ModelError(f"{file}: not JSON: {error}") from error
        if not isinstance(config, dict) or "auto_map" in config:
            raise ModelError(f"{file}: a model that brings code of its own is not run")
        return file

    def _weights(self) -> list[Path]:
        found = sorted(one.name for one in self.folder.glob("*.safetensors"))
        if not found:
            raise ModelError(f"{self.folder}: no *.safetensors; weights in a pickle are not read")
        return [existing(self.folder, name, _MOST_WEIGHTS) for name in found]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
