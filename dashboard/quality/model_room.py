"""What the page of the model shows: which one serves, its measured risk, the versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st
from sqlmodel import Session

from dashboard import data
from dashboard.doing import do, perform
from dashboard.frame import say
from dashboard.i18n import N_, _
from dashboard.quality import figures
from dashboard.quality.figures import Figures
from dashboard.told import find_said
from otklik import database, promotion
from otklik.errors import ModelError
from otklik.models import Person
from otklik.registry import Entry, Pointer, Registry
from otklik.store import labels, people


@dataclass(frozen=True)
class ModelRoom:
    """Everything on the page. `objections` by version: why it may not be promoted."""

    pointer: Pointer
    problem: str
    named: str  # the model the settings name; it wins over the pointer
    last_judge: tuple[str, datetime] | None
    entries: Sequence[Entry]
    objections: Mapping[str, Sequence[str]]
    figures: Figures
    names: Mapping[str, str]  # of people, by how they stand in the history

    @property
    def serving(self) -> Entry:
        """The version that serves by the pointer."""
        return next(one for one in self.entries if one.version == self.pointer.serving)


def registry() -> Registry:
    """The versions of this desk."""
    return Registry(Path(data.settings().models_dir))


def read(at: datetime, days: int) -> ModelRoom:
    """The whole page, as it is now."""
    brand, known = data.settings().brand_id, registry()
    problem = ""
    try:
        pointer = known.pointer()
    except ModelError as error:
        pointer, problem = Pointer(), str(error)
    entries = _entries(known, pointer)
    found = figures.read(at, days)
    with database.reading(data.engine()) as session:
        last = labels.find_last_judge(session, brand)
        staff = {f"person:{one.id}": one.name for one in people.list_people(session, brand)}
    return ModelRoom(
        pointer=pointer,
        problem=problem
        or next((one.problem for one in entries if one.version == pointer.serving), ""),
        named=data.settings().model_dir,
        last_judge=last,
        entries=entries,
        objections={
            one.version: promotion.refusals(one.comparison, pointer.serving, found.digest)
            for one in entries
        },
        figures=found,
        names=staff,
    )


def _entries(known: Registry, pointer: Pointer) -> list[Entry]:
    found = known.entries()
    if pointer.serving not in {one.version for one in found}:  # its folder is gone
        found.insert(0, Entry(pointer.serving, "", {}, None, _("its folder is gone")))
    return found


def on_promote(version: str, key: str, *, is_forced: bool = False) -> None:
    """Let another version serve."""
    reason = str(st.session_state.get(key, ""))

    def act(session: Session, who: Person, at: datetime) -> str:
        return promotion.promote(
            session,
            registry(),
            person=who,
            version=version,
            at=at,
            brand_id=data.settings().brand_id,
            reason=reason,
            is_forced=is_forced,
        )

    do(act, _("{version} serves; the next comments are judged by it.").format(version=version))


def on_roll_back(key: str) -> None:
    """Let the version serve that served before."""
    reason = str(st.session_state.get(key, ""))

    def act(session: Session, who: Person, at: datetime) -> str:
        return promotion.roll_back(
            session,
            registry(),
            person=who,
            at=at,
            brand_id=data.settings().brand_id,
            reason=reason,
        )

    version = perform(act)
    if version is not None:
        say(_("{version} serves again.").format(version=version))


FIGURES: dict[str, str] = {
    "stance_kappa": N_("stance, kappa"),
    "claim_kappa": N_("case, kappa"),
    "abuse_kappa": N_("abuse, kappa"),
    "urgency_kappa": N_("urgency, kappa"),
    "topic_kappa": N_("topic, kappa"),
    "critics_filed_as_hater": N_("critics filed as haters"),
    "critics_filed_as_other": N_("critics filed as “other”"),
    "hater_recall": N_("haters found"),
    "urgency_3_recall": N_("“at once” found"),
    "abstained": N_("unsure"),
    "stance_ece": N_("calibration error"),
}

# what `classifier.comparing` and `otklik.promotion` have against a version
_AGAINST: tuple[tuple[str, str], ...] = (
    (
        r"too few frozen labels: (?P<n>\d+) of at least (?P<least>\d+)",
        N_("too few frozen labels: {n} of at least {least}"),
    ),
    (r"stance kappa falls: (?P<old>\S+) → (?P<new>\S+)", N_("stance kappa falls: {old} → {new}")),
    (r"(?P<what>\w+) is worse: (?P<old>\S+) → (?P<new>\S+)", N_("{what}: worse, {old} → {new}")),
    (
        r"(?P<what>\w+) may be worse by (?P<worst>\S+), (?P<most>\S+) is the budget",
        N_("{what}: perhaps worse by {worst}, {most} is the budget"),
    ),
    (
        r"(?P<what>\w+): (?P<n>\d+) critics prove at most (?P<high>\S+), not the (?P<most>\S+)",
        N_("{what}: at most {high} is proved, not {most} (critics: {n})"),
    ),
    (r"urgency_3_recall: no label of urgency 3", N_("no label of urgency “at once”")),
    (
        r"nothing is better than with the serving model",
        N_("nothing is better than with the serving model"),
    ),
    (
        r"it was never compared with the serving model",
        N_("it was never compared with the serving model"),
    ),
    (
        r"the model or the labels have changed since it was compared",
        N_("the model or the labels have changed since it was compared"),
    ),
)


def said(line: str) -> str:
    """An objection or a remark in the person's language."""
    found = find_said(line, _AGAINST)
    if found is None:
        return line
    text, told = found
    if "what" in told:
        told["what"] = figure_name(told["what"])
    return _(text).format(**told)


def figure_name(name: str) -> str:
    """What a figure is called on the screen."""
    return _(FIGURES[name]) if name in FIGURES else name


def shown(name: str, value: Any) -> str:
    """A figure as people read it: shares in percent, the rest with three digits."""
    if value is None:
        return "–"
    is_share = not name.endswith(("kappa", "ece"))
    return percent(float(value)) if is_share else f"{value:.3f}"


def percent(share: float | None) -> str:
    """A share in percent, one digit after the point."""
    return "–" if share is None else f"{share:.1%}".replace("%", "\u00a0%")
