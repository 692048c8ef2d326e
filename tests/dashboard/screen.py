"""What Streamlit's own runner shows of the desk."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def shown(app: AppTest) -> str:
    """All markup on the screen."""
    return " ".join(str(block.proto.body) for block in app.get("html"))


def case_only() -> None:
    """The view of one case, without navigation."""
    from dashboard.views import case

    case.draw()


def queue_only() -> None:
    """The queue, without navigation."""
    from dashboard.views import queue

    queue.draw()


def system_only() -> None:
    """The system page, without navigation."""
    from dashboard.views import system

    system.draw()


def model_only() -> None:
    """The page of quality, which begins with the model, without navigation."""
    from dashboard.views import quality

    quality.draw()


def sources_only() -> None:
    """The list of sources, without navigation."""
    from dashboard.views import sources

    sources.draw()


def source_only() -> None:
    """The page of one source, without navigation."""
    from dashboard.views import source

    source.draw()


def add_source_only() -> None:
    """The form for a source, without navigation."""
    from dashboard.views import add_source

    add_source.draw()
