"""E-mail: one plain text message over SMTP with TLS."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator

from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.alerts._blocks import is_link
from otklik.alerts._text import defuse, one_line, shorten
from otklik.clock import now
from otklik.errors import AccessDenied, PlatformError, Rejected, Transient

SUBJECT_LIMIT, BODY_LIMIT = 200, 20_000
_HERE = ("localhost", "127.0.0.1", "::1")


class EmailConfig(ChannelConfig):
    """Settings of an e-mail channel.

    Attributes:
        host: mail server.
        port: its port.
        security: `starttls` (587), `tls` (465); `none` only for a server on this host.
        user: name to log in with; empty: no log-in.
        password: as ``env:NAME``; with `user`.
        sender: from which address.
        to: addresses that get every alert of this channel.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr | None = None
    sender: str
    to: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.security == "none" and self.host not in _HERE:
            raise ValueError("without TLS only to a server on this host")
        if self.user and self.password is None:
            raise ValueError("user needs a password")
        for address in (self.sender, *self.to):
            found = parseaddr(address)[1]
            if "@" not in found or any(sign in address for sign in "\r\n"):
                raise ValueError(f"{address!r} is not an address")
        return self


class Email(Channel):
    """The `Message-ID` names the delivery: a copy sent twice can be told for one by readers."""

    kind: ClassVar[str] = "email"
    title: ClassVar[str] = "E-mail"
    settings_type: ClassVar[type[ChannelConfig]] = EmailConfig
    settings: EmailConfig

    def __init__(self, settings: EmailConfig, name: str) -> None:
        super().__init__(settings, name)

    def send(self, message: AlertMessage) -> str | None:
        """See `Channel.send`; the reference is the `Message-ID`."""
        mail = mail_of(message, self.settings)
        try:
            with _connected(self.settings) as server:
                if self.settings.user and self.settings.password is not None:
                    server.login(self.settings.user, self.settings.password.get_secret_value())
                server.send_message(mail)
        except smtplib.SMTPAuthenticationError as error:
            raise self._error(AccessDenied, f"log-in refused ({error.smtp_code})") from error
        except smtplib.SMTPSenderRefused as error:
            denied = AccessDenied if error.smtp_code >= 500 else Transient
            raise self._error(denied, f"the sender was refused ({error.smtp_code})") from error
        except smtplib.SMTPResponseException as error:
            said = Rejected if error.smtp_code >= 500 else Transient
            raise self._error(said, f"the server said {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _text in error.recipients.values()})
            why = AccessDenied if min(codes) >= 500 else Transient
            raise self._error(why, f"every address was refused ({codes})") from error
        except smtplib.SMTPNotSupportedError as error:
            raise self._error(AccessDenied, str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._error(Transient, f"no answer ({type(error).__name__})") from error
        return str(mail["Message-ID"])

    def _error(self, kind: type[PlatformError], words: str) -> PlatformError:
        about = f"channel {self.name!r}: mail: {words}"
        return kind(about, platform=self.kind, source=self.name)


def mail_of(message: AlertMessage, settings: EmailConfig) -> EmailMessage:
    """The mail: title as subject, then facts, body and link as plain text."""
    mail = EmailMessage()
    title = one_line(defuse(message.title)) or message.kind
    host = settings.sender.rpartition("@")[2].strip("> ")
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.to)
    mail["Subject"] = shorten(title, SUBJECT_LIMIT)
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = f"<alert.{message.key or message.alert_id}@{host}>"
    if message.thread:
        mail["In-Reply-To"] = mail["References"] = one_line(message.thread)
    mail["Auto-Submitted"] = "auto-generated"
    parts = [title, "\n".join(one_line(defuse(fact)) for fact in message.facts)]
    parts.append(shorten(defuse(message.body).strip(), BODY_LIMIT))
    parts.append(message.link if is_link(message.link) else "")
    mail.set_content("\n\n".join(filter(None, parts)) + "\n")
    return mail


@contextmanager
def _connected(settings: EmailConfig) -> Iterator[smtplib.SMTP]:
    where = (settings.host, settings.port)
    context = ssl.create_default_context()
    if settings.security == "tls":
        with smtplib.SMTP_SSL(*where, timeout=settings.timeout, context=context) as server:
            yield server
        return
    with smtplib.SMTP(*where, timeout=settings.timeout) as server:
        if settings.security == "starttls":
            server.starttls(context=context)
        yield server
