"""What a person says of one Isso server in `otklik.toml`."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from collectors.isso.wire import own_hash
from otklik.platforms import PlatformSettings


class IssoSettings(PlatformSettings):
    """Settings of one Isso server.

    Attributes:
        base_url: where Isso answers, with its path if it has one.
        uris: pages to watch, as Isso knows them ("/post/1").
        discover: also watch every page that `/latest` shows (needs `latest-enabled`).
        site_url: address of the site whose pages carry the comments; base_url by default.
        host: name under which ids are kept; host[:port] and path of base_url by default. Set
            it when the address changes, so that known comments stay known.
        author_name, author_email, author_website: our account. The e-mail address is our
            identity. The website carries a mark in its fragment that tells which comment a
            reply answers, as Isso itself forgets that of nested ones.
        hash_salt, hash_algorithm: `[hash]` of the server, where it departs from the default.
        admin_password: of Isso's admin interface; needed to edit and to withdraw.
        moderated: the server keeps new comments in a queue; ours are published out of it, also
            those whose posting was cut off. Needs the admin password.
        recheck_seconds: how often a thread without news for a week is read in full.
    """

    uris: tuple[str, ...] = ()
    discover: bool = False
    site_url: str = ""
    host: str = ""
    author_name: str = ""
    author_email: str = ""
    author_website: str = ""
    hash_salt: str = "Eech7co8Ohloopo9Ol6baimi"
    hash_algorithm: str = "pbkdf2"
    admin_password: SecretStr | None = None
    moderated: bool = False
    recheck_seconds: float = Field(default=3600.0, ge=0)

    @model_validator(mode="after")
    def _is_usable(self) -> IssoSettings:
        if not self.uris and not self.discover:
            raise ValueError("give `uris` to watch, or discover = true")
        if self.moderated and self.admin_password is None:
            raise ValueError("moderated = true needs admin_password")
        own_hash("x", self.hash_algorithm, self.hash_salt)
        return self
