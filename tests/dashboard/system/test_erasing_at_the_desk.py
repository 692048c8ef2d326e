"""A lead erases a commenter at the desk: seen beforehand, typed, on record; nobody else may."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from otklik import database
from otklik.models import AuditEvent, Author, Mention
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown, system_only


def somebody(engine: Engine) -> tuple[int, int, str]:
    """An author, a comment of theirs, their name."""
    with database.reading(engine) as session:
        mention = session.exec(select(Mention)).first()
        assert mention is not None
        author = session.get_one(Author, mention.author_id)
        return author.id or 0, mention.id or 0, author.name


def erase(app: AppTest, number: int, *, reason: str, typed: str) -> str:
    app.text_input(key=f"commenter-reason-{number}").set_value(reason)
    app.text_input(key=f"commenter-typed-{number}").set_value(typed)
    next(one for one in app.button if one.label == "Erase for ever").click().run()
    assert not app.exception
    return shown(app)


def test_it_takes_a_reason_and_the_number_and_stays_on_record(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    number, mention, name = somebody(desk_engine)
    app = open_app("lead", view=system_only, language="en", author=str(number))
    told = shown(app)
    assert name in told
    assert "the text of 1 comment with earlier versions" in told
    assert "0 replies of ours" not in told
    assert "Say who asked for it." in erase(app, number, reason=" ", typed=str(number))
    assert "Nothing was erased" in erase(app, number, reason="a letter", typed="erase")
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, mention).text
    assert "Erased: 1 comment." in erase(app, number, reason="a letter", typed=str(number))
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, mention).text == ""
        assert session.get_one(Author, number).name == ""
        query = select(AuditEvent).where(AuditEvent.action == "author.erased")
        event = session.exec(query).one()
    assert event.actor.startswith("person:")
    assert (event.detail or {})["reason"] == "a letter"
    again = open_app("lead", view=system_only, language="en", author=str(number))
    assert "was erased already" in shown(again)


def test_somebody_is_found_by_name(open_app: OpenApp, desk_engine: Engine) -> None:
    number, _mention, name = somebody(desk_engine)
    app = open_app("admin", view=system_only, language="en")
    app.text_input(key="commenter-words").set_value(name[:5]).run()
    app.button(key=f"commenter-{number}").click().run()
    assert not app.exception
    assert app.query_params["author"] in (str(number), [str(number)])
    assert "Goes, for ever" in shown(app)


def test_only_leads_see_the_link_and_the_section(open_app: OpenApp, desk_engine: Engine) -> None:
    number, mention, _name = somebody(desk_engine)
    link = f'href="/system?author={number}"'
    assert link in shown(open_app("lead", mention=mention))
    assert link not in shown(open_app("approver", mention=mention))
    app = open_app("approver", view=system_only, language="en", author=str(number))
    assert not app.exception
    assert "Erase this person" not in shown(app)
