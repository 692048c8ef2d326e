"""Errors, a tree by what the caller can do.

    OtklikError
    ├── ConfigError            stop at start; names file and line
    │   ├── PolicyError        a policy file is wrong: file:line:column
    │   ├── MissingExtra       a library is absent; the message holds the pip command
    │   └── NotConfigured      a part declines: it has not been configured
    ├── InputError             a file or a row given by a person cannot be read: file:line
    ├── PlatformError          carries platform and source
    │   ├── Transient          retry with back-off
    │   │   └── RateLimited    … after `.retry_after` seconds
    │   │       └── BudgetSpent    … in the next month, or when a person raises the budget
    │   ├── AccessDenied       switch the source off, raise an alert that says what `.to_do`
    │   ├── Gone               mention or thread deleted: mark it, go on
    │   ├── Rejected           the platform refused this reply: back to the approver
    │   └── OutcomeUnknown     may have been posted: never retried by machine
    ├── ApprovalError          this approval cannot be given
    │   ├── StaleText          text, mention or thread has changed since it was shown
    │   ├── NotAllowed         this person may not do that
    │   └── SecondApprovalNeeded   one person is not enough here
    ├── NotFound               no such row
    ├── AuditError             the chain of audit events is broken
    └── ModelError             artefact missing, or its digest is not the recorded one

Library exceptions are translated inside the file that uses the library, `from` the original.
"""


class OtklikError(Exception):
    """Root of everything the house raises on purpose."""


class ConfigError(OtklikError):
    """Configuration is wrong; stop at start."""


class PolicyError(ConfigError):
    """A policy file is wrong.

    Args:
        message: what is wrong, in one line.
        file: path or name of the file as the person knows it.
        line: 1-based, 0 when unknown.
        column: 1-based, 0 when unknown.
    """

    def __init__(self, message: str, *, file: str = "", line: int = 0, column: int = 0) -> None:
        place = f"{file}:{line}:{column}: " if file else ""
        super().__init__(f"{place}{message}")
        self.message, self.file, self.line, self.column = message, file, line, column


class MissingExtra(ConfigError):
    """A library this part needs is not installed; the message holds the pip command."""


class NotConfigured(ConfigError):
    """A part declines to work because it has not been configured; not a fault."""


class InputError(OtklikError):
    """A file given by a person cannot be read; names file and line."""


class PlatformError(OtklikError):
    """Something went wrong with a platform.

    Args:
        message: what happened.
        platform: name of the platform, as in `collectors/<name>.py`.
        source: name of the watched place, empty when not tied to one.
    """

    def __init__(self, message: str, *, platform: str = "", source: str = "") -> None:
        super().__init__(message)
        self.platform, self.source = platform, source


class Transient(PlatformError):
    """Try again later, with back-off."""


class RateLimited(Transient):
    """Try again after `retry_after` seconds."""

    def __init__(
        self, message: str, *, retry_after: float, platform: str = "", source: str = ""
    ) -> None:
        super().__init__(message, platform=platform, source=source)
        self.retry_after = retry_after


class BudgetSpent(RateLimited):
    """The month's money for this source is spent; its `retry_after` leads to the next month."""


class AccessDenied(PlatformError):
    """A person must act (token revoked, captcha, ban): the source is off until then.

    Args:
        to_do: what that person has to do, in one line; shown in the alert and on the screen.
        whole_account: every source that uses the same token is concerned.
    """

    def __init__(
        self,
        message: str,
        *,
        platform: str = "",
        source: str = "",
        to_do: str = "",
        whole_account: bool = False,
    ) -> None:
        super().__init__(message, platform=platform, source=source)
        self.to_do, self.whole_account = to_do, whole_account


class Gone(PlatformError):
    """Mention or thread no longer exists there."""


class Rejected(PlatformError):
    """The platform refused this reply; the reason goes back to the approver."""


class OutcomeUnknown(PlatformError):
    """The reply may or may not have been posted; a person or a read-back decides."""


class ApprovalError(OtklikError):
    """This approval cannot be given."""


class StaleText(ApprovalError):
    """Text, mention or thread changed since the person saw it."""


class NotAllowed(ApprovalError):
    """This person may not do that."""


class SecondApprovalNeeded(ApprovalError):
    """Somebody else must approve as well."""


class NotFound(OtklikError):
    """No such row."""


class AuditError(OtklikError):
    """The chain of audit events does not verify."""


class ModelError(OtklikError):
    """Model artefact missing, or its digest is not the recorded one."""
