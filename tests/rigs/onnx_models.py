"""Tiny real ONNX text classifiers and their tokenizers, written to a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

WORDS = ["[PAD]", "[UNK]", "идиот", "спасибо", "заказ", "чай"]


def write_tokenizer(folder: Path) -> None:
    """A word tokenizer of six words."""
    model = models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def write_model(
    folder: Path, outputs: dict[str, Sequence[Sequence[float]]], extra_input: str = ""
) -> None:
    """A bag of words: each output sums, over the tokens, the row of scores of each word.

    Args:
        outputs: name → scores (6 words, columns).
        extra_input: one more input, which no tokenizer of ours can fill.
    """
    import numpy as np

    shape = ["batch", "tokens"]
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)]
    nodes, weights, results = [], [], []
    if extra_input:
        inputs.append(helper.make_tensor_value_info(extra_input, TensorProto.FLOAT, shape))
    axes = numpy_helper.from_array(np.array([1], dtype=np.int64), "axes")
    for name, scores in outputs.items():
        table = np.array(scores, dtype=np.float32)
        weights.append(numpy_helper.from_array(table, f"table_{name}"))
        nodes.append(helper.make_node("Gather", [f"table_{name}", "input_ids"], [f"rows_{name}"]))
        nodes.append(helper.make_node("ReduceSum", [f"rows_{name}", "axes"], [name], keepdims=0))
        results.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", table.shape[1]])
        )
    graph = helper.make_graph(nodes, "bag", inputs, results, [*weights, axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))


def write_labels(folder: Path, *outputs: dict[str, Any], name: str = "tiny") -> None:
    """`labels.json` of these heads."""
    whole = {"name": name, "outputs": list(outputs)}
    (folder / "labels.json").write_text(json.dumps(whole), encoding="utf-8")
