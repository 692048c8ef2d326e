"""What whoever adds an Isso server is told: rights, steps, what it cannot do."""

from __future__ import annotations

RIGHTS = (
    "none to read and to reply: Isso takes anybody's comment",
    "admin_password ([admin] of isso.cfg): to edit, to withdraw, to publish out of moderation",
)
TOKEN_STEPS = (
    "On the server open isso.cfg; under [admin] set enabled = true and a password, restart.",
    "Put that password into an environment variable and name it: admin_password = env:….",
    "Under [general] set latest-enabled = true where `discover` shall find the pages itself.",
    "Give author_name, author_email and author_website of the account that answers: the "
    "address is how ours are known again, the website carries which comment they answer.",
    "Where [guard] is enabled, Isso takes two comments a minute from one network: raise "
    "ratelimit if the desk answers faster.",
)
ANSWERS = (
    "Every published comment, by a comment of ours under it; with the admin password ours "
    "can be changed and deleted."
)
CANNOT = (
    "hide, delete or ban: Isso moderates in its own admin interface",
    "keep a reply under a nested comment: Isso has one level and hangs it under the root",
    "tell when the administrator edited a comment: only that its words changed",
    "tell authors without an address of one network apart, other than by their names",
    "find pages that nobody named while latest-enabled is off",
)
WHAT_TO_DO = (
    "Isso не пускает: проверьте admin_password и [admin] enabled = true в isso.cfg, "
    "а также не закрыт ли сервер от нас паролем или правилом прокси."
)
