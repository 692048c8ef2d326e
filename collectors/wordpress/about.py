"""What whoever adds a WordPress site is told: rights, steps, what it cannot do."""

from __future__ import annotations

RIGHTS = (
    "none to read what is public",
    "moderate_comments (Editor or Administrator) with an application password: to reply, "
    "edit, withdraw, hide and show again",
)
TOKEN_STEPS = (
    "WordPress → Users → Add New: an account for the desk with the role Editor.",
    "Log in as that account: Users → Profile → Application Passwords.",
    "Name it “otklik”, press Add New Application Password, copy the password shown once.",
    "Put it into an environment variable; give user and application_password = env:….",
    "Application passwords ask for HTTPS; a security plugin that closes /wp-json must let "
    "wp/v2/comments and wp/v2/posts through.",
)
ANSWERS = (
    "Every public comment, by a threaded reply of our user; ours can be changed and put into "
    "the trash, others' put back into moderation and approved again."
)
CANNOT = (
    "ban or report: core WordPress has neither in its REST API",
    "see at once what was edited or deleted: threads are read again in turn, old ones slowly",
    "read comments that wait for moderation",
    "read posts that are private or protected by a password",
    "read WooCommerce reviews: WordPress lists them not as comments",
)
WHAT_TO_DO = (
    "WordPress не пускает: выпустите новый пароль приложения (Пользователи → Профиль), проверьте "
    "роль учётной записи и не закрыт ли /wp-json плагином безопасности."
)
