"""What holds of every draft, whatever the comment: own words, cited figures, the same again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otklik.enums import Abuse, Approach, Claim, Language, PointState, Stance, Topic, Urgency
from otklik.verdicts import Verdict
from responder.drafting import Address, DeterministicWriter, Draft, DraftRequest, Style
from responder.knowledge.file import shipped_knowledge
from responder.phrasing import is_used, phrases, split_sentences, used_sentences
from responder.points.matters import matters
from responder.trying import TriedComment, read_comments

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = shipped_knowledge()
WRITER = DeterministicWriter(SHOP)
OWN = read_comments(
    (Path(__file__).with_name("own_comments.jsonl")).read_text("utf-8"), "own_comments.jsonl"
)
WORD = re.compile(r"[^\W\d_]+")
DATES = {"23", "24", "25"}  # of November: the days our promises fall due


def request(text: str, **changes: Any) -> DraftRequest:
    judged: dict[str, Any] = {
        "claim": Claim.CONCRETE,
        "claim_proba": {},
        "abuse": Abuse.NONE,
        "abuse_proba": {},
        "stance": Stance.CRITIC,
        "stance_proba": {},
        "urgency": Urgency.NORMAL,
        "urgency_parts": {},
        "topic": Topic.DELIVERY,
        "topic_proba": {},
        "language": Language.RUSSIAN,
        "abstained": False,
        "model_version": "test",
    }
    asked = {name: changes.pop(name) for name in list(changes) if name in DraftRequest.model_fields}
    verdict = Verdict.model_validate({**judged, **changes})
    values = {
        "approach": Approach.APOLOGISE_AND_FIX,
        "language": verdict.language,
        "at": AT,
        "seed": "blog.example/17",
        **asked,
    }
    return DraftRequest(text=text, verdict=verdict, **values)


def of_own(comment: TriedComment, **changes: Any) -> DraftRequest:
    verdict = comment.labelled_verdict()
    return request(
        comment.text,
        **{name: getattr(verdict, name) for name in ("claim", "abuse", "stance", "urgency")},
        topic=verdict.topic,
        language=verdict.language,
        seed=comment.id,
        **changes,
    )


@cache
def words_of_ours() -> frozenset[str]:
    """Every word we may say: phrases, kinds of trouble, knowledge, names of months."""
    texts = [text for language in (Language.RUSSIAN, Language.ENGLISH) for text in _said(language)]
    texts += [text for fact in SHOP.facts for text in fact.all_texts()]
    wordings = [SHOP.channel, *SHOP.owners.values()]
    wordings += [one.about for one in SHOP.things] + [one.being_with for one in SHOP.things]
    wordings += [fact.action.owner for fact in SHOP.facts if fact.action]
    texts += [text for one in wordings for text in (*one.ru, *one.en)]
    file = resources.files("responder") / "phrases" / "matters.yaml"
    texts += [line for line in file.read_text("utf-8").split("\n") if "words:" not in line]
    texts += ["ноября November что вышло именно произошло what went on with exactly happened also"]
    return frozenset(word.lower() for text in texts for word in WORD.findall(text))


def _said(language: Language) -> list[str]:
    return [variant for variants in phrases(language).values() for variant in variants]


LETTERS = st.text(
    "абвгдежзиклмнопрстуфхцчшщыэюяabcdefghijklmnopqrstuvwxyz", min_size=9, max_size=14
)


@settings(max_examples=120, deadline=None)
@given(
    comment=st.sampled_from(OWN),
    foreign=st.lists(LETTERS, min_size=1, max_size=4),
    approach=st.sampled_from(Approach),
)
def test_no_word_of_the_author_flows_into_a_draft_unless_it_is_one_of_ours(
    comment: TriedComment, foreign: list[str], approach: Approach
) -> None:
    said = WORD.findall(comment.text.lower())
    text = " ".join((*foreign, comment.text, *foreign))
    asked = of_own(comment, approach=approach).model_copy(update={"text": text})
    for draft in WRITER.write(asked):
        strange = set(WORD.findall(draft.text.lower())) - words_of_ours()
        # A case we decline ourselves is no word of theirs, unless they wrote just that.
        assert not strange & {*said, *foreign}, draft.text


@pytest.mark.parametrize("comment", OWN, ids=lambda one: one.id)
@pytest.mark.parametrize("approach", list(Approach))
def test_every_figure_of_a_draft_stands_in_a_fact_it_cites_or_is_a_day_of_ours(
    comment: TriedComment, approach: Approach
) -> None:
    for draft in WRITER.write(of_own(comment, approach=approach)):
        cited = [SHOP.fact(fact.id) for fact in draft.facts]
        texts = " ".join(text for fact in cited if fact for text in fact.all_texts())
        known = set(re.findall(r"\d+", texts)) | DATES
        assert set(re.findall(r"\d+", draft.text)) <= known, draft.text


@pytest.mark.parametrize("comment", OWN, ids=lambda one: one.id)
def test_the_same_request_gives_the_same_drafts(comment: TriedComment) -> None:
    assert WRITER.write(of_own(comment)) == WRITER.write(of_own(comment))


@pytest.mark.parametrize("comment", OWN, ids=lambda one: one.id)
def test_drafts_of_one_comment_differ_in_approach_or_style_and_in_words(
    comment: TriedComment,
) -> None:
    drafts = WRITER.write(of_own(comment))
    assert 1 <= len(drafts) <= 3
    assert len({(draft.approach, draft.style) for draft in drafts}) == len(drafts)
    assert len({draft.text for draft in drafts}) == len(drafts)
    assert drafts[0].approach is Approach.APOLOGISE_AND_FIX


@pytest.mark.parametrize("comment", OWN, ids=lambda one: one.id)
def test_each_point_ends_as_a_fact_an_action_a_not_yet_or_a_visible_gap(
    comment: TriedComment,
) -> None:
    for draft in WRITER.write(of_own(comment)):
        for point in draft.points:
            if point.state in (PointState.FACT, PointState.ACTION):
                assert point.fact_ids, point
            if point.state is not PointState.GAP:
                assert split_sentences(point.answer)[0] in draft.text
            if point.state is PointState.PENDING:
                assert any(day in point.answer for day in DATES), point.answer


FIRST = request("Ждала заказ три часа, курьер нагрубил, чай горький. Верните деньги!")


@pytest.mark.parametrize("most", [60, 140, 200, 280, 350, 500])
def test_a_draft_fits_its_platform_by_whole_sentences_or_says_that_it_cannot(most: int) -> None:
    for draft in WRITER.write(FIRST.model_copy(update={"reply_max_length": most})):
        codes = {finding.code for finding in draft.findings}
        assert len(draft.text) <= most or "too_long" in codes
        assert draft.text.endswith((".", "!", "?"))


def test_sentences_do_not_recur_over_two_hundred_replies() -> None:
    said: tuple[str, ...] = ()
    again = 0
    total = 0
    facts = used_sentences(tuple(text for fact in SHOP.facts for text in fact.all_texts()))
    for number in range(200):
        text = ("Сдачу не принесли", "Нам нахамили", "Ждали час", "В зале грязно")[number % 4]
        draft = WRITER.write(
            request(text, topic=Topic.STAFF, seed=str(number), recent_replies=said)
        )
        for sentence in split_sentences(draft[0].text):
            is_ours = not is_used(sentence, facts) and "/help" not in sentence
            total += is_ours
            again += is_ours and is_used(sentence, used_sentences(said))
        said = (draft[0].text, *said)[:200]
    assert again / total < 0.25


def test_ty_stands_only_where_the_company_says_so_and_then_throughout() -> None:
    for seed in "abcdefgh":
        plain = WRITER.write(FIRST.model_copy(update={"seed": seed}))[0].text
        close = WRITER.write(FIRST.model_copy(update={"seed": seed, "address": Address.TY}))[0].text
        assert not re.search(r"\b(?:ты|тебя|тебе|твой|твоя|твоё|твои|пришли)\b", plain, re.I)
        assert not re.search(r"\b(?:вы|вас|вам|вами|ваш\w*|напишите|пришлите)\b", close, re.I), (
            close
        )


SERIOUS = [
    ("Ребёнка рвало после вашего торта, скорая", Language.RUSSIAN),
    ("My son got food poisoning from your cake", Language.ENGLISH),
    ("Мошенники украли деньги с карты через ваш сайт", Language.RUSSIAN),
]


@pytest.mark.parametrize(("text", "language"), SERIOUS)
@pytest.mark.parametrize("seed", "abcd")
def test_harm_is_never_answered_with_thanks_first_or_lightly(
    text: str, language: Language, seed: str
) -> None:
    asked = request(text, urgency=Urgency.CRITICAL, language=language, seed=seed)
    for draft in WRITER.write(asked):
        assert not re.match(r"спасибо|thank|хорошо|рад|glad", draft.text, re.I)
        assert draft.style is Style.PLAIN
        assert "!" not in draft.text


@pytest.mark.parametrize("seed", "abcd")
def test_praise_that_tells_of_harm_is_not_thanked_first(seed: str) -> None:
    asked = request(
        "Обожаю ваше кафе, но в салате был волос",
        stance=Stance.PRAISE,
        claim=Claim.NONE,
        approach=Approach.THANK,
        seed=seed,
    )
    first = WRITER.write(asked)[0]
    assert first.approach is Approach.APOLOGISE_AND_FIX
    assert first.points


def warned(seed: str, **changes: Any) -> Draft:
    values = {"approach": Approach.WARN, "stance": Stance.HEATED, "abuse": Abuse.INSULT, **changes}
    text = "Тупые курьеры, заказ опоздал на три часа"
    return WRITER.write(request(text, seed=seed, **values))[0]


@pytest.mark.parametrize("seed", "abcdef")
def test_a_warning_asks_calmly_says_what_follows_and_answers_the_matter(seed: str) -> None:
    draft = warned(seed)
    assert "скорбл" in draft.text or "бран" in draft.text
    assert "модератор" in draft.text or "скрыва" in draft.text or "убирают" in draft.text
    assert not re.search(r"заблокир|забан|пожалеете|последн\w+ предупрежд|суд\b|полици", draft.text)
    assert any(point.state is not PointState.GAP for point in draft.points)
    assert [one for one in draft.findings if one.severity == "block"] == []


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("Жила-была девица, ждала она посылку, а посылка не пришла", Style.FAIRY_TALE),
        ("Once upon a time I ordered tea and it never came", Style.FAIRY_TALE),
        (
            "Я ждал курьера целый день,\nмне было ждать ничуть не лень,\n"
            "но чай мой так и не пришёл,\nи я за чаем сам пошёл",
            Style.VERSE,
        ),
        ("Заказ не пришёл.\nКурьер молчит.\nПоддержка тоже.\nЧто делать?", Style.PLAIN),
    ],
)
def test_a_complaint_in_kind_may_be_answered_in_kind_but_never_first(
    text: str, style: Style
) -> None:
    language = Language.ENGLISH if text.isascii() else Language.RUSSIAN
    drafts = WRITER.write(request(text, language=language))
    assert drafts[0].style is Style.PLAIN
    in_kind = [draft for draft in drafts if draft.style is not Style.PLAIN]
    assert [draft.style for draft in in_kind] == ([] if style is Style.PLAIN else [style])
    for draft in in_kind:
        assert draft.writer.endswith(f"/{style}")
        assert draft.points == drafts[0].points or all(p.state for p in draft.points)


def test_what_we_know_besides_is_kept_with_the_draft() -> None:
    from otklik.verdicts import Span
    from responder.points import Known, KnownSource

    known = Known(kind="rating", text="1", span=Span(start=0, end=0), source=KnownSource.PLATFORM)
    asked = request("Заказ опоздал", known=(known,), thread_texts=("Мой заказ 48213 не пришёл",))
    draft = WRITER.write(asked)[0]
    assert known in draft.known
    assert {one.kind for one in draft.known if one.source is KnownSource.THREAD} == {"order"}
    assert "омер заказа" not in draft.text


def test_each_kind_of_trouble_is_named_in_both_languages_without_figures() -> None:
    for matter in matters().values():
        for text in (*matter.norm.ru, *matter.norm.en, matter.why.ru[0], matter.why.en[0]):
            assert not re.search(r"\d", text), matter.id
        assert matter.about.ru[0].split()[0] in {"о", "об", "обо"}
        assert matter.being_with.ru[0].split()[0] in {"с", "со"}
