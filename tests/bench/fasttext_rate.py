"""A fastText model trained on the same labels, in an environment of its own.

Stands alone on purpose: the package takes the import name of a library Otklik uses. Needs
`fasttext-wheel` and `numpy<2`; prints one line of JSON.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import fasttext


def main(shared: Path) -> None:
    """Train on the stance labels, then time the prediction of the same comments."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    lines = (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line.strip()]
    texts = [" ".join(row["text"].split()) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "train.txt"
        labelled = zip(rows, texts, strict=True)
        corpus.write_text(
            "\n".join(f"__label__{row['stance']} {text}" for row, text in labelled),
            encoding="utf-8",
        )
        model = fasttext.train_supervised(
            str(corpus), minn=2, maxn=5, epoch=25, lr=0.5, thread=1, verbose=0
        )
    model.predict(texts[:200])
    start = time.perf_counter()
    for text in texts:
        model.predict(text)
    result = {"batch": len(texts) / (time.perf_counter() - start)}
    print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
