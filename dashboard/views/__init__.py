"""The pages of the desk, one file each."""

from typing import Any

import streamlit as st

from dashboard.i18n import _

INSIDE = ("case", "source", "add_source")  # reached from other pages, not from the bar
OF_LEADS = ("model",)  # shown in the bar to leads and administrators only


def pages() -> dict[str, Any]:
    """Every page by name, in the order of the bar; made on each run, in the chosen language."""
    from dashboard.views import add_source, answered, case, model, queue, source, sources, system

    return {
        "queue": st.Page(queue.draw, title=_("Queue"), url_path="queue", default=True),
        "case": st.Page(case.draw, title=_("Case"), url_path="case"),
        "answered": st.Page(answered.draw, title=_("Answered"), url_path="answered"),
        "sources": st.Page(sources.draw, title=_("Sources"), url_path="sources"),
        "source": st.Page(source.draw, title=_("Source"), url_path="source"),
        "add_source": st.Page(add_source.draw, title=_("Add a source"), url_path="add-source"),
        "model": st.Page(model.draw, title=_("Model"), url_path="model"),
        "system": st.Page(system.draw, title=_("System"), url_path="system"),
    }


def open_case(mention_id: int) -> None:
    """Go to the case of a mention."""
    st.switch_page(pages()["case"], query_params={"mention": str(mention_id)})


def open_source(source_id: int) -> None:
    """Go to the page of a source."""
    st.switch_page(pages()["source"], query_params={"id": str(source_id)})
