"""The house chooses between ты and вы, or answers as it is spoken to."""

from __future__ import annotations

import pytest

from otklik.enums import Approach
from responder.drafting import Address, DeterministicWriter, DraftRequest
from responder.drafting.address import address_for
from responder.knowledge import Form
from responder.knowledge.file import shipped_knowledge
from tests.responder.conftest import make_verdict

TY, VY = "Почему ты опоздал, твой курьер хам?", "Почему вы опоздали, ваш курьер хам?"


@pytest.mark.parametrize(
    ("form", "comment", "expected"),
    [
        (Form.VY, TY, Address.VY),
        (Form.TY, VY, Address.TY),
        (Form.MIRROR, TY, Address.TY),
        (Form.MIRROR, VY, Address.VY),
        (Form.MIRROR, f"{TY} {VY}", Address.VY),
        (Form.MIRROR, "Курьер опоздал", Address.VY),
    ],
)
def test_people_are_addressed_as_the_house_wants(
    form: Form, comment: str, expected: Address
) -> None:
    assert address_for(form, comment, Address.VY) is expected


def test_a_house_that_mirrors_says_ty_without_a_slip() -> None:
    knowledge = shipped_knowledge()
    knowledge.address = Form.MIRROR
    request = DraftRequest(
        text="Ты где с моим заказом? Курьер опоздал на два часа",
        verdict=make_verdict(),
        approach=Approach.APOLOGISE_AND_FIX,
        language="ru",
        at="2026-11-22T12:00:00Z",
        seed="1",
    )
    text = DeterministicWriter(knowledge).write(request)[0]
    words = {word.strip(".,;:!?").lower() for word in text.text.split()}
    assert not words & {"вы", "вас", "вам", "ваш", "ваша", "ваше", "ваши"}
    assert "address_slip" not in [one.code for one in text.findings]
