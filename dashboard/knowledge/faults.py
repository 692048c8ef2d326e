"""What is wrong with a field, in the person's language."""

from dashboard.i18n import N_, _
from responder.knowledge.judging_one import Fault

# what `responder.knowledge.judging_one` says of a field
FAULTS = (
    N_("write the fact in Russian or in English"),
    N_("choose a topic"),
    N_("give words that call for it, or questions it answers"),
    N_("say who keeps it true"),
    N_("say where it comes from"),
    N_("say from which day it holds"),
    N_("the last day is before the first"),
    N_("whole sentences: a capital letter first, a full stop at the end"),
    N_("that is more than one fact: it is too long to be said"),
    N_("say it in both languages, or in neither"),
    N_("no wording in this language: it is not said in it"),
    N_("only one of the languages has these figures"),
    N_("it is over already: nothing cites it"),
    N_("some of these words call for another fact just as well"),
    N_("none of its words finds it: give it words of its own"),
    N_("it cannot be read"),
    N_("say in both languages what may be given"),
    N_("say who answers for the money"),
)


def said(fault: Fault) -> str:
    """A fault in the person's language."""
    text = _(fault.message)
    return f"{text}: {fault.detail}" if fault.detail else text
