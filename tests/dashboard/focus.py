"""A walk with the Tab key over a view: in which order, what is seen, what it is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

MOST = 400  # presses; no view has as many places
SLACK = 4  # px
SLOW = 300  # ms that a border takes to change its colour
# how each place looks before anything has the focus
_BEFORE = """() => {
  const look = one => {
    const looks = [];
    for (let up = one, n = 0; up && n < 4; up = up.parentElement, n += 1) {
      const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, opacity } =
        getComputedStyle(up);
      looks.push([outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, opacity]);
    }
    return JSON.stringify(looks);
  };
  window.focusLook = look;
  window.focusBefore = new Map([...document.querySelectorAll(
    'a, button, input, textarea, select, summary, [tabindex]')].map(one => [one, look(one)]));
  window.focusSeen = new Set();
  document.activeElement?.blur();
  window.scrollTo(0, 0);
}"""
_STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const isAgain = window.focusSeen.has(one);
  window.focusSeen.add(one);
  const text = id => document.getElementById(id)?.textContent ?? '';
  const name = one.getAttribute('aria-label')
    || (one.getAttribute('aria-labelledby') ?? '').split(' ').map(text).join(' ').trim()
    || [...(one.labels ?? [])].map(label => label.textContent).join(' ').trim()
    || (one.matches('input, textarea, select') ? '' : one.textContent.trim())
    || one.title || one.getAttribute('placeholder')
    || one.closest('label')?.textContent.trim() || '';
  // a hidden box inside its label is shown by the label
  const shown = one.matches('input[type=checkbox], input[type=radio]') ? one.closest('label') : one;
  const box = (shown ?? one).getBoundingClientRect();
  const main = document.querySelector('[data-testid="stMain"]');
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 12)];
  const top = document.elementFromPoint(x, y);
  return {
    what: one.outerHTML.slice(0, 160),
    name: name.replace(/\\s+/g, ' ').slice(0, 60),
    isAgain,
    inBar: Boolean(one.closest('.st-key-ot-bar')),
    isSeen: box.width > 1 && box.height > 1 && Boolean(top)
      && (top === one || one.contains(top) || top.contains(one) || shown?.contains(top) === true),
    isMarked: window.focusBefore.get(one) !== window.focusLook(one),
    left: box.left, right: box.right,
    top: box.top + (main?.scrollTop ?? 0), bottom: box.bottom + (main?.scrollTop ?? 0),
  };
}"""

_MARKED = """() => window.focusBefore.get(document.activeElement)
  !== window.focusLook(document.activeElement)"""


@dataclass(frozen=True)
class Stop:
    """One place the focus came to; px from the top of the page."""

    what: str
    name: str
    isAgain: bool  # noqa: N815 - as the page tells it
    inBar: bool  # noqa: N815
    isSeen: bool  # noqa: N815
    isMarked: bool  # noqa: N815
    left: float
    right: float
    top: float
    bottom: float


def walk(page: Page) -> list[Stop]:
    """Press Tab from the beginning of the page until it is left or begins again."""
    page.evaluate(_BEFORE)
    stops: list[Stop] = []
    for _press in range(MOST):
        page.keyboard.press("Tab")
        found: dict[str, Any] | None = page.evaluate(_STOP)
        if found is None or found["isAgain"]:
            break
        if not found["isMarked"]:
            page.wait_for_timeout(SLOW)
            found["isMarked"] = page.evaluate(_MARKED)
        stops.append(Stop(**found))
    return stops


def faults(stops: list[Stop], expected: int) -> Iterator[str]:
    """What somebody without a mouse would stumble over.

    Args:
        expected: how many places the view has at least.
    """
    if len(stops) < expected:
        yield f"the walk ends after {len(stops)} places of {expected}"
    if len(stops) == MOST:
        yield "the walk does not end"
    for one in stops:
        if not one.name:
            yield f"without a name: {one.what}"
        if not one.isSeen:
            yield f"not to be seen: {one.name} {one.what}"
        if not one.isMarked:
            yield f"looks the same with the focus: {one.name} {one.what}"
    for before, after in pairwise(stops):
        is_up = after.bottom <= before.top + SLACK
        if is_up and after.left < before.right - SLACK and before.inBar == after.inBar:
            yield f"up and back: {before.name} → {after.name} {after.what}"
