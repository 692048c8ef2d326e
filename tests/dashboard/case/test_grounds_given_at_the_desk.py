"""Whoever writes a text can rest it on a fact of the house, or stand for a deed themselves."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import col, select

from otklik.database import reading
from otklik.enums import DraftState
from otklik.models import AuditEvent, DraftRow, Mention
from tests.dashboard.conftest import OpenApp

DEED = "Деньги мы вернули сегодня."


def proposed(engine: Engine) -> DraftRow:
    with reading(engine) as db:
        found = db.exec(
            select(DraftRow)
            .join(Mention, col(Mention.id) == DraftRow.mention_id)
            .where(DraftRow.state == DraftState.PROPOSED, Mention.platform == "isso")
            .order_by(col(DraftRow.id))
        ).first()
    assert found is not None
    return found


def test_a_fact_is_cited_from_the_desk(open_app: OpenApp, desk_engine: Engine) -> None:
    before = proposed(desk_engine)
    app = open_app("approver", mention=before.mention_id)
    app.button(key=f"cite-{before.id}-1").click().run()
    assert not app.exception
    after = proposed_of(desk_engine, before.mention_id)
    assert len(after.facts) == len(before.facts) + 1
    assert after.text == before.text


def test_a_person_stands_for_a_deed_by_name(open_app: OpenApp, desk_engine: Engine) -> None:
    before = proposed(desk_engine)
    app = open_app("approver", mention=before.mention_id)
    box = next(one for one in app.text_area if one.key and one.key.startswith("text-"))
    box.set_value(DEED).run()
    app.button(key=f"save-{before.mention_id}").click().run()
    saved = proposed_of(desk_engine, before.mention_id)
    assert "unsupported_deed" in {one["code"] for one in saved.findings}
    vouching = [one for one in app.button if one.key and one.key.startswith("vouch-")]
    assert len(vouching) == 1
    vouching[0].click().run()
    assert not app.exception
    after = proposed_of(desk_engine, before.mention_id)
    blocking = {one["code"] for one in after.findings if one["severity"] == "block"}
    assert "unsupported_deed" not in blocking
    with reading(desk_engine) as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.action == "draft.vouched")).one()
    assert event.detail is not None
    assert event.detail["words"] == DEED


def proposed_of(engine: Engine, mention_id: int) -> DraftRow:
    with reading(engine) as db:
        return db.exec(
            select(DraftRow).where(
                DraftRow.mention_id == mention_id, DraftRow.state == DraftState.PROPOSED
            )
        ).one()
