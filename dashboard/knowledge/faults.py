"""What is wrong with a field, in the person's language."""

from dashboard.i18n import N_, _
from dashboard.told import find_said
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


# what `responder.knowledge.importing` says of a row or a file: pattern, and our text
_REFUSED = (
    (r"no text in this row", N_("there is no text in this row")),
    (r"too short to be a fact: (?P<what>.+)", N_("too short to be a fact: {what}")),
    (
        r"longer than (?P<what>\d+) characters: .*",
        N_("longer than {what} signs: more than one fact"),
    ),
    (r"a fact needs an owner: .*", N_("say who keeps it true")),
    (
        r"the id (?P<what>.+) stands in this file twice",
        N_("the id {what} stands in this file twice"),
    ),
    (
        r"the id (?P<what>.+) has other signs.*",
        N_("the id {what} has other signs than a-z, 0-9 and _"),
    ),
    (r"(?P<what>.+) is not one of .+", N_("{what} is none of the known words for this column")),
    (r"(?P<what>.+) is no date; .*", N_("{what} is no date; write 31.12.2026")),
    (r"(?P<what>.+): neither UTF-8 nor .*", N_("{what}: neither UTF-8 nor Windows-1251")),
    (r"(?P<what>.+):1: no column holds .*", N_("{what}: no column is called “text”")),
)


def refused(reason: str) -> str:
    """Why a row or a file cannot be read, in the person's language; else as it was said."""
    found = find_said(reason, _REFUSED)
    return _(found[0]).format(**found[1]) if found is not None else reason


def said(fault: Fault) -> str:
    """A fault in the person's language."""
    text = _(fault.message)
    return f"{text}: {fault.detail}" if fault.detail else text
