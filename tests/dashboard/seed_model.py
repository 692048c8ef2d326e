"""Corrections of staff and versions of the model for the page of the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from classifier import artefact
from classifier.comparing import Truth, compare
from otklik import database, promotion
from otklik.clock import now
from otklik.enums import Stance
from otklik.models import Mention
from otklik.registry import Registry
from otklik.store.people import find_person
from otklik.verdicts import Verdict
from responder import labelling
from tests.dashboard.seed import BRAND
from tests.fakes import RuleJudge


class _Judge(RuleJudge):
    """The rules, of which some critics are filed as haters."""

    def __init__(self, wrong: int) -> None:
        self.wrong = wrong

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        found = super().judge(texts)
        return [
            one.model_copy(update={"stance": Stance.HATER}) if place < self.wrong else one
            for place, one in enumerate(found)
        ]


def make_version(folder: Path, version: str) -> Path:
    """An artefact under another version: the shipped arrays, a manifest of its own."""
    place = folder / "trained" / version
    place.mkdir(parents=True)
    told = json.loads((artefact.SHIPPED / artefact.MANIFEST).read_text(encoding="utf-8"))
    text = json.dumps({**told, "version": version})
    (place / artefact.MANIFEST).write_text(text, encoding="utf-8")
    (place / artefact.ARRAYS).symlink_to(artefact.SHIPPED / artefact.ARRAYS)
    return place


def better_figures(engine: Engine, registry: Registry, version: str) -> None:
    """Figures by which `version` is better than what serves."""
    with database.reading(engine) as session:
        digest = promotion.gather(session, BRAND, now()).digest
    fields = {"claim": "concrete", "abuse": "none", "topic": "quality", "urgency": "1"}
    texts = [f"чай битый, номер {number}" for number in range(60)]
    rows = [Truth(text, {"stance": "critic", **fields}) for text in texts]
    rows += [
        Truth(f"вы идиоты, {n}", {"stance": "hater", "claim": "none", "abuse": "insult"})
        for n in range(20)
    ]
    found = compare(_Judge(3), _Judge(0), rows, rounds=200)
    told: dict[str, Any] = {
        "at": now().isoformat(),
        "against": registry.pointer().serving,
        "labels": digest,
        "frozen": found.as_json(),
        "recent": compare(_Judge(3), _Judge(0), rows[:25], rounds=20).as_json(),
        "remarks": ["critics_filed_as_hater: 60 critics prove at most 6.0%, not the 1%"],
        "objections": [],
    }
    registry.save_comparison(version, told)


def seed_corrections(engine: Engine) -> None:
    """Staff correct haters and others that are critics; two disagree, one is against the guide."""
    with database.session(engine) as session:
        staff = {login: find_person(session, login) for login in ("operator", "approver")}
        found = session.exec(select(Mention).order_by(Mention.id)).all()  # type: ignore[arg-type]
        by_stance = {
            stance: [one.id or 0 for one in found if one.stance is stance and not one.is_unsure]
            for stance in Stance
        }
        words = [
            ("operator", by_stance[Stance.HATER][0], "stance", "heated"),
            ("operator", by_stance[Stance.OTHER][0], "stance", "critic"),
            ("operator", by_stance[Stance.CRITIC][0], "stance", "critic"),
            ("approver", by_stance[Stance.CRITIC][1], "stance", "hater"),
            ("operator", by_stance[Stance.CRITIC][1], "stance", "critic"),
            ("operator", by_stance[Stance.CRITIC][2], "abuse", "insult"),
            ("operator", by_stance[Stance.CRITIC][2], "stance", "critic"),
            ("operator", by_stance[Stance.CRITIC][3], "urgency", "3"),
        ]
        for login, mention, field, value in words:
            person = staff[login]
            assert person is not None
            labelling.label(
                session,
                person=person,
                mention_id=mention,
                mention_version=1,
                field=field,
                value=value,
                at=now(),
            )
