"""Rules, faults and differences in words: complete, and safe with whatever a text holds."""

from __future__ import annotations

import pytest

from dashboard import i18n
from dashboard.i18n import translation
from dashboard.policy import faults, in_words, versions
from otklik.enums import EffectKind
from otklik.errors import PolicyError
from responder.policy import conditions
from responder.policy.file import shipped_names, shipped_policy
from responder.policy.proposing import read_text
from tests.dashboard.policy.policies import SHOP, changed


@pytest.fixture(autouse=True)
def russian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "ru")


def test_every_condition_and_effect_has_words() -> None:
    named = {*in_words.FACTS, *in_words._PARTS, *(key.split(".")[0] for key in in_words.FLAGS)}
    known = {*conditions.CONDITION_KEYS} - {*conditions.JOINING_KEYS}
    assert known - named == set()
    assert set(EffectKind) == set(in_words.EFFECTS)


@pytest.mark.parametrize("name", shipped_names())
def test_no_key_of_a_shipped_policy_is_shown_raw(name: str) -> None:
    for rule in shipped_policy(name).rules:
        for leaf in rule.when.leaves():
            said = in_words.leaf(leaf)
            assert not said.startswith(leaf.key), said


FAULTS = (
    ("  - id: praise\n", "  - idd: praise\n"),
    ("version: 7", "version: seven"),
    ("mode: live", "mode: lively"),
    ("mode: live", "mode: shadow"),
    ("- draft: thank\n", "- draft: thenk\n"),
    ("- draft: thank\n", "- draft: thank\n      - hold: x\n"),
    ("    when: {stance: praise}\n", "    when: {stanse: praise}\n"),
    ("    when: {stance: praise}\n", "    when: always\n"),
    ("    when: {stance: praise}\n", '    when: {stance: praise, urgency: "~2"}\n'),
    ("    when: {stance: praise}\n", "    when: {stance: praise\n"),
    ("  - id: praise\n", "  - id: question\n"),
    ("- {rule: low_rating", "- {rule: lower_rating"),
)


@pytest.mark.parametrize(("good", "bad"), FAULTS)
def test_a_fault_is_said_in_the_language_of_whoever_writes(good: str, bad: str) -> None:
    text = changed(7)
    assert good in text
    with pytest.raises(PolicyError) as found:
        read_text(text.replace(good, bad, 1))
    said = faults.said(found.value.message)
    assert said != found.value.message
    assert found.value.line > 0


def test_every_fault_pattern_is_translated() -> None:
    texts = translation("ru").texts
    assert [ours for _, ours in faults.SAID if ours not in texts] == []


def test_markup_in_a_policy_is_text_wherever_it_is_shown() -> None:
    evil = SHOP.text.replace("Политика ответов", "<img src=x onerror=alert(1)>")
    shown = versions.side_by_side(SHOP.text, evil)
    assert "<img" not in shown
    assert "&lt;img" in shown
    rule = SHOP.rules[0].model_copy(update={"why": "<script>1</script>", "id": '"><b>'})
    told = in_words.rule(rule, 1, "<i>7</i>")
    assert "<script" not in told
    assert "<b>&lt;" not in told
    assert "<i>7" not in told
