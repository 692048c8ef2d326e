"""The contract of `judge`: whole verdicts, true places, honest doubt, for any text at all."""

import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.model import Classifier
from classifier.urgency import PARTS
from otklik.enums import Abuse, Claim, Language, Stance, Topic, Urgency
from otklik.verdicts import Verdict

TEXTS = [
    "Третий раз пишу: деньги списали дважды 12 ноября, поддержка молчит! Ухожу к конкурентам",
    "Какие же вы мрази и п*дарасы, чтоб вы сдохли",
    "Спасибо, курьер приехал вовремя, всё вкусно",
    "Подскажите, до скольки работает офис на Ленина?",
    "@united my flight was cancelled and nobody answers the phone, I want a refund",
    "You are all idiots",
    "Ну и Х\u200bУ\u0301ЙНЯ, а не связь 😀",
    "",
    "Das ist sehr schlecht und ich will mein Geld zurück",
]
_NASTY = st.text(
    alphabet="хуйтывас 03@*$!.-_#\u200b\u0301\u202e\ud800\x00😀\n\t&<>[]()?", max_size=150
)


def _check(text: str, verdict: Verdict) -> None:
    for proba, classes in (
        (verdict.claim_proba, Claim),
        (verdict.stance_proba, Stance),
        (verdict.topic_proba, Topic),
        ({kind.value: verdict.abuse_proba[kind] for kind in Abuse}, Abuse),
    ):
        assert set(proba) == {member.value for member in classes}
        assert sum(proba.values()) == pytest.approx(1)
        assert all(0 <= value <= 1 for value in proba.values())
    assert set(verdict.abuse_proba) == {*Abuse, "any", "obscenity", "group_hate"}
    assert all(0 <= value <= 1 for value in (*verdict.abuse_proba.values(), verdict.spam_proba))
    assert verdict.sentiment in (-1, 0, 1)
    assert sum(verdict.sentiment_proba.values()) == pytest.approx(1)
    assert verdict.stance_proba[verdict.stance] == max(verdict.stance_proba.values())
    assert set(verdict.urgency_parts) <= set(PARTS)
    assert all(0 < value <= 1 for value in verdict.urgency_parts.values())
    for reason in verdict.reasons:
        assert reason.kind in ("hostile", "case", "signal")
        assert reason.text
        place = text[reason.span.start : reason.span.end]
        assert place.replace("\ud800", "\ufffd") == reason.text
    assert verdict.abstained == bool(verdict.abstain_reason)


def test_every_text_gets_a_whole_verdict_in_order(classifier: Classifier) -> None:
    verdicts = classifier.judge(TEXTS)
    assert len(verdicts) == len(TEXTS)
    for text, verdict in zip(TEXTS, verdicts, strict=True):
        _check(text, verdict)
        assert verdict.model_version == classifier.version


def test_a_text_is_judged_the_same_alone_and_in_a_batch(classifier: Classifier) -> None:
    together = classifier.judge(TEXTS)
    alone = [classifier.judge([text])[0] for text in TEXTS]
    for left, right in zip(together, alone, strict=True):
        assert (left.stance, left.urgency, left.reasons) == (
            right.stance,
            right.urgency,
            right.reasons,
        )
        assert left.stance_proba == pytest.approx(right.stance_proba, abs=2e-4)


def test_no_texts_make_no_verdicts(classifier: Classifier) -> None:
    assert classifier.judge([]) == []


def test_a_verdict_becomes_plain_json(classifier: Classifier) -> None:
    row = json.loads(json.dumps(classifier.judge(TEXTS[:1])[0].as_row()))
    assert row["urgency"] in (0, 1, 2, 3)
    assert {"none", "profane", "insult", "threat", "any"} < set(row["abuse_proba"])


@given(st.lists(st.text(max_size=200) | _NASTY, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_is_too_strange_to_be_judged(texts: list[str]) -> None:
    classifier = Classifier.load() if not _loaded else _loaded[0]
    _loaded.append(classifier)
    for text, verdict in zip(texts, classifier.judge(texts), strict=True):
        _check(text, verdict)


_loaded: list[Classifier] = []


@pytest.mark.parametrize(
    "piece", ["а", "*", "х ", "п и ", "1.", "@", "слово ", "\u0301", "!", "не раз ", "[id1|"]
)
def test_only_the_beginning_of_an_endless_text_costs_work(
    classifier: Classifier, piece: str
) -> None:
    text = piece * (1_000_000 // len(piece))
    features = classifier.probabilities([text]).features
    assert features.texts[0].truncated
    assert len(features.words.numbers) < 10_000
    _check(text, classifier.judge([text])[0])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Das ist sehr schlecht und ich will mein Geld zurück", "language"),
        ("Дуже погане обслуговування, більше не прийду до вас", "language"),
        ("", "no words"),
        ("😀😀😀 https://t.co/x", "no words"),
        ("[фото]\n\n\n".replace("фото", ""), "no words"),
    ],
)
def test_what_cannot_be_read_is_not_guessed(classifier: Classifier, text: str, why: str) -> None:
    verdict = classifier.judge([text])[0]
    assert verdict.abstained
    assert verdict.abstain_reason == why
    assert verdict.language is Language.OTHER


def test_threads_may_share_one_classifier(classifier: Classifier) -> None:
    expected = classifier.judge(TEXTS)
    answers: list[list[Verdict]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(classifier.judge(TEXTS))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 8


PLAIN_CASES = [
    ("Спасибо большое, всё очень вкусно, рекомендую!", Stance.PRAISE),
    ("Great service, thank you so much!", Stance.PRAISE),
    ("Подскажите, пожалуйста, как подключить интернет в роуминге?", Stance.QUESTION),
    ("Вы дебилы и твари, ненавижу вас, ублюдки", Stance.HATER),
    ("Заткнись, тупая мразь", Stance.HATER),
    ("You are a fucking moron, shut up", Stance.HATER),
    ("Второй день не работает интернет, дозвониться невозможно", Stance.CRITIC),
    ("Ужасное обслуживание, ждали заказ два часа, всё холодное", Stance.CRITIC),
    ("@united my flight was delayed 5 hours and my bag is lost. Terrible.", Stance.CRITIC),
    ("МТС говно", Stance.CRITIC),
    ("Банк списал комиссию 500 рублей без предупреждения, верните деньги", Stance.CRITIC),
    ("Сбербанк открыл новый офис в Казани", Stance.OTHER),
]


def test_plain_cases_are_seen(classifier: Classifier) -> None:
    verdicts = classifier.judge([text for text, _ in PLAIN_CASES])
    wrong = [
        (text, verdict.stance.value)
        for (text, stance), verdict in zip(PLAIN_CASES, verdicts, strict=True)
        if verdict.stance is not stance
    ]
    assert len(wrong) <= 2, wrong


def test_a_critic_is_not_filed_as_a_hater_for_rude_words_about_the_product(
    classifier: Classifier,
) -> None:
    rude = [
        "Хреновая связь, блин, третий день",
        "Говно, а не интернет",
        "Приложение — полный п*здец",
    ]
    for verdict in classifier.judge(rude):
        assert verdict.stance is not Stance.HATER or verdict.abstained


def test_urgency_rises_with_the_trouble(classifier: Classifier) -> None:
    thanks, trouble = classifier.judge(
        [
            "Спасибо, всё отлично",
            "Карту заблокировали без причины, деньги не возвращают, звоню третий раз",
        ]
    )
    assert thanks.urgency is Urgency.LOW
    assert trouble.urgency >= Urgency.NORMAL
    assert trouble.urgency_parts
