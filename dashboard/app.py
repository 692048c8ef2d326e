"""Navigation, and nothing else."""

import streamlit as st

from dashboard import frame
from dashboard.views import INSIDE, pages

frame.open_page()
who = frame.person()
all_pages = pages()
chosen = st.navigation(list(all_pages.values()), position="hidden")
frame.bar(who, [page for name, page in all_pages.items() if name not in INSIDE])
chosen.run()
