"""What a person says of one X source in `otklik.toml`."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator, model_validator

from otklik.platforms import PlatformSettings

LONGEST_QUERY = 512  # characters, of recent search without an enterprise contract


class XSettings(PlatformSettings):
    """Settings of one X source. `monthly_budget` is required: every read is paid for.

    Attributes:
        username: name of our account, without @.
        user_id: number of our account; by default the one at the start of `access_token`.
        query: what recent search looks for, in X's query language; reposts are left out, and
            so are posts that mention us when `mentions` brings them anyway.
        mentions: read posts that mention our account.
        bearer_token: of the app; reads.
        consumer_token, consumer_token_secret: the app's "API Key and Secret" (OAuth 1.0a).
        access_token, access_token_secret: of our account for this app; all four are needed
            to reply, delete and hide, and read where there is no `bearer_token`.
        page_size: posts asked for at once, 10 to 100; the money for a full page is put aside
            before each call, and less is asked for when the budget is nearly spent.
        settle_seconds: posts younger than this wait for the next poll: X's index shows posts
            a few seconds late and out of order.
        recheck_hours: how long after publication a post is looked up again to see whether it
            was deleted; 0 never does. Costs $0.005 for each look at each post.
        recheck_every: hours between two such looks.
    """

    username: str = Field(min_length=1, max_length=30)
    user_id: str = Field(default="", pattern=r"^[0-9]{0,19}$")
    query: str = ""
    mentions: bool = True
    bearer_token: SecretStr | None = None
    consumer_token: SecretStr | None = None
    consumer_token_secret: SecretStr | None = None
    access_token: SecretStr | None = None
    access_token_secret: SecretStr | None = None
    page_size: int = Field(default=100, ge=10, le=100)
    settle_seconds: float = Field(default=15.0, ge=0, le=3600)
    recheck_hours: float = Field(default=0.0, ge=0, le=24 * 7)
    recheck_every: float = Field(default=6.0, ge=0)

    @field_validator("username")
    @classmethod
    def _without_at(cls, value: str) -> str:
        return value.removeprefix("@")

    @model_validator(mode="after")
    def _is_usable(self) -> XSettings:
        if self.monthly_budget is None:
            raise ValueError(
                "monthly_budget is required: X charges about $0.015 for every post read; "
                "give the most this source may cost in a month, in dollars"
            )
        keys = (
            self.consumer_token,
            self.consumer_token_secret,
            self.access_token,
            self.access_token_secret,
        )
        if any(keys) and not all(keys):
            raise ValueError(
                "OAuth 1.0a needs all of consumer_token, consumer_token_secret, access_token "
                "and access_token_secret"
            )
        if not (self.bearer_token or all(keys)):
            raise ValueError("give bearer_token (reads only) or the four OAuth 1.0a values")
        if not (self.query or self.mentions):
            raise ValueError("give `query`, or mentions = true")
        if self.mentions and not self.own_id:
            raise ValueError(
                "mentions = true needs user_id (or an access_token that begins with it)"
            )
        if len(self.search_query) > LONGEST_QUERY:
            raise ValueError(f"query is longer than {LONGEST_QUERY} characters with its additions")
        return self

    @property
    def can_act(self) -> bool:
        """The account's own keys are configured."""
        return self.access_token is not None

    @property
    def own_id(self) -> str:
        """Number of our account; empty when nothing tells it."""
        if self.user_id or self.access_token is None:
            return self.user_id
        start = self.access_token.get_secret_value().partition("-")[0]
        return start if start.isdigit() else ""

    @property
    def search_query(self) -> str:
        """`query` without reposts and without what `mentions` brings."""
        if not self.query:
            return ""
        parts = [f"({self.query})"]
        if "is:retweet" not in self.query:
            parts.append("-is:retweet")
        if self.mentions and f"@{self.username}".lower() not in self.query.lower():
            parts.append(f"-@{self.username}")
        return " ".join(parts)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must never be shown."""
        values = (
            self.bearer_token,
            self.consumer_token,
            self.consumer_token_secret,
            self.access_token,
            self.access_token_secret,
        )
        return tuple(value.get_secret_value() for value in values if value is not None)
