"""Settings of the weekly report: when, to whom, by which mail server."""

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ReportSettings(BaseModel):
    """`[reports]`: the weekly report, by mail, as a file, or both. SMTP is over TLS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekly: str = Field(
        pattern=r"^(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d$",
        description="Day and hour at the desk's own time, `mon 09:00`; it tells of the last full "
        "week.",
    )
    to: list[str] = Field(default_factory=list, description="Addresses it is mailed to.")
    folder: str = Field(default="", description="Folder it is written into; empty: none.")
    sender: str = Field(default="", description="From which address; needed with `to`.")
    smtp_host: str = Field(default="", description="Mail server; needed with `to`.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: str = Field(
        default="starttls",
        pattern="^(starttls|tls|none)$",
        description="`starttls` (587), `tls` (465); `none` only for a server on this host.",
    )
    smtp_user: str = Field(default="", description="Name to log in with; empty: no log-in.")
    smtp_password: str = Field(
        default="",
        pattern=r"^(env:OTKLIK_SECRET_\w+)?$",
        description="`env:OTKLIK_SECRET_…`; never the password itself.",
    )

    @model_validator(mode="after")
    def _goes_somewhere(self) -> "ReportSettings":
        if not self.to and not self.folder:
            raise ValueError("say where the report goes: `to`, `folder` or both")
        if self.to and not (self.sender and self.smtp_host):
            raise ValueError("mail needs `sender` and `smtp_host`")
        is_here = self.smtp_host in {"", "127.0.0.1", "::1", "localhost"}
        if self.smtp_security == "none" and not is_here:
            raise ValueError("mail leaves this host over TLS only")
        if any(
            "\n" in one or "\r" in one or "@" not in one for one in [*self.to, self.sender or "@"]
        ):
            raise ValueError("an address is a name, @ and a host")
        return self
