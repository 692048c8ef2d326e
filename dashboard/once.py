"""What one run of a page reads once, however many of its parts ask for it.

Outside a run, in a callback or in a fragment that renews itself, it is read anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_READ: ContextVar[dict[str, Any] | None] = ContextVar("read in this run", default=None)


@contextmanager
def one_run() -> Iterator[None]:
    """What is read within is remembered until its end, and no longer."""
    before = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(before)


def once(name: str, read: Callable[[], T]) -> T:
    """What `read` gives, as it was read first in this run under this name."""
    known = _READ.get()
    if known is None:
        return read()
    if name not in known:
        known[name] = read()
    found: T = known[name]
    return found
