"""Short comments under a shop's own page: ``python -m tests.bench.shop_page``.

The texts of the scenarios, written before what the classifier learns of this kind was, and never
learned from: troubles told by different people, most of them dry ("a hair in the bread"), a price
rise disliked and defended. Told is how many of each the classifier calls unhappy, calm (a
question, a report), pleased, and how many it asks a person about. `tuned`: the halves that
grouping was tuned on and people have looked at; `held out`: the others.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from classifier.artefact import SHIPPED
from classifier.model import Classifier
from otklik.enums import CALM, UNHAPPY, Effort, Stance
from otklik.verdicts import Verdict
from tests.scenarios.make import HELD_OUT, half

UNHAPPY_TEXTS = (
    "nuts",
    "outage",
    "yogurt_lid",
    "yogurt_plastic",
    "coffee",
    "critics",
    "price_bad",
    "insults",
)
PLEASED_TEXTS = ("price_good",)


def counted(verdicts: list[Verdict]) -> str:
    """Unhappy, calm, pleased, unsure, of all."""
    kinds = Counter(
        "unhappy" if one.stance in UNHAPPY else "calm" if one.stance in CALM else str(Stance.PRAISE)
        for one in verdicts
    )
    unsure = sum(one.abstained for one in verdicts)
    figures = " | ".join(str(kinds[kind]) for kind in ("unhappy", "calm", "praise"))
    return f"{figures} | {unsure} | {len(verdicts)}"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder of an artefact")
    parser.add_argument("--effort", choices=("fast", "thorough"), default="thorough")
    options = parser.parse_args()
    effort = Effort(options.effort)
    model = Classifier.load(options.model, effort)
    sys.stdout.write("| texts | half | unhappy | calm | pleased | unsure | of |\n")
    sys.stdout.write("|---|---|---|---|---|---|---|\n")
    for halved, seed in (("tuned", 1), ("held out", HELD_OUT + 1)):
        told: list[Verdict] = []
        for name in (*UNHAPPY_TEXTS, *PLEASED_TEXTS):
            verdicts = list(model.judge(half(name, seed)))
            told += verdicts if name in UNHAPPY_TEXTS else []
            sys.stdout.write(f"| {name} | {halved} | {counted(verdicts)} |\n")
        sys.stdout.write(f"| all troubles | {halved} | {counted(told)} |\n")


if __name__ == "__main__":
    main()
