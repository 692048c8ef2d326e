"""Another tool on the same comments, in an environment of its own where it pins old libraries.

Stands alone on purpose. `python other_rate.py NAME FILE`, FILE holding one comment a line;
prints one line of JSON with comments a second on one core.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def tfidf(texts):  # type: ignore[no-untyped-def]
    """Characters and words into one logistic stance head: the plain baseline."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    views = make_union(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), max_features=200_000),
        TfidfVectorizer(ngram_range=(1, 2), max_features=100_000),
    )
    model = make_pipeline(views, LogisticRegression(max_iter=50))
    model.fit(texts[:2000], [hash(text) % 6 for text in texts[:2000]])
    return model.predict


def alt_profanity_check(_):  # type: ignore[no-untyped-def]
    """English only: whether a text is profane."""
    from profanity_check import predict

    return predict


def check_swear(_):  # type: ignore[no-untyped-def]
    """Russian: whether a text is profane, one text at a time."""
    from check_swear import SwearingCheck

    return SwearingCheck().predict


def main() -> None:
    """Time the tool named first on the comments of the file named second."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = Path(sys.argv[2]).read_text(encoding="utf-8").split("\n")
    tools: dict[str, Any] = {
        "tfidf": tfidf,
        "alt-profanity-check": alt_profanity_check,
        "check-swear": check_swear,
    }
    judge = tools[sys.argv[1]](texts)
    judge(texts[:50])
    start = time.perf_counter()
    for first in range(0, len(texts), 200):
        judge(texts[first : first + 200])
    print(json.dumps({"batch": len(texts) / (time.perf_counter() - start)}))  # noqa: T201


if __name__ == "__main__":
    main()
