"""Why something about an account was refused, in words of this room."""

from collections.abc import Callable

from dashboard.i18n import N_
from dashboard.told import find_said
from otklik.errors import OtklikError

Say = Callable[[str], str]

SAID = (
    (r"a password has at least (?P<what>\d+) .*", N_("a password has at least {what} characters")),
    (r"a password has at most (?P<what>\d+) .*", N_("a password has at most {what} characters")),
    (
        r"login '(?P<what>.*)' is empty, taken .*",
        N_("the login “{what}” is taken, or has signs that a login cannot have"),
    ),
    (r"'(?P<what>.*)' is no e-mail address", N_("“{what}” is no e-mail address")),
    (r"'(?P<what>.*)' belongs to somebody else here", N_("{what} belongs to somebody else here")),
    (
        r"(?P<what>.*) is the last administrator who can sign in",
        N_("{what} is the last administrator who can sign in"),
    ),
    (r"(?P<what>.*) is switched off", N_("{what} is switched off")),
    (r"(?P<what>.*) is closed for now", N_("{what} is closed for now: too many wrong passwords")),
    (r"the new password is the old one", N_("the new password is the old one")),
    (r"a person needs a name", N_("a person needs a name")),
    (r".* may not act as .*", N_("your role does not allow this")),
    (
        r"this browser did not begin .*",
        N_("this browser did not begin to sign in here, or too long ago"),
    ),
    (r"nobody here has the address (?P<what>.*): .*", N_("nobody here has the address {what}")),
    (r"the provider has not confirmed .*", N_("your e-mail address is not confirmed there")),
    (
        r"this address belongs to an account .*",
        N_("this address belongs to an account of somebody else"),
    ),
    (r"this account is switched off", N_("this account is switched off")),
    (r"the provider refused: (?P<what>.*)", N_("the provider refused ({what})")),
)
_OTHER = N_("what the provider says does not hold")


def reason(error: OtklikError, say: Say) -> str:
    """The reason in the language of `say`."""
    text = str(error)
    found = find_said(text, SAID)
    if found is not None:
        return say(found[0]).format(**found[1])
    return say(_OTHER) if "provider" in text else text
