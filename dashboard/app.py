"""Navigation, and nothing else."""

import streamlit as st

from dashboard import frame
from dashboard.views import INSIDE, OF_LEADS, pages
from otklik.enums import Role
from otklik.people import may

frame.open_page()
who = frame.person()
all_pages = pages()
chosen = st.navigation(list(all_pages.values()), position="hidden")
unseen = INSIDE if may(who, Role.LEAD) else (*INSIDE, *OF_LEADS)
frame.bar(who, [page for name, page in all_pages.items() if name not in unseen])
chosen.run()
