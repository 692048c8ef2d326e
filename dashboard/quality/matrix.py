"""What the model said against what people said, as a table one can read at a glance."""

from collections.abc import Mapping

from dashboard import words
from dashboard.i18n import _
from dashboard.plain import Html, fill, join
from otklik.enums import Stance

_WORDS: dict[str, tuple[str, ...]] = {
    "stance": tuple(str(one) for one in Stance),
    "urgency": ("0", "1", "2", "3"),
}
# what the risk budget is for: (model, people)
DEAR = frozenset(
    {("hater", "critic"), ("hater", "heated"), ("other", "critic"), ("other", "heated")}
    | {(was, "3") for was in "012"}
)


def draw(head: str, counts: Mapping[tuple[str, str], int]) -> Html:
    """Rows: the model; columns: people. Agreement green, dear mistakes red."""
    if not counts:
        return Html("")
    names = _WORDS[head]
    top = join(fill("<th>{name}</th>", name=words.name(head, told)) for told in names)
    rows = join(
        fill(
            "<tr><th>{name}</th>{cells}</tr>",
            name=words.name(head, was),
            cells=join(_cell(counts.get((was, told), 0), was, told) for told in names),
        )
        for was in names
    )
    same = sum(counts.get((one, one), 0) for one in names)
    return fill(
        '<div class="ot-table-wrap"><table class="ot-table ot-matrix"><caption>{title}</caption>'
        "<thead><tr><th>{corner}</th>{top}</tr></thead><tbody>{rows}</tbody></table></div>",
        title=_("{head}: {same} of {all} alike").format(
            head=words.name("field", head), same=same, all=sum(counts.values())
        ),
        corner=_("Model ↓, people →"),
        top=top,
        rows=rows,
    )


def _cell(count: int, was: str, told: str) -> Html:
    kind = "same" if was == told else "dear" if (was, told) in DEAR else "other"
    return fill(
        '<td class="ot-cell-{kind}">{count}</td>',
        kind=kind if count else "none",
        count=count or "·",
    )
