"""What a page that somebody has left still asks for is not run.

Parts of a page renew themselves (`run_every`). After `st.switch_page` one of them may ask once
more before the browser has heard that it stands on another page. Streamlit runs that under the
name of the page that was left; its browser side takes this for a change of the page, wipes what
stands there and gets nothing in its place: a white page, until it is loaded again.
"""

from collections.abc import Callable

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

Run = Callable[[ScriptRunner, RerunData], None]


def is_of_a_left_page(asked: RerunData, current: str) -> bool:
    """Does a part of another page than `current`, a page's hash, ask to be drawn anew?"""
    if not asked.fragment_id_queue:
        return False  # the whole page: somebody goes there
    return bool(asked.page_script_hash) and asked.page_script_hash != current


def drop_what_they_ask() -> None:
    """Let Streamlit pass over such a part; called once, before the desk is served."""
    run: Run = ScriptRunner._run_script

    def run_unless_left(self: ScriptRunner, rerun_data: RerunData) -> None:
        if not is_of_a_left_page(rerun_data, self._pages_manager.current_page_script_hash):
            run(self, rerun_data)

    ScriptRunner._run_script = run_unless_left  # type: ignore[method-assign]
