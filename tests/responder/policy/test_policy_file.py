"""Reading a policy: what is wrong is pointed at, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.errors import PolicyError
from responder.policy.file import (
    check_revision,
    find_policy,
    load_policy,
    parse_policy,
    read_kept,
)

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
    ("when: {stance: hater}", "when: {urgency_parts: {hram: 1}}", 6, 28, "did you mean 'harm'"),
    ("when: {stance: hater}", "when: {urgency_parts: {}}", 6, 27, "name a part"),
    ("when: {stance: hater}", "when: {author_labels: heater}", 6, 27, "did you mean"),
    ("when: {stance: hater}", "when: {source: []}", 6, 20, "never holds"),
    ("draft: argue", "hide: They swear", 8, 7, "exactly one"),
    ("- sla: 60", "- ban: They swear", 8, 7, "only beside `hold`"),
    ("[{hold: look}]", "[{hold: look}, {hide: rude}]", 13, 26, "criticism is never hidden"),
    ("[{hold: look}]", "[{hold: look}, {ban: rude}]", 13, 26, "can hold for critic, heated"),
    ("[{hold: look}]", "[{ignore: look}, {report: rude}]", 13, 11, "cannot go with ignore"),
    ("version: 3", "version: 3\nlint: {cannedphrase: block}", 3, 8, "did you mean 'canned_phrase'"),
    ("version: 3", "version: 3\nlint: {canned_phrase: blok}", 3, 23, "did you mean 'block'"),
    ("version: 3", "version: 3\nlint: {personal_data: off}", 3, 23, "cannot be switched off"),
    ("version: 3", "version: 3\nhours: {general: {days: mon}}", 3, 18, "'from' is missing"),
    (
        "version: 3",
        "version: 3\nhours:\n  general: {days: mun, from: '9:00', until: '18:00'}",
        4,
        30,
        "time of day",
    ),
    (
        "version: 3",
        "version: 3\nhours:\n  general: {days: mun, from: '09:00', until: '18:00'}",
        4,
        19,
        "did you mean 'sun'",
    ),
    (
        "version: 3",
        "version: 3\nhours:\n  general: {days: fri-mon, from: '09:00', until: '18:00'}",
        4,
        19,
        "order of the week",
    ),
    (
        "version: 3",
        "version: 3\nhours:\n  general: {days: mon, from: '19:00', until: '18:00'}",
        4,
        46,
        "ends after it begins",
    ),
    ("version: 3", "version: 3\nbans: {least_violations: 1}", 3, 26, "3 or more"),
    ("version: 3", "version: 3\nbans: {yearly_budget: 5000}", 3, 23, "50 or less"),
    ("version: 3", "version: 3\nbans: {yearly_bugdet: 5}", 3, 8, "did you mean 'yearly_budget'"),
    ("version: 3", "version: 3\ntwo_people: {approach: warn}", 3, 14, "did you mean 'approaches'"),
    ("version: 3", "version: 3\ntwo_people: {approaches: [wran]}", 3, 27, "did you mean 'warn'"),
    ("version: 3", "version: 3\ntwo_people: {urgencies: [4]}", 3, 26, "urgency is 0 to 3"),
    ("version: 3", "version: 3\ntwo_people: {}", 3, 13, "name approaches"),
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


def test_a_shipped_policy_is_found_by_name_and_a_file_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [find_policy(name).name for name in ("", "shop", "bank", "institution")] == [
        *("shop", "shop", "bank", "institution")
    ]
    with pytest.raises(PolicyError, match="did you mean 'bank'"):
        find_policy("bnak")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bank").write_text(GOOD, "utf-8")
    assert find_policy("bank").name == "small"


def test_a_rule_that_stands_below_one_that_always_holds_first_is_called_unreachable() -> None:
    rule = (
        "  - {id: loud, why: They shout., when: {stance: hater, topic: app}, then: [{hold: x}]}\n"
    )
    example = "  - {rule: loud, facts: {stance: hater, topic: app}}\n"
    text = GOOD.replace("  - id: rest", f"{rule}  - id: rest") + example
    with pytest.raises(PolicyError, match="can never decide such a case, because 'angry'"):
        parse_policy(text, "small.yaml")


def test_a_kept_revision_is_read_although_it_would_be_refused_today() -> None:
    text = GOOD.replace("[{hold: look}]", "[{hold: look}, {hide: rude}]")
    with pytest.raises(PolicyError, match="never hidden"):
        parse_policy(text, "small.yaml")
    assert read_kept(text, "small 3").version == 3


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
