"""What was dealt with, in Streamlit's own runner: its filters stand in the address."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from otklik.enums import MentionState, Stance
from tests.dashboard.conftest import OpenApp


def answered_only() -> None:
    """The page, without navigation."""
    from dashboard.views import answered

    answered.draw()


def page(open_app: OpenApp, **query: str) -> AppTest:
    app = open_app("operator", view=answered_only, **query)
    assert not app.exception
    return app


def test_a_link_opens_with_its_filters_and_changed_ones_stand_in_it(open_app: OpenApp) -> None:
    app = page(open_app, stances="critic", states="closed", days="7", platforms="gone", sort="due")
    assert app.multiselect(key="answered-stances").value == [Stance.CRITIC]
    assert app.selectbox(key="answered-days").value == 7
    assert app.multiselect(key="answered-platforms").value == []
    assert MentionState.CLOSED in app.query_params["states"]
    app.multiselect(key="answered-stances").set_value([]).run()
    app.selectbox(key="answered-days").set_value(0).run()
    assert not app.exception
    assert "stances" not in app.query_params
    assert "0" in app.query_params["days"]


def test_the_plain_list_has_a_plain_address(open_app: OpenApp) -> None:
    app = page(open_app)
    assert app.selectbox(key="answered-days").value == 30
    assert not set(app.query_params) & {"days", "states", "words", "page"}
