"""The weekly report by mail: one message with the page attached."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from otklik.errors import AccessDenied, ConfigError, Rejected, Transient
from otklik.report_settings import ReportSettings

TIMEOUT = 30.0
_PLACE = "weekly report"


def message(
    settings: ReportSettings, *, subject: str, text: str, page: str, key: str, at: datetime
) -> EmailMessage:
    """The mail. `key` names week and brand: the mail's id, the same at every attempt.

    So a copy sent twice, because somebody died between sending and noting it, is known as one.
    """
    mail = EmailMessage()
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.to)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    host = settings.sender.rpartition("@")[2].strip("> ") or "localhost"
    mail["Message-ID"] = f"<weekly.{_plain(key)}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_attachment(
        page.encode(), maintype="text", subtype="html", filename=f"otklik-{_plain(key)}.html"
    )
    return mail


def _plain(key: str) -> str:
    return "".join(sign for sign in key if sign.isascii() and (sign.isalnum() or sign in "-."))


def send(settings: ReportSettings, mail: EmailMessage) -> list[str]:
    """Hand the mail to the server; the addresses it refused while it took others.

    Raises:
        Transient: no answer, or asked to come later. AccessDenied: name or password.
        Rejected: refused for ever, or no TLS where it was asked for.
    """
    try:
        with _connected(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, _password(settings))
            refused = server.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        raise AccessDenied(f"mail: log-in refused ({error.smtp_code})", source=_PLACE) from error
    except smtplib.SMTPResponseException as error:
        kind = Rejected if error.smtp_code >= 500 else Transient
        raise kind(f"mail: the server said {error.smtp_code}", source=_PLACE) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _text in error.recipients.values()})
        kind = Rejected if min(codes) >= 500 else Transient
        raise kind(f"mail: every address was refused ({codes})", source=_PLACE) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Rejected(f"mail: {error}", source=_PLACE) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Transient(f"mail: no answer ({type(error).__name__})", source=_PLACE) from error
    return sorted(refused)  # the others have it: trying again would send it to them twice


@contextmanager
def _connected(settings: ReportSettings) -> Iterator[smtplib.SMTP]:
    where = (settings.smtp_host, settings.smtp_port)
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        with smtplib.SMTP_SSL(*where, timeout=TIMEOUT, context=context) as server:
            yield server
        return
    with smtplib.SMTP(*where, timeout=TIMEOUT) as server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        yield server


def _password(settings: ReportSettings) -> str:
    name = settings.smtp_password.removeprefix("env:")
    if not name or name not in os.environ:
        raise ConfigError(f"reports: smtp_password asks for the environment variable {name!r}")
    return os.environ[name]
