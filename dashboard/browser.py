"""What the browser says of itself: its cookies. The only place that reads them."""

import streamlit as st

SESSION_COOKIE = "otklik_session"
LANGUAGE_COOKIE = "otklik_language"
LANGUAGES = ("ru", "en")
THEME_COOKIE = "otklik_theme"
THEMES = ("light", "dark", "system")


def cookies() -> dict[str, str]:
    """The cookies this browser connected with; a closed connection has none."""
    return {str(name): str(value) for name, value in st.context.cookies.items()}
