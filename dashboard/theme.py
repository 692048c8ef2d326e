"""The look of the desk: Streamlit's theme options, our style sheets, what listens at once.

Our sheets take their colours from variables that `desk.css` gives for both themes; what
Streamlit draws itself takes them from `OPTIONS`. A test holds the two together.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

_FONT = "Inter, 'Segoe UI', 'Noto Sans', Roboto, 'DejaVu Sans', sans-serif"
HERE = Path(__file__).resolve().parent
STYLES = HERE / "styles"
# scripts that must be there before anything can be clicked or a key pressed
SCRIPTS = (HERE / "bar.js", HERE / "case" / "keys.js")

COLOURS: dict[str, dict[str, str]] = {
    "light": {
        "primaryColor": "#0b6b61",
        "backgroundColor": "#f4f6f8",
        "secondaryBackgroundColor": "#ffffff",
        "textColor": "#1b2430",
        "borderColor": "#cfd6de",
        "linkColor": "#0b6b61",
    },
    "dark": {
        "primaryColor": "#0e8072",
        "backgroundColor": "#11161d",
        "secondaryBackgroundColor": "#1a212b",
        "textColor": "#e4e9ef",
        "borderColor": "#3a4553",
        "linkColor": "#4cc9b8",
    },
}

OPTIONS: dict[str, str] = {
    "theme.font": _FONT,
    "theme.headingFont": _FONT,
    "theme.baseFontSize": "15",
    "theme.baseRadius": "8px",
    "theme.showWidgetBorder": "true",
    **{
        f"theme.{kind}.{name}": value
        for kind, colours in COLOURS.items()
        for name, value in colours.items()
    },
}


@cache
def style() -> str:
    """The style sheets as one text, `desk.css` (colours, bar, chips) before those of the rooms."""
    rooms = sorted(STYLES.glob("*.css"), key=lambda path: (path.name != "desk.css", path.name))
    return "\n".join(path.read_text(encoding="utf-8") for path in rooms)


@cache
def style_name() -> str:
    """The name of the sheets as a file: another one after every change of theirs."""
    return f"{_mark(style())}.css"


@cache
def script() -> str:
    """The scripts that every page of the desk begins with, as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)


@cache
def script_name() -> str:
    """The name of the scripts as a file: another one after every change of theirs."""
    return f"{_mark(script())}.js"


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
