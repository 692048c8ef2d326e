"""What `streamlit run` starts: the desk, behind its sign-in."""

import streamlit as st
from starlette.middleware import Middleware

from dashboard import entrances, left_pages, looks, warm
from dashboard.gate import Gate, Headers
from dashboard.sign_in import ROUTES
from dashboard.theme import HERE
from otklik.allocator import keep_memory_flat

keep_memory_flat()
left_pages.drop_what_they_ask()
app = st.App(
    HERE / "app.py",
    routes=[*ROUTES, *entrances.ROUTES, *looks.ROUTES],
    middleware=[Middleware(Headers), Middleware(Gate), Middleware(looks.FirstPage)],
)
warm.begin()
