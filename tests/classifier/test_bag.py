"""The fast reader learns what it is shown, and reads each text as if it stood alone."""

import numpy as np
import pytest

from classifier.bag import Bag, Table
from classifier.bagging import Course, Lessons, fit_bag
from classifier.features import Features, extract
from classifier.targets import HEADS
from classifier.wordbook import Wordbook

CALM = ["спасибо за помощь", "всё отлично работает", "вкусный обед", "thank you for the help"]
ANGRY = ["вы идиоты", "какие же вы дебилы", "тупые твари", "you are idiots"]
TEXTS = [f"{text} {tail}" for tail in ("", "в Казани", "сегодня", "!") for text in CALM + ANGRY]
ABUSE = np.array([0] * 4 + [2] * 4, dtype=np.int64)
LABELS = {
    "abuse": np.tile(ABUSE, 4),
    "toxic": np.where(np.arange(len(TEXTS)) % 2 == 0, np.tile(ABUSE, 4) // 2, -1),
}
COURSE = Course(width=8, hidden=16, batch=4, rate=1e-2)


@pytest.fixture(scope="module")
def features() -> Features:
    return extract(TEXTS, Wordbook())


@pytest.fixture(scope="module")
def bag(features: Features) -> Bag:
    return fit_bag([features], LABELS, epochs=6, course=COURSE)


def test_what_was_shown_is_learned_also_from_rows_that_answer_some_questions_only(
    bag: Bag, features: Features
) -> None:
    said = bag.read(features)
    assert set(said) == {"abuse", "toxic"}
    assert said["abuse"].shape == (len(TEXTS), len(HEADS["abuse"]))
    assert (said["abuse"].argmax(axis=1) == LABELS["abuse"]).mean() > 0.9
    assert (said["toxic"].argmax(axis=1) == LABELS["abuse"] // 2).mean() > 0.9


def test_the_same_rows_and_seed_give_the_same_arrays(bag: Bag, features: Features) -> None:
    again = fit_bag([features], LABELS, epochs=6, course=COURSE).arrays()
    other = fit_bag([features], LABELS, epochs=6, course=COURSE, seed=1).arrays()
    for name, array in bag.arrays().items():
        np.testing.assert_array_equal(array, again[name])
    assert not np.array_equal(bag.hidden, other["hidden"])


def test_parts_read_with_one_wordbook_teach_as_the_whole(bag: Bag) -> None:
    book = Wordbook()
    parts = [extract(TEXTS[:10], book), extract(TEXTS[10:], book)]
    fitted = fit_bag(parts, LABELS, epochs=6, course=COURSE)
    np.testing.assert_array_equal(fitted.hidden, bag.hidden)


def test_rows_without_weight_teach_nothing(features: Features) -> None:
    wrong = {"abuse": np.where(np.arange(len(TEXTS)) < 16, LABELS["abuse"], 1)}
    weights = (np.arange(len(TEXTS)) < 16).astype(np.float32)
    fitted = fit_bag([features], wrong, weights=weights, epochs=8, course=COURSE)
    assert (fitted.read(features)["abuse"].argmax(axis=1) != 1).all()


def test_a_bag_comes_back_from_its_arrays(bag: Bag, features: Features) -> None:
    back = Bag.from_arrays(bag.arrays())
    for head, logits in bag.read(features).items():
        np.testing.assert_array_equal(back.read(features)[head], logits)


def test_a_text_is_read_the_same_alone_with_others_and_from_another_wordbook(bag: Bag) -> None:
    texts = [*TEXTS, "", "слово", "новое слово 123"]
    together = bag.read(extract(texts, Wordbook()))["abuse"]
    for row, text in enumerate(texts):
        alone = bag.read(extract([text], Wordbook()))["abuse"]
        np.testing.assert_allclose(alone[0], together[row], atol=1e-4)


def test_chosen_rows_are_read_as_in_the_whole(bag: Bag, features: Features) -> None:
    rows = np.array([5, 0, 9])
    chosen = Lessons.of([features]).take(rows)
    whole = bag.read(features)["abuse"][rows]
    np.testing.assert_allclose(bag.read(chosen)["abuse"], whole, atol=1e-4)


def test_the_telling_word_has_the_largest_share(bag: Bag) -> None:
    features = extract(["спасибо за обед идиоты отлично", "", "вы дебилы"], Wordbook())
    shares = bag.shares(features, "abuse", [1, 2, 3])
    forms = [form for text in features.texts for form in text.forms]
    assert len(shares) == len(forms)
    assert forms[int(shares[:5].argmax())] == "идиоты"
    assert forms[5 + int(shares[5:].argmax())] == "дебилы"


def test_a_byte_a_number_keeps_the_vectors() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    vectors[3] = 0
    kept = Table.of(vectors)
    assert kept.rows.dtype == np.int8
    assert not kept.vectors()[3].any()
    reach = np.abs(vectors).max(axis=1, keepdims=True)
    assert (np.abs(kept.vectors() - vectors) <= reach / 127 + 1e-3).all()


def test_a_wordbook_grows_and_keeps_the_numbers_it_gave() -> None:
    book = Wordbook()
    first = book.read([["да", "нет"], [], ["да"]])
    second = book.read([["может", "да"]])
    assert first.numbers.tolist() == [0, 1, 0]
    assert first.first.tolist() == [0, 2, 2, 3]
    assert second.numbers.tolist() == [2, 0]
    assert len(book) == 3


def test_a_word_has_one_hash_wherever_it_was_met() -> None:
    here, there = Wordbook(), Wordbook()
    here.read([["отличный", "сервис"]])
    there.read([["плохой"], ["сервис"], ["отличный"]])
    assert here.codes.tolist() == there.codes[[2, 1]].tolist()
    assert here.grams[: here.first[1]].tolist() == there.grams[there.first[2] :].tolist()
