"""Alerts on the system page: who has one, what became of each delivery, how the monitor is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import database
from otklik.clock import now
from otklik.enums import DeliveryState
from otklik.models import Alert, AlertDelivery
from otklik.pulse import Pulse
from otklik.store import channels, heartbeats
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown, system_only


def test_an_alert_says_who_took_it_and_what_its_channels_did(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("operator", view=system_only, language="en")
    assert "has given no sign of life yet" in shown(app)
    with database.session(desk_engine) as db:
        pulse = Pulse(now() - timedelta(minutes=20), "<i>desk</i>", {})
        heartbeats.save_pulse(db, "default", pulse)
        state = channels.get_channel_state(db, "default", "slack")
        state.failures, state.failing_since = 5, now()
        state.dead_at, state.error = now(), "<b>gone</b>"
        channels.save_channel_state(db, state)
        latest = db.exec(select(Alert).order_by(col(Alert.id).desc())).first()
        assert latest is not None
        found = db.exec(select(AlertDelivery).where(AlertDelivery.alert_id == latest.id)).first()
        assert found is not None
        found.state, found.error = DeliveryState.PENDING, "try later"
    app.button(key=f"take-{latest.id}").click().run()
    said = shown(app)
    assert "The monitor gives no sign of life" in said
    assert "&lt;i&gt;desk&lt;/i&gt;" in said
    assert "&lt;b&gt;gone&lt;/b&gt;" in said
    assert "Taken by" in said
    assert "next try" in said
    assert f"take-{latest.id}" not in {str(one.key) for one in app.button}
    with database.reading(desk_engine) as db:
        assert db.get_one(Alert, latest.id).taken_by_id is not None
