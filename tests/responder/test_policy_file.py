"""Reading a policy: what is wrong is pointed at, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.errors import PolicyError
from responder.policy_file import check_revision, load_policy, parse_policy, shipped_policy

GOOD = """\
name: small
version: 3
rules:
  - id: angry
    why: They are angry.
    when: {stance: hater}
    then:
      - draft: argue
      - sla: 60
  - id: rest
    why: Everything else.
    when: always
    then: [{hold: look}]
examples:
  - {rule: angry, facts: {stance: hater}, effects: [draft]}
  - {rule: rest, facts: {stance: critic}}
"""

BROKEN = [
    ("stance: hater}", "stanse: hater}", 6, 12, "did you mean 'stance'"),
    ("{stance: hater}\n    then", "{stance: hatr}\n    then", 6, 20, "did you mean 'hater'"),
    ("- draft: argue", "- draught: argue", 8, 9, "did you mean 'draft'"),
    ("draft: argue", "draft: argues", 8, 16, "did you mean 'argue'"),
    ("sla: 60", "sla: soon", 9, 14, "whole number"),
    ("sla: 60", "sla: 0", 9, 14, "1 or more"),
    ("sla: 60", "draft: thank", 8, 7, "twice"),
    ("sla: 60", "hold: look", 8, 7, "exactly one"),
    ("sla: 60", "escalate: The Boss", 9, 19, "one word"),
    ("when: always", "when: {urgency: 1}", 10, 5, "catch-all"),
    ("when: {stance: hater}", "when: always", 4, 5, "always holds"),
    ("when: {stance: hater}", "when: {urgency: '>>2'}", 6, 21, "comparison"),
    ("when: {stance: hater}", "when: {urgency: >=2}", 6, 21, "quotes"),
    ("when: {stance: hater}", "when: {abstained: yes}", 6, 23, "true or false"),
    ("when: {stance: hater}", "when: {any: [{stance: hater}]}", 6, 17, "two conditions"),
    ("when: {stance: hater}", "when: {stance: []}", 6, 20, "never holds"),
    ("when: {stance: hater}", "when: {}", 6, 11, "always"),
    ("    why: They are angry.\n", "", 4, 5, "'why'"),
    ("why: They are angry.", "why: ''", 5, 10, "expected text"),
    ("why: They are angry.", "why: a\n    why: b", 6, 5, "twice"),
    ("id: rest", "id: angry", 10, 5, "first is on line 4"),
    ("version: 3", "version: three", 2, 10, "whole number"),
    ("version: 3", "version: 3\nowner: me", 3, 1, "unknown key 'owner'"),
    ("version: 3", "version: 3\nmode: shadowy", 3, 7, "did you mean 'shadow'"),
    ("rule: angry, facts", "rule: anger, facts", 15, 5, "did you mean 'angry'"),
    ("facts: {stance: critic}", "facts: {stance: hater}", 16, 5, "'angry' holds first"),
    ("facts: {stance: critic}", "facts: {urgency: 9}", 16, 35, "urgency"),
    ("facts: {stance: critic}", "facts: {stanc: critic}", 16, 26, "did you mean 'stance'"),
    ("effects: [draft]", "effects: [ignore]", 15, 5, "has no ignore"),
    ("  - {rule: angry, facts: {stance: hater}, effects: [draft]}\n", "", 4, 1, "no example"),
    ("why: They are angry.", "why: They: angry.", 5, 14, "quotes"),
    ("why: They are angry.", "why: !!python/name:os.system x", 5, 10, "tag"),
    ("why: They are angry.", "why: &a They.", 5, 10, ""),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "said"), BROKEN)
def test_an_error_names_file_line_and_column(
    old: str, new: str, line: int, column: int, said: str
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if not said:
        # An anchor alone is harmless; a use of it is refused.
        text = text.replace("why: Everything else.", "why: *a")
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "small.yaml")
    error = caught.value
    if said:
        assert (error.line, error.column) == (line, column), str(error)
        assert str(error).startswith(f"small.yaml:{line}:{column}: ")
    assert said in error.message


def test_a_good_policy_is_read_with_its_rules_in_order() -> None:
    policy = parse_policy(GOOD, "small.yaml")
    assert [rule.id for rule in policy.rules] == ["angry", "rest"]
    assert (policy.name, policy.version, policy.mode) == ("small", 3, "live")
    assert policy.text == GOOD


def test_line_ends_and_trailing_blanks_do_not_change_the_digest() -> None:
    windows = GOOD.replace("\n", "  \r\n") + "\n\n"
    assert parse_policy(windows, "w.yaml").digest == parse_policy(GOOD, "u.yaml").digest


def test_a_changed_text_needs_a_higher_version() -> None:
    old = parse_policy(GOOD, "small.yaml")
    changed = GOOD.replace("sla: 60", "sla: 90")
    with pytest.raises(PolicyError, match="must rise above 3") as caught:
        check_revision(old, parse_policy(changed, "small.yaml"))
    assert caught.value.line == 2
    risen = parse_policy(changed.replace("version: 3", "version: 4"), "small.yaml")
    check_revision(old, risen)
    with pytest.raises(PolicyError, match="must rise above 4"):
        check_revision(risen, old)


def test_the_same_text_may_come_again() -> None:
    policy = parse_policy(GOOD, "small.yaml")
    check_revision(policy, parse_policy(GOOD + "\n", "small.yaml"))


def test_a_policy_is_read_from_a_file_and_an_absent_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, "utf-8")
    assert load_policy(path).version == 3
    with pytest.raises(PolicyError, match=r"absent\.yaml"):
        load_policy(tmp_path / "absent.yaml")
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(path)


def test_the_shipped_policy_gives_a_reason_for_every_rule_in_whole_words() -> None:
    for rule in shipped_policy().rules:
        assert len(rule.why.split()) >= 6, rule.id


def refusal(text: str) -> PolicyError | None:
    try:
        parse_policy(text, "any.yaml")
    except PolicyError as error:
        return error
    return None


@given(st.text(max_size=200))
def test_any_text_is_refused_with_a_place(text: str) -> None:
    error = refusal(text)
    assert error is not None
    assert error.line >= 1
    assert str(error).startswith("any.yaml:")


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(list(":{}[]-'\"#&*!%@`>|\x00\t ")))
def test_a_policy_with_one_wrong_sign_is_read_or_refused_with_a_place(at: int, sign: str) -> None:
    error = refusal(GOOD[:at] + sign + GOOD[at + 1 :])
    assert error is None or error.line >= 1
