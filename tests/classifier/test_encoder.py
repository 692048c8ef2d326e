"""The slow reader: bounded, the same for a text whatever stands beside it, kept in the artefact."""

from __future__ import annotations

import numpy as np
import pytest

from classifier import artefact
from classifier.encoder import BOS, COLUMNS, EOS, LONGEST, Encoder, cut, shorten
from classifier.model import Classifier
from classifier.unseen import Unseen
from otklik.enums import Effort, Stance
from otklik.errors import ModelError

TEXTS = (
    "Курьер опоздал на три часа, еда холодная! Верните деньги",
    "Спасибо, всё отлично",
    "x" * 5000,
    "",
    "日本語のコメント 🙂",
    "Ваши сотрудники дебилы, второй раз списали 5000 рублей с карты",
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = artefact.load(artefact.SHIPPED).encoder
    assert found is not None
    return found


def test_scores_of_a_text_do_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    together = encoder.read(TEXTS)
    assert together.shape == (len(TEXTS), len(COLUMNS))
    for row, text in enumerate(TEXTS):
        np.testing.assert_array_equal(encoder.read([text])[0], together[row])


def test_a_text_of_any_length_costs_a_bounded_number_of_pieces(encoder: Encoder) -> None:
    for ids in encoder.pieces([*TEXTS, "связь пропала " * 20_000]):
        assert len(ids) <= LONGEST
        assert (ids[0], ids[-1]) == (BOS, EOS)


def test_of_a_long_text_beginning_and_end_are_read() -> None:
    ids = cut(list(range(1000)))
    assert ids[1] == 0
    assert ids[-2] == 999
    assert len(ids) == LONGEST
    assert cut([7, 8]) == [BOS, 7, 8, EOS]
    text = "начало " + "х" * 9000 + " конец"
    assert shorten(text).startswith("начало")
    assert shorten(text).endswith("конец")
    assert len(shorten(text)) < 2000


def test_an_encoder_survives_the_way_through_arrays(encoder: Encoder) -> None:
    again = Encoder.from_arrays(encoder.arrays())
    np.testing.assert_array_equal(again.read(TEXTS[:2]), encoder.read(TEXTS[:2]))


def test_a_graph_that_cannot_be_run_is_a_model_error(encoder: Encoder) -> None:
    arrays = {**encoder.arrays(), "encoder_graph": np.frombuffer(b"no graph", dtype=np.uint8)}
    with pytest.raises(ModelError, match="graph"):
        Encoder.from_arrays(arrays)


def test_scores_kept_out_of_fold_go_before_the_encoders_own(encoder: Encoder) -> None:
    kept = Unseen.made(["Верните деньги"], np.full((1, len(COLUMNS)), 2.5, np.float32))
    again = Unseen.from_arrays(kept.arrays())
    scores = again.of([" Верните деньги", "Спасибо"], encoder)
    np.testing.assert_array_equal(scores[0], 2.5)
    np.testing.assert_array_equal(scores[1], encoder.read(["Спасибо"])[0])
    assert Unseen.from_arrays({}).names == ()


def test_the_effort_says_who_is_asked_and_what_the_verdict_is_called() -> None:
    found = {effort: Classifier.load(effort=effort) for effort in Effort}
    slow = {effort: judge.probabilities(TEXTS).slow for effort, judge in found.items()}
    assert not slow[Effort.FAST].any()
    assert slow[Effort.THOROUGH].all()
    assert len({judge.version for judge in found.values()}) == 3
    full = found[Effort.THOROUGH].judge(TEXTS)
    for row, verdict in enumerate(found[Effort.BALANCED].judge(TEXTS)):
        if slow[Effort.BALANCED][row]:
            assert verdict.stance_proba == full[row].stance_proba


def test_an_obvious_critic_is_one_at_every_effort() -> None:
    for effort in Effort:
        verdict = Classifier.load(effort=effort).judge([TEXTS[0]])[0]
        assert verdict.stance is Stance.CRITIC
