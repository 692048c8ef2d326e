"""What is wrong with a text, in the language of whoever writes it."""

from dashboard.i18n import N_, _
from dashboard.told import find_said

# pattern of what the readers say, and our text; named groups are filled in
SAID: tuple[tuple[str, str], ...] = (
    (
        r"unknown key '(?P<key>.*?)' \(did you mean '(?P<near>.*?)'\?\); known: (?P<known>.*)",
        N_("there is no key “{key}”: did you mean “{near}”? Known: {known}"),
    ),
    (r"unknown key '(?P<key>.*?)'; known: (?P<known>.*)", N_("no key “{key}”; known: {known}")),
    (r"the key '(?P<key>.*?)' is missing here", N_("the key “{key}” is missing here")),
    (
        r"the key '(?P<key>.*?)' stands here twice \(first on line (?P<line>\d+)\)",
        N_("the key “{key}” stands here twice, first on line {line}"),
    ),
    (
        r"'(?P<word>.*?)' is not one of (?P<known>.*?) \(did you mean '(?P<near>.*?)'\?\)",
        N_("“{word}” is no such word: did you mean “{near}”? Known: {known}"),
    ),
    (r"(?P<word>.*?) is not one of (?P<known>.*)", N_("{word} is no such word; known: {known}")),
    (
        r"expected (?:keys and values|a list|text|a whole number|true or false) here, found .*",
        N_("something else belongs here: see the column of this line"),
    ),
    (
        r"expected a number or a comparison such as \">=2\", found (?P<word>.*)",
        N_('a number or a comparison such as ">=2" belongs here, in quotes; found {word}'),
    ),
    (r"expected (?P<n>-?\d+) or more, found (?P<word>.*)", N_("{n} or more, not {word}")),
    (r"expected (?P<n>-?\d+) or less, found (?P<word>.*)", N_("{n} or less, not {word}")),
    (r"the text changed, so version must rise above (?P<n>\d+).*", N_("raise version above {n}")),
    (
        r"the rule '(?P<rule>.*?)' has no example",
        N_("the rule “{rule}” has no example: add one under examples"),
    ),
    (
        r"the rule '(?P<rule>.*?)' has no (?P<what>.*)",
        N_("the example expects {what}, which the rule “{rule}” does not do"),
    ),
    (r"there is no rule '(?P<rule>.*?)'.*", N_("there is no rule “{rule}”")),
    (
        r"expected the rule '(?P<rule>.*?)', but '(?P<other>.*?)' holds first: .*",
        N_("this example belongs to “{rule}”, but “{other}” above takes every such case"),
    ),
    (
        r"expected the rule '(?P<rule>.*?)', but '(?P<other>.*?)' holds first",
        N_("this example belongs to “{rule}”, but “{other}” above takes it first"),
    ),
    (
        r"two rules are called '(?P<rule>.*?)'; the first is on line (?P<line>\d+)",
        N_("two rules are called “{rule}”, the first is on line {line}"),
    ),
    (
        r"the rule '(?P<rule>.*?)' always holds, so the rules below it never would",
        N_("the rule “{rule}” always holds: those below it never would"),
    ),
    (
        r"the last rule must be a catch-all: .*",
        N_("the last rule must take everything else: when: always"),
    ),
    (
        r"exactly one of draft, hold and ignore must stand here",
        N_("one of draft, hold and ignore must stand here, and only one"),
    ),
    (r"`(?P<kind>\w+)` stands here twice", N_("“{kind}” stands here twice")),
    (r"`(?P<kind>\w+)` needs '(?P<what>\w+)'", N_("“{kind}” needs “{what}”")),
    (
        r"criticism is never hidden: .*",
        N_("criticism is never hidden: add stance: hater to the conditions of this rule"),
    ),
    (r".* need a person, so they cannot go with ignore", N_("this needs a person, not ignore")),
    (r"a ban is asked for only beside `hold`.*", N_("a ban is asked for only beside hold")),
    (r"one effect per list item: (?P<known>.*)", N_("one effect in each line; known: {known}")),
    (
        r"write conditions as `key: value`, or the word `always`",
        N_("write conditions as key: value, or the word always"),
    ),
    (
        r"expected one word of small Latin letters.*",
        N_("one word of small Latin letters, digits, _ and - belongs here"),
    ),
    (r"an empty list never holds", N_("an empty list never holds")),
    (
        r"a policy of the desk is live; .*",
        N_("a policy of the desk is live: it goes into the shadow by a button"),
    ),
    (r"the file is empty", N_("there is no text yet")),
    (r"not YAML: .*\"text with a colon in it goes into quotes\"", N_("not readable as YAML")),
    (
        r"not YAML: (?P<said>.*?); (?:put comparisons in quotes: .*)",
        N_('not readable here: put comparisons in quotes (">=2")'),
    ),
    (
        r"not YAML: (?P<said>.*?); text with a colon in it goes into quotes",
        N_("not readable here: text with a colon goes into quotes"),
    ),
    (r"not YAML: (?P<said>.*)", N_("not readable here; look at indents and quotes ({said})")),
    (
        r"never decides for (?P<key>\w+): (?P<word>\w+), because (?P<rule>.*?) above holds then",
        N_("never decides for {key}: {word}, because {rule} above holds then"),
    ),
    (
        r"(?P<key>\w+) is never known: there is no `hours:`",
        N_("{key} is never known: there is no section hours"),
    ),
    (
        r"(?P<key>\w+): nothing is called (?P<word>.*?); known: (?P<known>.*)",
        N_("{key}: nothing is called {word}; known: {known}"),
    ),
    (r"says and does what (?P<rule>\w+) does", N_("says and does what {rule} does")),
)


def said(message: str) -> str:
    """A message of the policy's reader as this person reads it; an unknown one as it is."""
    found = find_said(message, SAID)
    return _(found[0]).format(**found[1]) if found is not None else message
