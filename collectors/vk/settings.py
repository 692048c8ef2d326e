"""What a person says of one VK wall or community in `otklik.toml`."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, SecretStr, model_validator

from collectors.vk.rights import Kind
from otklik.platforms import PlatformSettings

Watched = Literal["wall", "board", "photos", "videos", "market", "mentions"]


MOST_WATCHED: Final = 600  # threads of which the cursor keeps a digest


class VkSettings(PlatformSettings):
    """Settings of one community (or person) on VK.

    Attributes:
        owner_id: whose wall; a community's number with a minus.
        token: the community's token (Long Poll, replies on the wall in its name).
        user_token: token of a person who administers the community; most reading and all
            moderation need it, and only with it do calls go in batches.
        service_token: an application's service key; reads the wall, topics and the search.
        watch: places to read.
        queries: texts to search all of VK for.
        long_poll: take the community's events (Bots Long Poll) for seconds of delay.
        long_poll_wait: seconds one look at the events may wait for news.
        sweep_seconds: with `long_poll`, how often everything is looked through besides.
        watch_posts: so many newest posts, topics, videos and goods are watched, each.
        recheck_posts: so many of them are read in full at every poll, to see edits.
        recheck_items: so many newest photo comments, mentions and found posts are compared
            at every poll, each.
        from_group: answer in the community's name; otherwise in that of `user_token`.
        own_ids: further accounts of ours, communities with a minus.
    """

    owner_id: int
    token: SecretStr | None = None
    user_token: SecretStr | None = None
    service_token: SecretStr | None = None
    watch: tuple[Watched, ...] = ("wall",)
    queries: tuple[str, ...] = ()
    long_poll: bool = False
    long_poll_wait: int = Field(default=1, ge=0, le=5)
    sweep_seconds: float = Field(default=600.0, ge=0)
    watch_posts: int = Field(default=100, ge=1, le=600)
    recheck_posts: int = Field(default=20, ge=0, le=200)
    recheck_items: int = Field(default=100, ge=1, le=200)
    from_group: bool = True
    own_ids: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _is_usable(self) -> VkSettings:
        if not self.tokens:
            raise ValueError("give token, user_token or service_token")
        if self.owner_id == 0:
            raise ValueError("owner_id: a community's number with a minus, or a person's")
        if self.owner_id > 0 and (self.long_poll or {"board", "market"} & set(self.watch)):
            raise ValueError("long_poll, board and market are a community's: owner_id < 0")
        if not self.watch and not self.queries:
            raise ValueError("nothing to read: give `watch` or `queries`")
        places = len({"wall", "board", "videos", "market"} & set(self.watch))
        if places * self.watch_posts > MOST_WATCHED:
            raise ValueError(f"watch_posts: {MOST_WATCHED} in all places together at most")
        if len(self.queries) > 20 or any(not query.strip() for query in self.queries):
            raise ValueError("queries: at most 20, none empty")
        return self

    @property
    def tokens(self) -> dict[Kind, SecretStr]:
        """The configured tokens by kind."""
        given = {
            Kind.GROUP: self.token,
            Kind.USER: self.user_token,
            Kind.SERVICE: self.service_token,
        }
        return {kind: secret for kind, secret in given.items() if secret is not None}

    @property
    def group_id(self) -> int:
        """The community's number without a minus; 0 for a person's wall."""
        return -self.owner_id if self.owner_id < 0 else 0
