"""The model card, written by training from what training measured."""

from __future__ import annotations

from typing import Any

from classifier.artefact import FAST, FULL, Model
from classifier.combination import STANCE_FROM, Combination
from classifier.targets import TARGETS
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
    ("toxic_macro_f1", "toxic, macro-F1 on rows held back"),
    ("sentiment_macro_f1", "sentiment towards the company, macro-F1 on rows held back"),
    ("spam_macro_f1", "spam, macro-F1 on rows held back"),
)
_TITLES = {FAST: "bag alone (`fast`)", FULL: "bag and encoder (`thorough`)"}


def render(model: Model) -> str:
    """MODEL_CARD.md as text; `{version}` is filled in when the artefact is saved."""
    told, rows = model.manifest, model.manifest["rows"]
    best = model.combinations.get(FULL, model.combinations[FAST])
    return "\n".join(
        [
            "# Model card",
            "",
            "Written by `otklik model train`; do not edit. Version {version}.",
            "",
            "Judges one public comment about a business, in Russian or English: claim, abuse,"
            " stance, urgency, topic, sentiment, spam, with reasons; abstains where it is unsure.",
            "Not for judging people, for other languages, or for acting without a person.",
            "",
            "## Figures",
            "",
            f"Five-fold cross-validation over {rows['gold']} labelled rows; near-copies share a"
            " fold; auxiliary rows and our own labels whose text stands in the labelled rows are"
            f" left out. Learned from and never evaluated: {rows['own']} texts of our own,"
            f" {rows['ours']} labels of ours on texts of the auxiliary sets,"
            f" {rows['auxiliary']} auxiliary rows.",
            "Combinations and thresholds of each part are fitted on the other parts."
            " 95 % bootstrap intervals.",
            "",
            *_table({name: told["metrics"][name] for name in model.combinations}),
            "",
            f"`balanced` asks the encoder where the bag's best stance is below {model.floor:.3f}.",
            "",
            "## How the stance follows",
            "",
            "Stance = softmax(b + W x), x = log-probabilities of "
            + ", ".join(f"`{name}`" for name in STANCE_FROM)
            + ". `tone` is the direct reading of the text. Toxicity is no input.",
            "A hard fact told in the text (`classifier/hardfacts.py`) lifts urgency to 3; a threat"
            " in the first person also makes abuse `threat`. The figures have these rules on.",
            "",
            *_combination(best),
            "",
            "## Data and licences",
            "",
            "Learned from: " + ", ".join(f"`{name}`" for name in sorted(told["data"])) + ".",
            "No text, no word list of these sets is inside; RuSentiLex was not used. Several"
            " auxiliary sets state no licence (see the digests in `manifest.json`). The encoder"
            " is made of multilingual-e5-small (MIT licence).",
            "",
        ]
    )


def _table(figures: dict[str, dict[str, Any]]) -> list[str]:
    lines = [
        "| figure | " + " | ".join(_TITLES[name] for name in figures) + " |",
        "|---|" + "---|" * len(figures),
    ]
    for name, title in _SHOWN:
        cells = [_cell(table.get(name)) for table in figures.values()]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return lines


def _cell(figure: list[float] | None) -> str:
    if figure is None:
        return "–"
    value, low, high = figure
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _combination(fitted: Combination) -> list[str]:
    names = [f"{head}.{label}" for head in STANCE_FROM for label in TARGETS[head]]
    lines = ["| input | " + " | ".join(Stance) + " |", "|---" * (len(Stance) + 1) + "|"]
    for name, row in zip(names, fitted.stance.weights, strict=True):
        lines.append(f"| log {name} | " + " | ".join(f"{value:+.2f}" for value in row) + " |")
    bias = " | ".join(f"{value:+.2f}" for value in fitted.stance.bias)
    return [*lines, f"| constant | {bias} |"]
