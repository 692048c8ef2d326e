"""The network while it learns, in torch: imported by tuning alone, no desk needs it.

The lower layers stay frozen, so what they say of each text is computed once and kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from classifier.base_model import BaseModel
from classifier.course import Course, batches
from classifier.encoder import COLUMNS, Encoder, Vocabulary
from classifier.material import Progress
from classifier.targets import TARGETS

_READ_AT_ONCE = 64
_WEIGHT_DECAY, _LONGEST_STEP = 0.01, 1.0

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Hidden = Sequence[Any]  # of each text (pieces, h) in bfloat16


class Layer(nn.Module):
    """One layer of the transformer, norms behind the sums, as the base model has it."""

    def __init__(self, weights: Mapping[str, F32], heads: int, epsilon: float, drop: float) -> None:
        super().__init__()
        width, inner = weights["fo.w"].shape
        self.heads, self.drop = heads, drop
        self.qkv = nn.Linear(width, 3 * width)
        self.out, self.up = nn.Linear(width, width), nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.first, self.second = (nn.LayerNorm(width, eps=epsilon) for _ in range(2))
        for part in ("w", "b"):
            joined = np.concatenate([weights[f"{name}.{part}"] for name in "qkv"])
            _fill(self.qkv, part, joined)
            _fill(self.out, part, weights[f"ao.{part}"])
            _fill(self.up, part, weights[f"fi.{part}"])
            _fill(self.down, part, weights[f"fo.{part}"])
            _fill(self.first, part, weights[f"aln.{part}"])
            _fill(self.second, part, weights[f"oln.{part}"])

    def forward(self, x: Any, mask: Any) -> Any:
        """(b, l, h) from (b, l, h); `mask` (b, l) is true where there is a piece."""
        batch, length, width = x.shape
        parts = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask[:, None, None, :]
        )
        seen = seen.transpose(1, 2).reshape(batch, length, width)
        x = self.first(x + functional.dropout(self.out(seen), self.drop, self.training))
        inner = self.down(functional.gelu(self.up(x)))
        return self.second(x + functional.dropout(inner, self.drop, self.training))


class Upper(nn.Module):
    """The layers that learn, and one answer for each head from the mean over the pieces."""

    def __init__(self, base: BaseModel, course: Course) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers_of(base, course.frozen, course.layers, course.dropout))
        self.heads = nn.ModuleDict(
            {head: nn.Linear(base.width, len(classes)) for head, classes in TARGETS.items()}
        )
        self.drop = course.dropout
        for head in self.heads.values():
            nn.init.normal_(head.weight, 0, 0.02)
            nn.init.zeros_(head.bias)

    def forward(self, x: Any, mask: Any) -> dict[str, Any]:
        """(b, c) scores of each head."""
        for layer in self.layers:
            x = layer(x, mask)
        share = mask[..., None].to(x.dtype)
        mean = ((x * share).sum(1) / share.sum(1)).float()
        return {
            name: head(functional.dropout(mean, self.drop, self.training))
            for name, head in self.heads.items()
        }


class TorchTuner:
    """Tunes on the CPU in bfloat16. `pieces` are those of each text, marks included."""

    def __init__(
        self,
        base: BaseModel,
        pieces: Sequence[Sequence[int]],
        course: Course,
        say: Progress,
        *,
        seed: int = 0,
        threads: int = 2,
    ) -> None:
        torch.set_num_threads(threads)
        self._base, self._course, self._seed, self._say = base, course, seed, say
        self._pieces = pieces
        self._hidden: Hidden | None = None

    def fit(self, rows: I64, labels: Mapping[str, I64], weights: F32) -> TorchTuned:
        """Layers and heads that have learned `rows`, by `Course`."""
        hidden, course = self._lower(), self._course
        torch.manual_seed(self._seed)
        rng = np.random.default_rng(self._seed)
        upper = Upper(self._base, course).train()
        goals = {head: torch.from_numpy(goal) for head, goal in course.goals(labels).items()}
        lengths = np.array([len(hidden[row]) for row in rows])
        steps = course.epochs * -(-len(rows) // course.batch)
        optimizer, schedule = _optimizer(upper, course, steps)
        for epoch in range(1, course.epochs + 1):
            lost = 0.0
            for places in batches(lengths, course.batch, rng):
                chosen = rows[places]
                loss = _loss(upper, hidden, chosen, goals, torch.from_numpy(weights[chosen]))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(upper.parameters(), _LONGEST_STEP)
                optimizer.step()
                schedule.step()
                lost += float(loss.detach()) * course.epochs / steps
            self._say(f"pass {epoch} of {course.epochs}: loss {lost:.3f}")
        return TorchTuned(self._base, course, upper.eval(), hidden)

    def _lower(self) -> Hidden:
        if self._hidden is None:
            self._say(f"what the lower layers say of {len(self._pieces)} texts")
            self._hidden = lower(self._base, self._pieces, self._course.frozen)
        return self._hidden


class TorchTuned:
    """A tuned network beside what the lower layers say of the texts it may be asked about."""

    def __init__(self, base: BaseModel, course: Course, upper: Upper, hidden: Hidden) -> None:
        self._base, self._course, self._upper, self._hidden = base, course, upper, hidden

    def scores(self, rows: I64) -> F32:
        """(n, 25) scores of the rows, in the order of `COLUMNS`."""
        order = np.argsort([len(self._hidden[row]) for row in rows], kind="stable")
        found = np.zeros((len(rows), len(COLUMNS)), dtype=np.float32)
        for start in range(0, len(order), _READ_AT_ONCE):
            places = order[start : start + _READ_AT_ONCE]
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                said = self._upper(*_padded([self._hidden[row] for row in rows[places]]))
            found[places] = torch.cat([said[head].float() for head in TARGETS], 1).numpy()
        return found

    def encoder(self, vocabulary: Vocabulary) -> Encoder:
        """The whole network, frozen layers included, with int8 weights."""
        from classifier.exporting import encoder_of

        course = self._course
        layers = layers_of(self._base, 0, course.frozen, 0.0)
        return encoder_of(self._base, [*layers, *self._upper.layers], self._upper.heads, vocabulary)


def layers_of(base: BaseModel, first: int, end: int, drop: float) -> list[Layer]:
    """Layers `first` to `end` (exclusive) of the base model."""
    return [Layer(weights, base.heads, base.epsilon, drop) for weights in base.layers[first:end]]


def lower(base: BaseModel, pieces: Sequence[Sequence[int]], frozen: int) -> Hidden:
    """What the first `frozen` layers say of each text: (pieces, h) in bfloat16."""
    norm = norm_of(base)
    layers = [layer.eval() for layer in layers_of(base, 0, frozen, 0.0)]
    found: list[Any] = [None] * len(pieces)
    order = np.argsort([len(ids) for ids in pieces], kind="stable").tolist()
    for start in range(0, len(order), _READ_AT_ONCE):
        places = order[start : start + _READ_AT_ONCE]
        vectors = [base.words(pieces[row]) + base.places[: len(pieces[row])] for row in places]
        x, mask = _padded([torch.from_numpy(vector) for vector in vectors])
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            x = norm(x)
            for layer in layers:
                x = layer(x, mask)
        for place, row in enumerate(places):
            found[row] = x[place, : len(pieces[row])].to(torch.bfloat16).clone()
    return found


def norm_of(base: BaseModel) -> Any:
    """The norm between the vectors of pieces and the first layer."""
    norm = nn.LayerNorm(base.width, eps=base.epsilon)
    for part, values in zip("wb", base.norm, strict=True):
        _fill(norm, part, values)
    return norm.eval()


def _padded(vectors: Sequence[Any]) -> tuple[Any, Any]:
    """(b, l, h) vectors filled up with zeros, and (b, l) where there is a piece."""
    lengths = torch.tensor([len(one) for one in vectors])
    filled = nn.utils.rnn.pad_sequence(list(vectors), batch_first=True)
    return filled, torch.arange(filled.shape[1])[None, :] < lengths[:, None]


def _loss(upper: Upper, hidden: Hidden, rows: I64, goals: Mapping[str, Any], weights: Any) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        said = upper(*_padded([hidden[row] for row in rows]))
    places = torch.from_numpy(rows)
    lost = [
        (functional.log_softmax(said[head].float(), -1) * goals[head][places]).sum(-1) * weights
        for head in TARGETS
    ]
    return -torch.stack(lost).sum() / len(rows)


def _optimizer(upper: Upper, course: Course, steps: int) -> tuple[Any, Any]:
    groups = [
        {"params": list(layer.parameters()), "lr": course.rate * course.decay**below}
        for below, layer in enumerate(reversed(upper.layers))
    ]
    groups.append({"params": list(upper.heads.parameters()), "lr": course.head_rate})
    optimizer = torch.optim.AdamW(groups, weight_decay=_WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: course.share_at(step, steps)
    )
    return optimizer, schedule


def _fill(module: Any, part: str, values: F32) -> None:
    target = module.weight if part == "w" else module.bias
    with torch.no_grad():
        target.copy_(torch.from_numpy(np.array(values, dtype=np.float32)))
