"""Hard facts: read with their words, not where they are quoted or denied; urgency only rises."""

import numpy as np
import pytest

from classifier.abstaining import OTHER, STANCES, Thresholds, choose
from classifier.hardfacts import KINDS, apply, facts_of
from classifier.model import Classifier
from classifier.targets import TARGETS
from otklik.enums import Abuse, Stance, Urgency
from otklik.language.normaliser import normalise

FOUND = [
    ("Поели у вас плова, брата увезли на скорой", "harm", "увезли на скорой"),
    ("Half an hour later the paramedics were here", "harm", "paramedics"),
    ("От вашей маски отёк лица", "harm", "отёк лица"),
    ("Ребёнок на вашей горке поранился", "child_harmed", "Ребёнок на вашей горке поранился"),
    ("В вашем приложении вижу чужие адреса", "data_leak", "вижу чужие адреса"),
    ("I can see other customers' invoices", "data_leak", "other customers' invoices"),
    ("После такого не хочу жить", "self_harm", "не хочу жить"),
    ("Вашему охраннику ноги переломаю", "first_person_threat", "ноги переломаю"),
    ("I will slap your cashier", "first_person_threat", "I will slap your cashier"),
    ("I will punch your waiter", "first_person_threat", "I will punch your waiter"),
]
ABSENT = [
    "Никто не отравился, всё свежее",
    "Сделано на скорую руку",
    "Такие туфли с руками оторву",
    "Голову сломаю с вашими тарифами",
    "Пойду к вам, вырву зуб",
    "Загорелся зелёный индикатор",
    "Сосед орал «я тебя убью», а полиция не едет",
    "RT @news: посетители кафе отравились",
    "Спасибо, вижу все свои заказы",
    "Прислали чужой заказ вместо моего",
    "Привезли заказ другого клиента",
]


@pytest.mark.parametrize(("text", "kind", "words"), FOUND)
def test_a_hard_fact_is_read_with_its_words(text: str, kind: str, words: str) -> None:
    found = {(fact.name, text[fact.start : fact.end]) for fact in facts_of(normalise(text))}
    assert (kind, words) in found
    assert {name for name, _ in found} <= set(KINDS)


@pytest.mark.parametrize("text", ABSENT)
def test_what_is_quoted_denied_or_a_way_of_speaking_is_no_hard_fact(text: str) -> None:
    assert facts_of(normalise(text)) == []


@pytest.mark.parametrize(("text", "kind", "words"), FOUND)
def test_a_hard_fact_must_be_seen_at_once_and_is_shown(
    classifier: Classifier, text: str, kind: str, words: str
) -> None:
    verdict = classifier.judge([text])[0]
    assert verdict.urgency is Urgency.CRITICAL
    assert (kind, words) in {(reason.name, reason.text) for reason in verdict.reasons}
    assert verdict.urgency_parts


def test_a_threat_in_the_first_person_is_never_a_plain_critic(classifier: Classifier) -> None:
    texts = ["Найду вашего повара и сломаю ему руки", "I'll find your cashier, 40 not refunded"]
    for verdict in classifier.judge(texts):
        assert verdict.abuse is Abuse.THREAT
        assert verdict.stance in (Stance.HATER, Stance.HEATED)
        assert verdict.urgency_parts["threat"] > 0.5


def test_facts_lift_and_never_lower() -> None:
    random = np.random.default_rng(5)
    proba = {
        name: random.dirichlet(np.ones(len(classes)), 200).astype(np.float32)
        for name, classes in {**TARGETS, "stance": STANCES}.items()
    }
    facts = [facts_of(normalise(FOUND[place % len(FOUND)][0])) for place in range(200)]
    changed = apply(proba, facts)
    assert (changed["urgency"].argmax(axis=1) == 3).all()
    for values in changed.values():
        assert values.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-5)
    unchanged = apply(proba, [[]] * 200)
    assert (unchanged["urgency"].argmax(axis=1) >= proba["urgency"].argmax(axis=1)).all()
    for name in ("abuse", "stance", "claim", "topic"):
        assert unchanged[name].tolist() == proba[name].tolist()


def test_a_critic_with_a_case_waits_a_day_at_most(classifier: Classifier) -> None:
    texts = ["Прислали не ту сковородку", "баллы исчезли после покупки", "Ужасный сервис"]
    first, second, vague = classifier.judge(texts)
    assert (first.stance, second.stance) == (Stance.CRITIC, Stance.CRITIC)
    assert first.urgency >= Urgency.NORMAL
    assert second.urgency >= Urgency.NORMAL
    assert vague.urgency is Urgency.LOW


def test_a_doubtful_other_is_perhaps_a_critic() -> None:
    proba = np.zeros((2, len(STANCES)), dtype=np.float32)
    proba[:, OTHER] = (0.6, 0.9)
    proba[:, STANCES.index(Stance.CRITIC)] = (0.4, 0.1)
    thresholds = Thresholds(hater_doubt=0.2, floor=0.0, other_doubt=0.3)
    assert thresholds.critic(proba).tolist() == [True, False]
    assert thresholds.unsure(proba).tolist() == [True, False]


def _guesses(clear: float) -> tuple[np.ndarray, np.ndarray]:
    """Stance probabilities of 4,000 texts, right the more often the clearer; and the truth."""
    random = np.random.default_rng(2)
    truth = random.integers(0, len(STANCES), 4000)
    scores = random.normal(size=(4000, len(STANCES)))
    scores[np.arange(4000), truth] += clear
    return (np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)).astype(np.float32), truth


def _lost(proba: np.ndarray, truth: np.ndarray, found: Thresholds) -> float:
    cases = np.isin(truth, [STANCES.index(Stance.CRITIC), STANCES.index(Stance.HEATED)])
    filed = (proba.argmax(axis=1) == OTHER) & ~found.unsure(proba)
    return float(filed[cases].mean())


def test_few_critics_are_filed_as_other_where_there_is_room_to_abstain() -> None:
    proba, truth = _guesses(1.0)
    assert 0 < _lost(proba, truth, choose(proba, truth, most_abstained=0.9)) <= 0.03


def test_the_cap_on_abstaining_holds_and_its_price_is_paid_in_critics_filed_as_other() -> None:
    proba, truth = _guesses(2.2)
    free, capped = choose(proba, truth, most_abstained=0.9), choose(proba, truth)
    assert capped.unsure(proba).mean() <= 0.1 < free.unsure(proba).mean()
    assert _lost(proba, truth, free) < _lost(proba, truth, capped)
    assert capped.hater_doubt == free.hater_doubt
