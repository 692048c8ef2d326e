"""Our own labels on texts of the auxiliary sets: read, joined with the texts by their digest.

The texts stay where they are; only `digest claim abuse stance urgency topic annotator` travels.
They were labelled by the same guide as the gold set, some gold rows among them unmarked, so that
agreement with gold is known (docs/classifier.md). They are learned from and never evaluated.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

from classifier.corpus import GoldRow, read_csv, text_key
from otklik.enums import Abuse, Claim, Stance, Topic, Urgency
from otklik.errors import InputError

FILE = Path(__file__).resolve().parent / "data" / "our_labels.tsv.gz"
SETS = (
    "company_sentiment_ru", "airline_en", "toxicity_ru", "bank_reviews_ru",
    "restaurant_aspects_ru", "complaints_en", "tweet_sentiment_ru", "offensive_en",
    "detox_pairs", "hate_en", "spam_ru",
)  # fmt: skip
_CLAIM = {"n": Claim.NONE, "v": Claim.VAGUE, "c": Claim.CONCRETE}
_ABUSE = {"n": Abuse.NONE, "p": Abuse.PROFANE, "i": Abuse.INSULT, "t": Abuse.THREAT}
_STANCE = {
    "C": Stance.CRITIC, "E": Stance.HEATED, "H": Stance.HATER,
    "P": Stance.PRAISE, "Q": Stance.QUESTION, "O": Stance.OTHER,
}  # fmt: skip
_TOPIC = {
    "d": Topic.DELIVERY, "q": Topic.QUALITY, "s": Topic.STAFF, "p": Topic.PRICE,
    "a": Topic.APP, "l": Topic.PLACE, "o": Topic.POLICY, "n": Topic.NONE,
}  # fmt: skip


def load_ours(data: Path, without: set[str], file: Path = FILE) -> list[GoldRow]:
    """Labelled rows whose text stands in the sets of folder `data`, in the order of the sets.

    Args:
        data: folder of the auxiliary sets.
        without: `text_key`s of texts that must not be learned from (the gold set's).
        file: the labels.

    Raises:
        InputError: the labels or a set cannot be read, or a label is none of ours (file:line).
    """
    labels = dict(_labels(file))
    rows: list[GoldRow] = []
    seen = set(without)
    for stem in SETS:
        for text in _texts(data / f"{stem}.csv.gz"):
            label = labels.get(digest_of(text))
            key = text_key(text)
            if label is not None and key not in seen:
                seen.add(key)
                rows.append(_row(f"{stem}-{len(rows)}", text, label, stem))
    return rows


def digest_of(text: str) -> str:
    """Sixteen hexadecimal characters that name a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _texts(path: Path) -> Iterator[str]:
    for row in read_csv(path):
        yield row["text"].strip()


def _labels(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        lines = gzip.decompress(file.read_bytes()).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise InputError(f"{file}: {error}") from error
    for number, line in enumerate(lines, 1):
        digest, *label = line.split()
        if len(label) < 5:
            raise InputError(f"{file}:{number}: a digest and five labels were expected")
        yield digest, tuple(label[:5])


def _row(name: str, text: str, label: tuple[str, ...], source: str) -> GoldRow:
    claim, abuse, stance, urgency, topic = label
    try:
        return GoldRow(
            name, text, _CLAIM[claim], _ABUSE[abuse], _STANCE[stance],
            Urgency(int(urgency)), _TOPIC[topic], source=source, own=True,
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise InputError(f"{FILE.name}: {label} is not a label: {error!r}") from error
