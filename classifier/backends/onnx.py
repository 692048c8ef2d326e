"""Any ONNX text classifier in a folder: `model.onnx`, `tokenizer.json`, `labels.json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from classifier.backends.local_model import LocalModel, Outputs, library
from classifier.backends.mapping import existing
from otklik.errors import ModelError

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
_MOST_MODEL, _MOST_TOKENIZER = 4_000_000_000, 100_000_000  # bytes
_INPUTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
_TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_PACKAGES = "onnxruntime tokenizers"


class OnnxModel(LocalModel):
    """An ONNX model, computed on one thread."""

    kind: ClassVar[str] = "onnx"
    title: ClassVar[str] = "an ONNX model in a folder"

    def load(self) -> list[Path]:
        """See `LocalModel`."""
        model = existing(self.folder, MODEL, _MOST_MODEL)
        tokenizer = existing(self.folder, TOKENIZER, _MOST_TOKENIZER)
        self._tokenizer = self._read_tokenizer(tokenizer)
        self._session = self._open(model)
        self._types = {}
        for given in self._session.get_inputs():
            if given.name not in _INPUTS or given.type not in _TYPES:
                raise ModelError(
                    f"{model}: input {given.name!r} ({given.type}): known are "
                    f"{', '.join(_INPUTS)} of {', '.join(_TYPES)}"
                )
            self._types[given.name] = _TYPES[given.type]
        self._outputs = [
            one.name for one in self._session.get_outputs() if one.type.startswith("tensor(float")
        ]
        if not self._outputs:
            raise ModelError(f"{model}: none of its outputs holds numbers")
        return [model, tokenizer]

    def outputs(self, texts: Sequence[str]) -> Outputs:
        """See `LocalModel`."""
        encoded = self._tokenizer.encode_batch(list(texts))
        fed = {
            name: np.array([getattr(one, _INPUTS[name]) for one in encoded], dtype=kind)
            for name, kind in self._types.items()
        }
        with _Told(self.folder / MODEL):
            found = self._session.run(self._outputs, fed)
        return dict(zip(self._outputs, found, strict=True))

    def _read_tokenizer(self, file: Path) -> Any:
        tokenizers = library("tokenizers", _PACKAGES, "the onnx backend")
        with _Told(file):
            tokenizer = tokenizers.Tokenizer.from_str(file.read_text(encoding="utf-8"))
        tokenizer.enable_truncation(self._config.max_tokens)
        if not tokenizer.padding:
            tokenizer.enable_padding()
        return tokenizer

    def _open(self, file: Path) -> Any:
        runtime = library("onnxruntime", _PACKAGES, "the onnx backend")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        with _Told(file):
            return runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


class _Told:
    """What the two libraries raise becomes a `ModelError` that names the file.

    Their errors share no class of their own (tokenizers raises bare exceptions), so they are
    known by where they come from.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: Any
    ) -> None:
        if error is None or isinstance(error, ModelError):
            return
        is_theirs = kind is Exception or type(error).__module__.startswith("onnxruntime")
        if is_theirs or isinstance(error, ValueError | RuntimeError):
            line = " ".join(str(error).split())[:300]
            raise ModelError(f"{self._file}: {line}") from error
