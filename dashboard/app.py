"""Navigation, and nothing else."""

import streamlit as st

from dashboard import bar, frame, presence
from dashboard.once import one_run
from dashboard.views import is_for, pages

with one_run():
    frame.open_page()
    who = frame.person()
    presence.draw()
    all_pages = pages()
    chosen = st.navigation(list(all_pages.values()), position="hidden")
    name = next(name for name, page in all_pages.items() if page.title == chosen.title)
    bar.draw(who, all_pages, name)
    if is_for(who, name):
        chosen.run()
    else:
        frame.refuse()
