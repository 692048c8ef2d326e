"""The pages of the desk, one file each."""

from typing import Any

import streamlit as st

from dashboard.i18n import _


def pages() -> dict[str, Any]:
    """Every page by name, in the order of the bar; made on each run, in the chosen language."""
    from dashboard.views import answered, case, queue, system

    return {
        "queue": st.Page(queue.draw, title=_("Queue"), url_path="queue", default=True),
        "case": st.Page(case.draw, title=_("Case"), url_path="case"),
        "answered": st.Page(answered.draw, title=_("Answered"), url_path="answered"),
        "system": st.Page(system.draw, title=_("Sources and system"), url_path="system"),
    }


def open_case(mention_id: int) -> None:
    """Go to the case of a mention."""
    st.switch_page(pages()["case"], query_params={"mention": str(mention_id)})
