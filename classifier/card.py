"""The model card, written by training from what training measured."""

from __future__ import annotations

from typing import Any

from classifier.heads import STANCE_FROM, TARGETS, Heads, Readers
from otklik.enums import Stance

_SHOWN = (
    ("stance_kappa", "stance, Cohen's kappa"),
    ("stance_macro_f1", "stance, macro-F1 (6 classes)"),
    ("stance_macro_f1_without_heated", "stance, macro-F1 without `heated`"),
    ("hater_recall", "hater recall (abstained counts as missed)"),
    ("critics_filed_as_hater", "critics (with heated) filed as hater"),
    ("critics_filed_as_other", "critics (with heated) filed as other"),
    ("abstained", "abstained"),
    ("urgency_kappa", "urgency, kappa"),
    ("urgency_macro_f1", "urgency, macro-F1"),
    ("urgency_3_recall", "recall of urgency 3"),
    ("claim_kappa", "claim, kappa"),
    ("abuse_kappa", "abuse, kappa"),
    ("topic_kappa", "topic, kappa"),
    ("stance_ece", "calibration error of stance (15 bins)"),
)


def render(manifest: dict[str, Any], readers: Readers, heads: Heads) -> str:
    """MODEL_CARD.md as text; `{version}` is filled in when the artefact is saved."""
    return "\n".join(
        [
            "# Model card",
            "",
            "Written by `otklik model train`; do not edit. Version {version}.",
            "",
            "Judges one public comment about a business, in Russian or English: claim, abuse,"
            " stance, urgency, topic, with reasons; abstains where it is unsure.",
            "Not for judging people, for other languages, or for acting without a person.",
            "",
            "## Figures",
            "",
            f"Five-fold cross-validation over {manifest['rows']['gold']} labelled rows; near-copies"
            " share a fold; auxiliary rows whose text stands in the labels are left out; texts of"
            f" our own ({manifest['rows']['own']}) are learned from and never evaluated.",
            "The thresholds are chosen on these same out-of-fold rows. 95 % bootstrap intervals.",
            "",
            *_table(manifest["metrics"]["cross_validated"]),
            "",
            "## How the stance follows",
            "",
            "Stance = softmax(b + W x), x = log-probabilities of "
            + ", ".join(f"`{name}`" for name in STANCE_FROM)
            + ". `tone` is the direct reading of the text. Toxicity is no input.",
            "A hard fact told in the text (`classifier/hardfacts.py`) lifts urgency to 3; a threat"
            " in the first person also makes abuse `threat`. The figures have these rules on.",
            "",
            *_combination(heads),
            "",
            "## Data and licences",
            "",
            "Learned from: " + ", ".join(f"`{name}`" for name in sorted(manifest["data"])) + ".",
            "No text, no word list of these sets is inside; RuSentiLex was not used. Several"
            " auxiliary sets state no licence (see the digests in `manifest.json`).",
            "",
            f"Level-1 columns: {len(readers.names)}; arrays are plain numbers (int8, float32).",
            "",
        ]
    )


def _table(figures: dict[str, Any]) -> list[str]:
    lines = ["| figure | value | 95 % interval |", "|---|---|---|"]
    for name, title in _SHOWN:
        value, low, high = figures[name]
        lines.append(f"| {title} | {value:.3f} | {low:.3f} to {high:.3f} |")
    return lines


def _combination(heads: Heads) -> list[str]:
    names = [f"{head}.{label}" for head in STANCE_FROM for label in TARGETS[head]]
    lines = ["| input | " + " | ".join(Stance) + " |", "|---" * (len(Stance) + 1) + "|"]
    for name, row in zip(names, heads.stance.weights, strict=True):
        lines.append(f"| log {name} | " + " | ".join(f"{value:+.2f}" for value in row) + " |")
    bias = " | ".join(f"{value:+.2f}" for value in heads.stance.bias)
    return [*lines, f"| constant | {bias} |"]
