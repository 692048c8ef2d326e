"""From the tuned network to what a desk runs: an ONNX graph with int8 weights."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from classifier.base_model import BaseModel
from classifier.encoder import Encoder, Vocabulary
from classifier.targets import TARGETS
from classifier.tuned_network import Layer, norm_of
from otklik.errors import ModelError

_OPERATORS = 17  # version of the set; every onnxruntime we allow runs it
_FAR = -1e4
_CLOSE = 0.05  # of the largest score: how far the plain graph may be from the network


class Graph(nn.Module):
    """The network written out with plain operators; (b, l, h) vectors and (b, l) mask in."""

    def __init__(self, base: BaseModel, layers: Sequence[Layer], heads: Any) -> None:
        super().__init__()
        self.norm, self.layers, self.heads = norm_of(base), nn.ModuleList(layers), heads

    def forward(self, x: Any, mask: Any) -> Any:
        """(b, 25) scores, in the order of `COLUMNS`."""
        x = self.norm(x)
        far = ((1 - mask) * _FAR)[:, None, None, :]
        for layer in self.layers:
            x = _plain(layer, x, far)
        share = mask[..., None]
        mean = (x * share).sum(1) / share.sum(1)
        return torch.cat([self.heads[head](mean) for head in TARGETS], 1)


def encoder_of(
    base: BaseModel, layers: Sequence[Layer], heads: Any, vocabulary: Vocabulary
) -> Encoder:
    """The encoder a desk runs.

    Raises:
        ModelError: the exported graph does not say what the network says.
    """
    network = Graph(base, layers, heads).eval()
    with tempfile.TemporaryDirectory(prefix="otklik-export-") as place:
        plain, small = Path(place) / "plain.onnx", Path(place) / "int8.onnx"
        _export(network, base.width, plain)
        _compare(network, base.width, plain)
        _quantise(plain, small)
        return Encoder(vocabulary, small.read_bytes())


def _plain(layer: Layer, x: Any, far: Any) -> Any:
    batch, length, width = x.shape
    size = width // layer.heads
    parts = layer.qkv(x).view(batch, length, 3, layer.heads, size)
    parts = parts.permute(2, 0, 3, 1, 4)
    query, key, value = parts[0], parts[1], parts[2]
    seen = torch.softmax(query @ key.transpose(-1, -2) / size**0.5 + far, -1) @ value
    x = layer.first(x + layer.out(seen.transpose(1, 2).reshape(batch, length, width)))
    return layer.second(x + layer.down(functional.gelu(layer.up(x))))


def _example(width: int) -> tuple[Any, Any]:
    random = torch.Generator().manual_seed(0)
    mask = torch.ones(3, 10)
    mask[1, 6:] = 0
    return torch.randn(3, 10, width, generator=random), mask


def _export(network: Graph, width: int, path: Path) -> None:
    with warnings.catch_warnings():
        # the newer exporter needs one more library and gives nothing that is missed here
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            _example(width),
            str(path),
            input_names=["x", "mask"],
            output_names=["logits"],
            dynamic_axes={"x": {0: "b", 1: "l"}, "mask": {0: "b", 1: "l"}, "logits": {0: "b"}},
            opset_version=_OPERATORS,
            dynamo=False,
        )


def _compare(network: Graph, width: int, path: Path) -> None:
    from onnxruntime import InferenceSession

    x, mask = _example(width)
    with torch.no_grad():
        said = network(x, mask).numpy()
    session = InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {"x": x.numpy(), "mask": mask.numpy()})[0]
    if np.abs(found - said).max() > _CLOSE * max(1.0, float(np.abs(said).max())):
        raise ModelError("the exported graph does not say what the network says")


def _quantise(plain: Path, small: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(plain),
        str(small),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm"],
    )
