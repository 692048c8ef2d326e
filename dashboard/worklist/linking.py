"""A list's filter in the address: what is shown can be passed on, and a link is followed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from otklik.store.queue_filter import QueueFilter, read_filter

PAGE = "page"


@dataclass(frozen=True)
class Linked:
    """The filter of one page.

    Attributes:
        keys: field of the filter → key of its widget.
        page: where the session keeps the number of the page.
        link: where it keeps the link as we wrote it: another one was followed by a person.
        plain: what is shown when the address says nothing.
    """

    keys: Mapping[str, str]
    page: str
    link: str
    plain: QueueFilter = field(default_factory=QueueFilter)

    def to_link(self, wanted: QueueFilter, number: int = 1) -> dict[str, list[str]]:
        """The filter as parameters of an address; only what differs from the plain list."""
        plain = self.plain.model_dump(mode="json")
        found = {
            name: [str(one) for one in value] if isinstance(value, list) else [str(value)]
            for name, value in wanted.model_dump(mode="json").items()
            if name in self.keys and value != plain[name]
        }
        return {**found, PAGE: [str(number)]} if number > 1 else found

    def from_link(self, params: Mapping[str, Sequence[str]]) -> tuple[QueueFilter, list[str]]:
        """What an address asks for, and what of it means nothing."""
        given = {name: list(values) for name, values in params.items() if name in self.keys}
        found, left_out = read_filter(given)
        said = {name: getattr(found, name) for name in found.model_fields_set}
        return self.plain.model_copy(update=said), left_out

    def followed(self) -> tuple[QueueFilter, list[str]] | None:
        """Before the widgets: the filter of a link somebody followed, and what of it is nothing.

        The number of its page is kept in the session. None: the address says nothing, or what we
        wrote there.
        """
        link = self._ours()
        if not link or link == st.session_state.get(self.link):
            return None
        number = link.get(PAGE, ["1"])[-1]
        st.session_state[self.page] = int(number) if number.isdecimal() and len(number) < 6 else 1
        return self.from_link(link)

    def is_new(self) -> bool:
        """Has nothing been shown of this list yet?"""
        return self.link not in st.session_state

    def write(self, wanted: QueueFilter) -> None:
        """After the widgets: the address says what is shown."""
        link = self.to_link(wanted, st.session_state.get(self.page, 1))
        others = {name: st.query_params.get_all(name) for name in st.query_params}
        rest = {name: given for name, given in others.items() if name not in self._ours()}
        if {**rest, **link} != others:
            st.query_params.from_dict({**rest, **link})
        st.session_state[self.link] = link

    def _ours(self) -> dict[str, list[str]]:
        names = {*self.keys, PAGE}
        return {name: st.query_params.get_all(name) for name in st.query_params if name in names}
