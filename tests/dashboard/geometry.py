"""Where things stand on the screen: what is in sight unscrolled, what lies upon something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from playwright.sync_api import Page

# each visible one with what of its box its own scrolling panes show, and which others it holds
_BOXES = """wanted => {
  const main = document.querySelector('[data-testid="stMain"]');
  main.scrollTo(0, 0);
  const found = [...main.querySelectorAll(wanted)].filter(one => one.checkVisibility({
    opacityProperty: true, visibilityProperty: true }));
  const shown = one => {
    let { left, top, right, bottom } = one.getBoundingClientRect();
    for (let up = one.parentElement; up && up !== main; up = up.parentElement) {
      if (getComputedStyle(up).overflow === 'visible') continue;
      const pane = up.getBoundingClientRect();
      [left, top] = [Math.max(left, pane.left), Math.max(top, pane.top)];
      [right, bottom] = [Math.min(right, pane.right), Math.min(bottom, pane.bottom)];
    }
    return { left, top, right, bottom };
  };
  return found.map(one => {
    const whole = one.getBoundingClientRect();
    const [x, y] = [whole.left + whole.width / 2, whole.top + Math.min(whole.height / 2, 12)];
    const top = document.elementFromPoint(x, y);
    const key = one.closest('[class*="st-key-"]')?.className.match(/st-key-[\\w-]+/)?.[0] ?? '';
    const text = (one.getAttribute('aria-label') || one.textContent).replace(/\\s+/g, ' ');
    return {
      name: `${one.tagName} ${text.slice(0, 40)} (${key})`,
      ...shown(one),
      isOnTop: Boolean(top) && (one.contains(top) || top.contains(one)),
      whole: Math.max(whole.width * whole.height, 1),
      within: found.map((other, place) => [other, place])
        .filter(([other]) => other !== one && one.contains(other)).map(([, place]) => place),
    };
  });
}"""
SLACK = 1.5  # px
LEAST = 0.98  # of a box: what a pane cuts off is out of sight


def out_of_sight(page: Page, wanted: Sequence[str]) -> Iterator[str]:
    """What of these cannot be seen whole while nothing is scrolled, or is not there at all."""
    size = page.viewport_size
    assert size is not None
    for one in wanted:
        found = page.evaluate(_BOXES, one)
        if not found:
            yield f"not there: {one}"
        for box in found:
            area = max(box["right"] - box["left"], 0) * max(box["bottom"] - box["top"], 0)
            is_in = box["left"] >= 0 and box["right"] <= size["width"]
            if not is_in or box["top"] < 0 or box["bottom"] > size["height"]:
                yield f"off the screen: {one} {box['name']} {box['top']:.0f}–{box['bottom']:.0f}"
            elif area < LEAST * box["whole"]:
                yield f"cut off by its pane: {one} {box['name']}"
            elif not box["isOnTop"]:
                yield f"something lies upon it: {one} {box['name']}"


def overlapping(page: Page, wanted: str) -> Iterator[str]:
    """Pairs that lie upon one another though neither holds the other."""
    found = page.evaluate(_BOXES, wanted)
    for (one, box), (two, other) in combinations(enumerate(found), 2):
        if two in box["within"] or one in other["within"]:
            continue
        wide = min(box["right"], other["right"]) - max(box["left"], other["left"])
        high = min(box["bottom"], other["bottom"]) - max(box["top"], other["top"])
        if wide > SLACK and high > SLACK:
            yield f"{box['name']} and {other['name']}: {wide:.0f} × {high:.0f} px"
