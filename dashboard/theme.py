"""The look of the desk: Streamlit's theme options and our own style sheet."""

from pathlib import Path

INK, PAPER, LINE = "#1B2430", "#FFFFFF", "#DDE2E8"
ACCENT = "#0B6B61"
_FONT = "Inter, 'Segoe UI', 'Noto Sans', Roboto, 'DejaVu Sans', sans-serif"
HERE = Path(__file__).resolve().parent
STYLE = HERE / "desk.css"

OPTIONS: dict[str, str] = {
    "theme.base": "light",
    "theme.primaryColor": ACCENT,
    "theme.backgroundColor": "#F4F6F8",
    "theme.secondaryBackgroundColor": PAPER,
    "theme.textColor": INK,
    "theme.borderColor": LINE,
    "theme.linkColor": ACCENT,
    "theme.font": _FONT,
    "theme.headingFont": _FONT,
    "theme.baseFontSize": "15",
    "theme.baseRadius": "8px",
    "theme.showWidgetBorder": "true",
}


def style() -> str:
    """The style sheet, as text."""
    return STYLE.read_text(encoding="utf-8")
