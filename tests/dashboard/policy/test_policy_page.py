"""The page of the policy in Streamlit's own runner: rights, drafts, proposals, looking back."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.policy import doing, reading
from otklik import database
from otklik.clock import now
from otklik.enums import ProposalKind, ProposalState, Role
from otklik.models import Person, PolicyRevision, Proposal, ShadowDecision, WorkingText
from otklik.store import proposals
from responder.policy import kept, proposing, rehearsing
from tests.dashboard.conftest import OpenApp
from tests.dashboard.policy.policies import SHOP, changed, person_of, policy_only, propose
from tests.dashboard.screen import shown
from tests.dashboard.seed import BRAND

PARTS = ("rules", "edit", "proposals", "shadow", "versions", "silences")


@pytest.fixture
def engine(policy_engine: Engine) -> Engine:
    return policy_engine


def opened(open_app: OpenApp, login: str, part: str = "rules", language: str = "ru") -> AppTest:
    app = open_app(login, view=policy_only, language=language)
    if part != "rules":
        app.session_state[doing.PART] = part
        app.run()
    assert not app.exception
    return app


def texts(engine: Engine) -> list[WorkingText]:
    with database.reading(engine) as session:
        return list(session.exec(select(WorkingText)))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_part_opens_in_both_languages(
    engine: Engine, open_app: OpenApp, language: str
) -> None:
    propose(engine, changed(7))
    for part in PARTS:
        opened(open_app, "lead", part, language)


def test_an_operator_sees_no_policy(engine: Engine, open_app: OpenApp) -> None:
    app = opened(open_app, "operator")
    assert "ot-rule" not in shown(app)
    assert not app.text_area


def test_rules_are_told_in_words_and_found_by_them(engine: Engine, open_app: OpenApp) -> None:
    app = opened(open_app, "lead")
    said = shown(app)
    assert "Кто говорит: критик" in said
    assert "urgency" not in said
    assert "срок первого ответа" in said
    app.text_input(key="policy-find").set_value("угрозу можно только").run()
    assert shown(app).count('class="ot-rule"') == 1


def test_a_text_with_an_error_is_kept_and_says_its_line(engine: Engine, open_app: OpenApp) -> None:
    broken = changed(7).replace("  - id: praise\n", "  - idd: praise\n")
    line = broken[: broken.index("idd")].count("\n") + 1
    app = opened(open_app, "lead", "edit")
    app.text_area(key=doing.TEXT).set_value(broken).run()
    assert f'data-line="{line}"' in shown(app)
    assert "ключа «idd»" in shown(app)
    assert [row.text for row in texts(engine)] == [broken]
    app.text_area(key=doing.NOTE).set_value("Проба")
    app.button(key="policy-propose").click().run()
    assert "Не сделано" in shown(app)
    assert app.text_area(key=doing.TEXT).value == broken
    again = opened(open_app, "lead", "edit")
    assert again.text_area(key=doing.TEXT).value == broken
    other = opened(open_app, "admin", "edit")
    assert other.text_area(key=doing.TEXT).value == SHOP.text


def test_a_version_that_is_taken_is_raised_by_a_click(engine: Engine, open_app: OpenApp) -> None:
    app = opened(open_app, "lead", "edit")
    app.text_area(key=doing.TEXT).set_value(changed(6)).run()
    app.button(key="policy-set-version").click().run()
    assert app.text_area(key=doing.TEXT).value == changed(7)
    assert "policy-set-version" not in {button.key for button in app.button}


def test_one_proposes_and_another_activates(engine: Engine, open_app: OpenApp) -> None:
    app = opened(open_app, "lead", "edit")
    app.text_area(key=doing.TEXT).set_value(changed(7)).run()
    app.text_area(key=doing.NOTE).set_value("За похвалу не благодарим")
    app.button(key="policy-propose").click().run()
    assert not app.exception
    assert "activate-1" not in {button.key for button in app.button}
    assert texts(engine) == []
    second = opened(open_app, "admin", "proposals")
    assert "За похвалу не благодарим" in shown(second)
    assert "Похвалу без замечаний" in shown(second)
    second.button(key="activate-1").click().run()
    with database.reading(engine) as session:
        found = kept.find_in_force(session, BRAND)
        assert found is not None
        assert found.version == 7
        assert proposals.get_proposal(session, 1).state is ProposalState.ACTIVE


def test_the_only_lead_activates_alone_and_it_is_shown(engine: Engine, open_app: OpenApp) -> None:
    propose(engine, changed(7))
    assert "activate-1" not in {one.key for one in opened(open_app, "lead", "proposals").button}
    with database.session(engine) as session:
        for one in session.exec(select(Person).where(Person.role == Role.ADMIN)):
            one.is_active = False
            session.add(one)
    app = opened(open_app, "lead", "proposals", "en")
    assert "You are the only lead here" in shown(app)
    app.button(key="activate-1").click().run()
    assert not app.exception
    assert "alone: there was no other lead" in shown(app)
    with database.reading(engine) as session:
        row = session.exec(select(Proposal)).one()
    assert (row.state, row.is_alone, row.decided_by_id) == (
        *(ProposalState.ACTIVE, True, row.author_id),
    )


def test_a_proposal_for_an_older_policy_cannot_be_activated(
    engine: Engine, open_app: OpenApp
) -> None:
    number = propose(engine, changed(7))
    with database.session(engine) as session:
        made = proposing.propose(
            session,
            person=person_of(session, "admin"),
            text=changed(8).replace("Похвалу", "Доброе слово"),
            note="иначе",
            base_digest=SHOP.digest,
            at=now(),
        )
        lead = person_of(session, "lead")
        proposing.activate(session, person=lead, proposal_id=made.id or 0, at=now())
    app = opened(open_app, "admin", "proposals")
    assert app.button(key=f"activate-{number}").disabled
    assert "изменилась" in shown(app)


def test_what_changed_meanwhile_is_told_to_whoever_writes(
    engine: Engine, open_app: OpenApp
) -> None:
    app = opened(open_app, "lead", "edit")
    app.text_area(key=doing.TEXT).set_value(changed(9)).run()
    with database.session(engine) as session:
        made = proposing.propose(
            session,
            person=person_of(session, "admin"),
            text=changed(7),
            note="раньше",
            base_digest=SHOP.digest,
            at=now(),
        )
        lead = person_of(session, "lead")
        proposing.activate(session, person=lead, proposal_id=made.id or 0, at=now())
    app.run()
    assert "ot-notice-problem" in shown(app)
    app.button(key="policy-rebase").click().run()
    assert app.text_area(key=doing.TEXT).value == changed(9)
    assert "ot-notice-problem" not in shown(app)


def test_a_refusal_needs_a_reason(engine: Engine, open_app: OpenApp) -> None:
    number = propose(engine, changed(7))
    app = opened(open_app, "admin", "proposals")
    app.button(key=f"refuse-{number}").click().run()
    assert "нужна причина" in shown(app)
    app.text_area(key=f"refuse-{number}-reason").set_value("Рано")
    app.button(key=f"refuse-{number}").click().run()
    with database.reading(engine) as session:
        assert session.exec(select(Proposal)).one().state is ProposalState.REJECTED


def test_an_older_version_comes_back_through_the_editor(engine: Engine, open_app: OpenApp) -> None:
    number = propose(engine, changed(7))
    with database.session(engine) as session:
        admin = person_of(session, "admin")
        proposing.activate(session, person=admin, proposal_id=number, at=now())
    app = opened(open_app, "lead", "versions")
    assert app.selectbox(key="policy-old").value == f"revision:{SHOP.digest}"
    assert "ot-diff" in shown(app)
    app.button(key="policy-take-old").click().run()
    assert not app.exception
    assert app.text_area(key=doing.TEXT).value == proposing.with_version(SHOP.text, 8)


def test_the_rehearsal_shows_what_would_differ(engine: Engine, open_app: OpenApp) -> None:
    policy = proposing.read_text(changed(7))
    with database.session(engine) as session:
        who = person_of(session, "lead")
        row = rehearsing.start(session, person=who, policy=policy, days=30, at=now())
    rehearsing.run(engine, row, policy, now().astimezone().tzinfo or now().tzinfo)  # type: ignore[arg-type]
    app = opened(open_app, "lead", "edit")
    app.text_area(key=doing.TEXT).set_value(changed(7)).run()
    said = shown(app)
    assert "решались бы иначе" in said
    assert "<code>praise_with_reservation</code>" in said
    assert any(str(button.key).startswith("example-own") for button in app.button)


def test_a_proposal_decides_in_the_shadow_and_shows_it(engine: Engine, open_app: OpenApp) -> None:
    number = propose(engine, changed(7))
    app = opened(open_app, "lead", "proposals")
    app.button(key=f"shadow-{number}").click().run()
    with database.session(engine) as session:
        row = proposals.find_shadowed(session, BRAND)
        assert row is not None
        assert session.get(PolicyRevision, row.digest) is not None
        session.add(
            ShadowDecision(
                mention_id=1,
                mention_version=1,
                policy_digest=row.digest,
                rule_id="praise",
                effects=[{"kind": "ignore", "reason": "x"}],
                is_same=False,
                created_at=now(),
            )
        )
    app = opened(open_app, "lead", "shadow")
    assert "<code>praise</code>" in shown(app)


def test_no_part_of_the_page_asks_more_than_it_shows(
    engine: Engine, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(engine, changed(7))
    for part in PARTS:
        app = opened(open_app, "lead", part)
        asked: list[str] = []

        def count(*args: object, asked: list[str] = asked) -> None:
            asked.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", count)
        app.run()
        event.remove(engine, "before_cursor_execute", count)
        selects = [one for one in asked if one.lstrip().upper().startswith("SELECT")]
        assert 0 < len(selects) <= 20, (part, len(selects))


def test_the_diary_of_silence_names_rule_and_reason(engine: Engine, open_app: OpenApp) -> None:
    with database.reading(data.engine()) as session:
        assert proposals.count_proposed(session, BRAND).get(ProposalKind.POLICY, 0) == 0
    found = reading.silences(90, now())
    app = opened(open_app, "lead", "silences")
    assert len(found) == sum("ot-change" in str(one.proto.body) for one in app.get("html"))
