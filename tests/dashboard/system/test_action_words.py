"""Every action that the code records is told in words; the log is found by them, and leads on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeGuard
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from dashboard import i18n, words
from dashboard.system import action_words, detail_words
from otklik import audit, database
from otklik.audit import Event
from otklik.clock import now
from otklik.enums import ActState, AppealState, MemberChange, PromiseState, ReplyState
from otklik.models import Case, DraftRow, Incident, Mention, Source
from otklik.store import audit_subjects
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown, system_only

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("otklik", "responder", "dashboard", "collectors")
CODE = re.compile(r"[a-z]+\.[a-z_]+")
# what stands in the braces of an f-string that makes an action
MADE_OF = {
    "act.state": ActState,
    "state": ActState,
    "appeal.state": (AppealState.UPHELD, AppealState.OVERTURNED),
    "change.kind": MemberChange,
    "kind": MemberChange,
    "debt.state": (PromiseState.OPEN, PromiseState.KEPT, PromiseState.BROKEN),
    "reply.state": (ReplyState.QUEUED, ReplyState.FAILED, ReplyState.UNKNOWN),
}


def test_every_action_of_the_code_has_words_and_none_is_left_over() -> None:
    trees = list(_trees())
    known = {name: value for tree in trees for name, value in _constants(tree).items()}
    found = {one for tree in trees for one in _actions(tree, known | _constants(tree))}
    assert len(found) > 120
    assert found - set(action_words.ACTIONS) == set()
    assert set(action_words.ACTIONS) - found == set()


def test_every_kind_of_action_and_of_subject_has_words() -> None:
    kinds = {one.partition(".")[0] for one in action_words.ACTIONS}
    assert set(action_words.KINDS) == kinds
    subjects = {one for tree in _trees() for one in _subjects(tree)}
    assert len(subjects) > 20
    assert subjects - set(action_words.SUBJECTS) == set()


def _trees() -> Iterator[ast.Module]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and path.name != "action_words.py":
                text = path.read_text("utf-8")
                if "audit" in text or "note" in text or "action=" in text:
                    yield ast.parse(text)


def _constants(tree: ast.Module) -> dict[str, object]:
    """Names of actions, as files give them and take them from each other."""
    return {
        target.id: value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target, value in _pairs(node)
        if isinstance(target, ast.Name)
        and isinstance(value, ast.Constant)
        and CODE.fullmatch(str(value.value))
    }


def _actions(tree: ast.Module, names: dict[str, object]) -> Iterator[str]:
    """What is given as an action: by its name, or where a function of the file takes one."""
    takers = {"note": 2, "note_draft": 2} | {
        node.name: [one.arg for one in node.args.args if one.arg != "self"].index("action")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "action" in [one.arg for one in node.args.args]
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else _name(call.func)
        given = [one.value for one in call.keywords if one.arg == "action"]
        given += [call.args[takers[name]]] if len(call.args) > takers.get(name, 99) else []
        for value in given:
            yield from (one for one in _said(value, names) if CODE.fullmatch(one))
    for node in ast.walk(tree):  # chosen before it is given
        if isinstance(node, ast.Assign):
            chosen = [said for target, said in _pairs(node) if _name(target) == "action"]
            for value in chosen:
                yield from (one for one in _said(value, names) if CODE.fullmatch(one))


def _pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield target, node.value


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _said(value: ast.expr, names: dict[str, object]) -> Iterator[str]:
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.Name):
        yield str(names.get(value.id, ""))
    elif isinstance(value, ast.IfExp):
        yield from (*_said(value.body, names), *_said(value.orelse, names))
    elif isinstance(value, ast.JoinedStr):
        yield from _made(value)


def _made(value: ast.JoinedStr) -> Iterator[str]:
    holes = [one for one in value.values if isinstance(one, ast.FormattedValue)]
    pattern = "".join(
        str(one.value) if isinstance(one, ast.Constant) else "x" for one in value.values
    )
    if CODE.fullmatch(pattern) and len(holes) == 1:
        for word in MADE_OF[ast.unparse(holes[0].value)]:
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else str(word)
                for one in value.values
            )


def _subjects(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "subject":
            first = node.value.elts[0] if isinstance(node.value, ast.Tuple) else None
            if isinstance(first, ast.Constant):
                yield str(first.value)


def test_russian_words_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "ru")
    assert action_words.matching("одобрен", ["draft.approved", "draft.edited"]) == {
        "draft.approved"
    }
    assert action_words.subject_code("комментарий № 17") == "mention:17"
    assert action_words.subject_code("mention:17") == "mention:17"
    assert action_words.action("novel.thing") == "novel.thing"


def test_the_log_is_found_by_the_words_it_shows(open_app: OpenApp, desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        audit.record_all(
            session,
            [
                Event(now(), "person:4", "source.paused", ("source", 1), {"n": "first-one"}),
                Event(now(), "person:5", "source.paused", ("source", 1), {"n": "second-one"}),
                Event(now(), "cli", "showcase.put", ("mention", 1), {"n": "third-one"}),
            ],
        )
    app = open_app("lead", view=system_only)
    assert "Источник приостановлен" in shown(app)
    for sought, wanted in (
        ("источник приостановлен", {"first-one", "second-one"}),
        ("глеб приостановлен", {"first-one"}),
        ("командная примеры", {"third-one"}),
    ):
        app.text_input(key="audit-words").set_value(sought)
        next(one for one in app.button if one.label == "Поиск").click().run()
        assert not app.exception
        told = shown(app)
        assert {one for one in ("first-one", "second-one", "third-one") if one in told} == wanted


def test_subjects_lead_to_their_places(open_app: OpenApp, desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        mention = session.exec(select(Mention)).first()
        assert mention is not None
        case = Case(brand_id=mention.brand_id, author_id=mention.author_id, opened_at=now())
        session.add(case)
        session.flush()
        mention.case_id = case.id
        session.add(mention)
        session.flush()
        draft = session.exec(select(DraftRow)).first()
        source = session.exec(select(Source)).first()
        incident = session.exec(select(Incident)).first()
        assert draft is not None
        assert source is not None
        brand = mention.brand_id
        asked = {("case", str(mention.case_id)), ("draft", str(draft.id)), ("mention", "x")}
        asked |= {("source", str(source.id)), ("case", "999999"), ("policy", "abc")}
        asked |= {("incident", str(incident.id))} if incident else set()
        found = audit_subjects.list_places(session, brand, asked)
        assert audit_subjects.list_places(session, "other", asked) == {}
        audit.record(
            session,
            at=now(),
            actor="cli",
            action="person.changed",
            subject=("person", 2),
            brand_id=brand,
        )
    assert found.pop(("case", str(mention.case_id))) == ("mention", mention.id)
    assert found.pop(("draft", str(draft.id))) == ("mention", draft.mention_id)
    assert found.pop(("source", str(source.id))) == ("source", source.id)
    assert set(found) <= {("incident", str(incident.id) if incident else "")}
    app = open_app("admin", view=system_only, language="en")
    assert 'href="/people?person=2"' in shown(app)
    assert 'href="/people?person=2"' not in shown(open_app("lead", view=system_only))


def test_every_detail_that_the_code_records_has_a_name() -> None:
    found = {one for tree in _trees() for one in _details(tree)}
    assert len(found) > 40
    assert found - set(detail_words.NAMES) == set()


def _details(tree: ast.Module) -> Iterator[str]:
    """Keys that are written where an event is recorded."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for one in node.keywords:
                if one.arg == "detail" and isinstance(one.value, ast.Dict):
                    yield from (str(key.value) for key in one.value.keys if _is_text(key))


def _is_text(key: ast.expr | None) -> TypeGuard[ast.Constant]:
    return isinstance(key, ast.Constant) and isinstance(key.value, str)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "ru",
            "до: 24.11 12:30 · причина: склад · роль: руководитель · опубликован: нет",
        ),
        ("en", "until: 24 Nov 12:30 · reason: склад · role: lead · published: no"),
    ],
)
def test_details_are_words_and_times_of_the_house(
    language: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: language)
    monkeypatch.setattr(words, "current_language", lambda: language)
    monkeypatch.setattr(words, "zone", lambda: ZoneInfo("Europe/Moscow"))
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    detail = {
        "until": "2026-11-24T09:30:00+00:00",
        "reason": "склад",
        "role": "lead",
        "was_posted": False,
    }
    assert detail_words.said(detail, kind="case", at=at) == told
    more = {"state": "posted", "nobody_named": ["a", None], "text_digest": "a1" * 32}
    said = detail_words.said(more, kind="reply", at=at)
    assert "posted" not in said
    assert "nobody named: a, —" in said
    assert "a1a1a1a1a1…" in said
