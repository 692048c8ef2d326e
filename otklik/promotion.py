"""Which model serves is a person's decision: comparing, promoting, rolling back.

A model is promoted only over figures: it must be better than the serving one on frozen labels,
or an admin says with a reason why it serves all the same. Both acts leave an audit event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from classifier.artefact import file_digest
from classifier.comparing import Comparison, Truth, compare, objections, remarks, truths
from classifier.corpus import load_gold
from classifier.model import Classifier
from otklik import audit
from otklik.enums import Role
from otklik.errors import InputError
from otklik.learning import StaffLabel, digest_of, read_labels, sort_labels
from otklik.models import Person
from otklik.people import require
from otklik.registry import SHIPPED, Registry
from otklik.store.audit import lock_chain

RECENT_DAYS = 30


@dataclass(frozen=True)
class Material:
    """What two models are compared on; `digest` tells which staff labels these are."""

    frozen: list[Truth]
    recent: list[StaffLabel]
    digest: str
    files: tuple[str, ...] = ()
    days: int = RECENT_DAYS


def gather(
    session: Session,
    brand_id: str,
    at: datetime,
    *,
    files: Sequence[Path] = (),
    days: int = RECENT_DAYS,
) -> Material:
    """Frozen and recent labels of staff, and the rows of frozen files.

    Recent ones are sound labels of the last `days`, frozen or not.

    Raises:
        InputError: a file is missing or a row is not labelled.
    """
    found = read_labels(session, brand_id)
    frozen = sort_labels(found).frozen
    since = at - timedelta(days=days)
    recent = [one for one in found if one.is_sound and one.at >= since]
    more = [row for path in files for row in truths(load_gold(path))]
    return Material(
        [*_truths(frozen), *more],
        recent,
        digest_of(frozen),
        tuple(file_digest(path) for path in files),
        days,
    )


def _truths(found: Sequence[StaffLabel]) -> list[Truth]:
    return [Truth(one.text, one.values) for one in found]


def measure(
    registry: Registry, serving: str, version: str, material: Material, at: datetime
) -> dict[str, Any]:
    """Compare `version` with `serving`, keep the figures beside it and return them.

    Recent labels that either of them has learned from are left out: they would flatter it.

    Raises:
        ModelError: one of the two cannot be loaded.
        InputError: the new model was trained on one of the frozen files.
    """
    old, new = (Classifier.load(registry.place(name)) for name in (serving, version))
    if {*material.files} & {*new.manifest.get("data", {}).values()}:
        raise InputError("the model was trained on a file that is to be frozen")
    learned = registry.learned(serving) | registry.learned(version)
    unseen = [one for one in material.recent if one.id not in learned]
    frozen = compare(old, new, material.frozen)
    told = {
        "at": at.isoformat(),
        "against": serving,
        "against_version": old.version,
        "labels": material.digest,
        "files": list(material.files),
        "frozen": frozen.as_json(),
        "recent": compare(old, new, _truths(unseen)).as_json(),
        "recent_days": material.days,
        "objections": objections(frozen),
        "remarks": remarks(frozen),
    }
    if version != SHIPPED:
        registry.save_comparison(version, told)
    return told


def is_current(told: Mapping[str, Any] | None, serving: str, digest: str) -> bool:
    """Were these figures made against the model that serves, on the labels as they are?"""
    return told is not None and told.get("against") == serving and told.get("labels") == digest


def refusals(told: Mapping[str, Any] | None, serving: str, digest: str) -> list[str]:
    """Why a version may not be promoted without force; empty when it may."""
    if told is None:
        return ["it was never compared with the serving model"]
    if not is_current(told, serving, digest):
        return ["the model or the labels have changed since it was compared"]
    return objections(Comparison.from_json(told["frozen"]))


def role_for(*, is_forced: bool) -> Role:
    """The least role that may promote; forcing takes an admin."""
    return Role.ADMIN if is_forced else Role.LEAD


def promote(
    session: Session,
    registry: Registry,
    *,
    person: Person,
    version: str,
    at: datetime,
    brand_id: str,
    reason: str = "",
    is_forced: bool = False,
) -> str:
    """Let another version serve; the version that served before.

    Args:
        is_forced: although it is not shown to be better; an admin's, and `reason` is needed.

    Raises:
        NotAllowed: not a lead, or forced by somebody who is no admin.
        InputError: it is not better, serves already, or is forced without a reason.
        ModelError: it cannot be loaded.
    """
    require(person, role_for(is_forced=is_forced))
    if is_forced and not reason.strip():
        raise InputError("to force a model into service needs a reason")
    lock_chain(session)  # one decision at a time, from reading the pointer to replacing it
    pointer = registry.pointer()
    if version == pointer.serving:
        raise InputError(f"{version} serves already")
    registry.check(version)
    labels = digest_of(sort_labels(read_labels(session, brand_id)).frozen)
    told = registry.comparison(version) if version != SHIPPED else None
    against = refusals(told, pointer.serving, labels)
    if against and not is_forced:
        raise InputError(f"{version} is not promoted: {'; '.join(against)}")
    note = _decided(person, at, reason) | {
        "forced": is_forced,
        "objections": against,
        "figures": _headlines(told),
    }
    _record(session, person, "model.promoted", version, brand_id, before=pointer.serving, **note)
    registry.save_pointer(pointer.promoted(version, note))
    return pointer.serving


def roll_back(
    session: Session,
    registry: Registry,
    *,
    person: Person,
    at: datetime,
    brand_id: str,
    reason: str = "",
) -> str:
    """Let the version serve that served before; its name.

    Raises:
        NotAllowed: not a lead. InputError: none served before.
        ModelError: that one cannot be loaded.
    """
    require(person, Role.LEAD)
    lock_chain(session)
    pointer = registry.pointer()
    note = _decided(person, at, reason)
    back = pointer.rolled_back(note)
    registry.check(back.serving)
    _record(
        session,
        person,
        "model.rolled_back",
        back.serving,
        brand_id,
        before=pointer.serving,
        **note,
    )
    registry.save_pointer(back)
    return back.serving


def _decided(person: Person, at: datetime, reason: str) -> dict[str, Any]:
    return {"by": audit.actor_of(person), "at": at.isoformat(), "why": reason.strip()}


def _record(
    session: Session, person: Person, action: str, version: str, brand_id: str, **told: Any
) -> None:
    audit.record(
        session,
        at=datetime.fromisoformat(told["at"]),
        actor=audit.actor_of(person),
        action=action,
        subject=("model", version),
        detail=told,
        brand_id=brand_id,
    )


_HEADLINES = ("stance_kappa", "critics_filed_as_hater", "critics_filed_as_other", "abstained")


def _headlines(told: Mapping[str, Any] | None) -> dict[str, Any]:
    """The figures worth keeping in the history: serving and new."""
    figures = told["frozen"]["figures"] if told else {}
    return {
        name: [figures[name]["serving"], figures[name]["new"]]
        for name in _HEADLINES
        if name in figures
    }
