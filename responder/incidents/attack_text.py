"""The text that carries an attack's statement: the statement itself, to its last letter."""

from otklik.enums import Approach
from responder.drafting import Draft, DraftRequest
from responder.drafting.checking import lint_context
from responder.knowledge import Knowledge
from responder.lint import lint

WRITER = "statement"


def carry(request: DraftRequest, knowledge: Knowledge) -> Draft:
    """A draft for readers, not for whoever insults: no point of theirs is argued with."""
    draft = Draft(
        text=(request.incident_statement or "").strip(),
        approach=Approach.ANSWER,
        language=request.language,
        points=(),
        known=(),
        facts=(),
        findings=(),
        writer=WRITER,
        uses_statement=True,
    )
    findings = lint(draft.text, lint_context(draft, request, knowledge))
    return draft.model_copy(update={"findings": tuple(findings)})
