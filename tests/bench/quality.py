"""`python -m tests.bench.quality`: how good the classifier is, beyond the model card's table.

Leaves out one family of sources at a time (with our own labels and auxiliary rows of that
family), grows the training set step by step, and draws the calibration. Works on the bag, the
reader that can be taught anew in a minute; where the encoder's out-of-fold scores are kept in
the shipped artefact, the calibration is drawn for both readers together.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

from classifier.abstaining import choose
from classifier.agreeing import agree
from classifier.combination import fit_combination, inputs_of
from classifier.evaluation import judged, metrics
from classifier.hardfacts import apply
from classifier.material import Material, folds_of, gather
from classifier.training import OWN_TEXTS, left_out, reader_of
from tests.conftest import ROOT, SHARED

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]

# sources of the gold set, and the sets our own labels and auxiliary rows of that kind come from
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "company tweets": (
        ("company-telecom", "company-banks", "sentirueval-telecom", "sentirueval-banks"),
        ("company_sentiment_ru",),
    ),
    "airline": (("airline",), ("airline_en",)),
    "bank reviews": (
        ("bank-review", "bank-review2", "otzovik-sberbank", "gpb"),
        ("bank_reviews_ru",),
    ),
    "complaints": (("complaint", "complaints"), ("complaints_en",)),
    "restaurants": (("restaurant", "restaurants", "sfu", "park"), ("restaurant_aspects_ru",)),
    "toxicity": (("okru", "blackmoon", "toxic", "nontoxic", "vk"), ("toxicity_ru",)),
    "detox pairs": (("detox", "paradetox", "pair-toxic", "pair-neutral"), ("detox_pairs",)),
    "tweets": (("tweet", "rusentitweet"), ("tweet_sentiment_ru",)),
    "offence (EN)": (("offensive", "olid", "davidson"), ("offensive_en", "hate_en")),
    "spam": (("spam", "chat"), ("spam_ru",)),
}
SHOWN = ("stance_kappa", "urgency_kappa", "claim_kappa", "abuse_kappa", "topic_kappa")
CURVE = (0.1, 0.25, 0.5, 1.0)


def main() -> None:
    """Measure and write artefacts/quality.json."""
    options = argparse.ArgumentParser(prog="quality", description=__doc__)
    options.add_argument("--families", action="store_true")
    options.add_argument("--curve", action="store_true")
    options.add_argument("--calibration", action="store_true")
    asked = options.parse_args()
    console = Console()
    gold, data = SHARED / "gold" / "dev.jsonl", SHARED / "data"
    material = gather(gold, data, (OWN_TEXTS,), console.print)
    found: dict[str, Any] = {}
    if asked.families:
        found["families"] = by_family(material, console)
    if asked.curve:
        found["curve"] = curve(material, console)
    if asked.calibration:
        found["calibration"] = calibration(material, console)
        picture = ROOT / "artefacts" / "calibration.svg"
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(drawn(found["calibration"]), encoding="utf-8")
    target = ROOT / "artefacts" / "quality.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, indent=1))
    console.print(f"written to {target}")


def by_family(material: Material, console: Console) -> dict[str, Any]:
    """Figures on each family of sources by a bag that has seen nothing of it."""
    said, tested = left_families_out(material, console)
    return {name: _figures(material, said, rows) for name, rows in tested.items()}


def left_families_out(
    material: Material, console: Console
) -> tuple[dict[str, F32], dict[str, I64]]:
    """(n, c) scores per head of rows whose family was left out, and the rows of each family."""
    size = len(material.rows)
    source = np.array([row.source for row in material.rows])
    stems = np.array(material.auxiliary.stems)
    said: dict[str, F32] = {}
    tested: dict[str, I64] = {}
    for name, (sources, sets) in FAMILIES.items():
        test = np.intersect1d(material.gold, np.flatnonzero(np.isin(source, sources)))
        away = np.isin(source, (*sources, *sets))
        learn = material.taught
        learn = learn[(learn >= size) | ~away[np.minimum(learn, size - 1)]]
        learn = learn[(learn < size) | ~np.isin(stems[np.maximum(learn - size, 0)], sets)]
        console.print(f"without {name}: {len(test)} rows to judge, {len(learn)} to learn from")
        for head, scores in material.teach(learn).read(material.lessons.take(test)).items():
            whole = said.setdefault(head, np.zeros((size, scores.shape[1]), np.float32))
            whole[test] = scores
        tested[name] = test
    return said, tested


def _figures(material: Material, said: dict[str, F32], test: I64) -> dict[str, Any]:
    """The test rows weighed by a combination fitted on the other families."""
    known = np.flatnonzero(said["tone"].any(axis=1))
    learn = np.setdiff1d(known, test)
    inputs = inputs_of(said)
    labels = {head: values[: len(inputs)] for head, values in material.labels.items()}
    fitted = fit_combination(
        inputs[learn], {head: values[learn] for head, values in labels.items()}, {}
    )
    proba = apply(agree(fitted.proba(inputs[test])), [material.facts[row] for row in test.tolist()])
    doubts = choose(fitted.proba(inputs[learn])["stance"], labels["tone"][learn])
    truth = {head: values[test] for head, values in labels.items()}
    table = metrics(judged(truth, proba, doubts.unsure(proba["stance"])), rounds=200)
    return {"rows": len(test), **{name: table[name] for name in (*SHOWN, *_RISKS)}}


_RISKS = ("critics_filed_as_hater", "abstained")


def curve(material: Material, console: Console) -> dict[str, Any]:
    """Stance and urgency kappa of the bag by how many labelled rows it learned from."""
    gold = material.gold
    learn, test = folds_of(material.rows, gold, 5)[0]
    others = np.setdiff1d(np.arange(len(material.rows)), gold)
    generator = np.random.default_rng(0)
    pool = generator.permutation(np.concatenate((learn, others)))
    auxiliary = material.taught[material.taught >= len(material.rows)]
    found: dict[str, Any] = {}
    for share in CURVE:
        rows = pool[: int(share * len(pool))]
        said = material.teach(np.concatenate((rows, auxiliary))).read(material.lessons.take(test))
        truth = {head: values[test] for head, values in material.labels.items()}
        proba = {head: said[head] for head in ("claim", "abuse", "topic", "urgency")}
        proba["stance"] = said["tone"]
        table = metrics(judged(truth, proba, np.zeros(len(test), dtype=bool)), rounds=0)
        found[str(len(rows))] = {name: table[name][0] for name in SHOWN}
        console.print(len(rows), found[str(len(rows))])
    return found


def calibration(material: Material, console: Console) -> dict[str, Any]:
    """Ten bins of the best stance's probability: mean promise, share right, rows."""
    reader = reader_of(Path(ROOT / "classifier" / "artefact"))
    said = left_out(material, 5, console.print)
    inputs = _stances(material, said, reader)
    truth = material.labels["tone"][material.gold]
    found = {}
    for name, stance in inputs.items():
        best, right = stance.max(axis=1), stance.argmax(axis=1) == truth
        place = np.minimum((best * 10).astype(int), 9)
        found[name] = [
            [float(best[place == bin_].mean()), float(right[place == bin_].mean()), int(count)]
            for bin_, count in enumerate(np.bincount(place, minlength=10))
            if count
        ]
    return found


def drawn(found: dict[str, Any]) -> str:
    """The calibration as an SVG: a dot a bin, its area by rows, the diagonal for comparison."""
    colours = {"fast": "#c77700", "full": "#0a6b62"}
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-45 -15 360 340" font-size="11" '
        'font-family="sans-serif"><rect x="-45" y="-15" width="360" height="340" fill="#fff"/>',
        '<path d="M0 300H300M0 300V0" stroke="#444"/><path d="M0 300L300 0" stroke="#bbb" '
        'stroke-dasharray="4"/>',
        '<text x="95" y="322">promised probability</text>',
        '<text transform="translate(-28 190) rotate(-90)">share that is right</text>',
    ]
    for step in range(0, 11, 2):
        place = step * 30
        parts.append(f'<text x="{place - 8}" y="314">{step / 10:.1f}</text>')
        parts.append(f'<text x="-24" y="{304 - place}">{step / 10:.1f}</text>')
    for row, (name, bins) in enumerate(found.items()):
        parts.append(f'<text x="10" y="{14 + 15 * row}" fill="{colours[name]}">● {name}</text>')
        for promise, right, count in bins:
            radius = max(2.0, count**0.5 / 5)
            parts.append(
                f'<circle cx="{promise * 300:.1f}" cy="{300 - right * 300:.1f}" r="{radius:.1f}" '
                f'fill="{colours[name]}" fill-opacity="0.6"/>'
            )
    return "".join([*parts, "</svg>"]) + "\n"


def _stances(material: Material, said: dict[str, F32], reader: Any) -> dict[str, F32]:
    from classifier.training import Inputs, nested

    texts = material.texts(material.gold)
    found = {"fast": nested(material, Inputs(inputs_of(said), {}), 5)[0]["stance"]}
    if reader is not None:
        scores = reader.unseen.of(texts, reader.encoder)
        found["full"] = nested(material, Inputs(inputs_of(said, scores), {}), 5)[0]["stance"]
    return found


if __name__ == "__main__":
    main()
