"""A chart, the table beside it, and the table as a file."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard.i18n import _, current_language
from dashboard.plain import Html, show, table
from otklik.reports.tables import Table

CSV_LABEL, XLSX_LABEL = "CSV ↓", "XLSX ↓"  # names of formats: the same in every language
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def beside(
    chart: Callable[[], None], markup: Html, files: Table, key: str, *, widths: Any = (3, 2)
) -> None:
    """The chart on the left, the table on the right with its files under it."""
    left, right = st.columns(list(widths), gap="medium")
    with left:
        chart()
    with right:
        show(markup)
        downloads(files, key)


@lru_cache(maxsize=64)
def _csv(files: Table, language: str) -> bytes:
    return files.csv(language)


@lru_cache(maxsize=64)
def _xlsx(files: Table) -> bytes:
    return files.xlsx()


def downloads(files: Table, key: str) -> None:
    """The buttons that give the table as CSV and as XLSX.

    The files are made with the page: one made at the click is lost when the page renews just then.
    """
    language, name = current_language(), f"otklik-{key}"
    with st.container(horizontal=True, gap="small", key=f"ot-files-{key}"):
        st.download_button(
            CSV_LABEL,
            _csv(files, language),
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"csv-{key}",
            on_click="ignore",
            type="tertiary",
            help=_("The table as a file; no cell of it is a formula."),
        )
        st.download_button(
            XLSX_LABEL,
            _xlsx(files),
            file_name=f"{name}.xlsx",
            mime=XLSX,
            key=f"xlsx-{key}",
            on_click="ignore",
            type="tertiary",
        )


def figures(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Html:
    """A table whose columns from the second on are figures."""
    return table(heads, rows, kind="ot-figures ot-report-table")
