"""Errors that the application raises.

KiemtinError
├── UsageError             the command or a setting was written wrongly (exit status 2)
│   └── PersonalReason     what would stand in a report for everybody to read names a person
├── NotReady               something must be set up first; the message names the command
├── ClockJumped            the machine's clock cannot be trusted, so nothing is deleted by it
├── CollectError           a source could not be read
│   ├── FetchFailed        no response, a broken one, or one that is too large; a later attempt may succeed
│   │   └── RateLimited    the server asked us to wait; says for how long
│   ├── SourceRefused      the site refuses to be read (robots.txt, login, challenge); the source is disabled
│   ├── AddressBlocked     the address is not public, or not one that this installation may open
│   └── PayloadInvalid     the response is not of the form that this kind of source has
├── PictureError           a picture cannot be read; it is counted, and its post stays as it is
├── ImportRefused          a file cannot be imported at all (single rows that fail are counted, not raised)
├── PromotionRefused       a model is worse than the one in use, or there is none to go back to
├── BackupRefused          a backup could not be written, opened or put back
├── QueryRefused           what was typed is no search
├── NotErased              traces of an author are left, or none was found
├── ReportFailed           a summary could not be written
├── PublishFailed          corrections could not be published
└── SendFailed             a channel did not take a report, alert or decision; a later attempt may succeed
    ├── SendRefused        it never will
    └── NoAnswer           there was no answer, so it may have it where it was handed over

Each message is one line that says what happened and what to do. The commands turn them into exit status 1 or 2.
"""

from datetime import datetime
from typing import Any


class KiemtinError(Exception):
    """Base of all errors of the application. The message is one line for the user."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors come from other processes, and constructors may take other arguments than `args` has.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[KiemtinError], arguments: tuple[Any, ...], fields: dict[str, Any]) -> KiemtinError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(fields)
    return error


class UsageError(KiemtinError):
    """A command or a setting is wrong."""


class PersonalReason(UsageError):
    """What is to be published with a report names a person."""


class NotReady(KiemtinError):
    """Something must be set up first; the message names the command."""


class ClockJumped(KiemtinError):
    """The clock jumped ahead: nothing is deleted by it until a person confirms it."""


class CollectError(KiemtinError):
    """A source could not be read."""


class FetchFailed(CollectError):
    """A request got no usable response; a later attempt may succeed."""


class RateLimited(FetchFailed):
    """The server asked to wait.

    Args:
        message: The line for the user.
        retry_at: When the server allows the next request, UTC; None when it did not say.

    """

    def __init__(self, message: str, retry_at: datetime | None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class SourceRefused(CollectError):
    """The site refuses to be read (robots.txt, login, challenge); the source is disabled and the reason is shown."""


class AddressBlocked(CollectError):
    """The address is private, malformed, or has a port that may not be opened."""


class PayloadInvalid(CollectError):
    """The response is not of the form that this kind of source has."""


class PictureError(KiemtinError):
    """A picture cannot be read: no picture, damaged, or too large."""


class ImportRefused(KiemtinError):
    """A file cannot be imported."""


class PromotionRefused(KiemtinError):
    """A model is not promoted, or there is none to go back to."""


class BackupRefused(KiemtinError):
    """A backup cannot be written, or what is given is no whole backup."""


class NotErased(KiemtinError):
    """Traces of an author are left, or nothing of the author was found."""


class ReportFailed(KiemtinError):
    """A weekly report could not be written."""


class SendFailed(KiemtinError):
    """A channel did not take what was sent; a later attempt may succeed."""


class SendRefused(SendFailed):
    """The other side refused what was sent for good: trying again changes nothing."""


class NoAnswer(SendFailed):
    """The other side gave no answer: where it was handed over, nobody knows whether it arrived."""


class PublishFailed(KiemtinError):
    """The folder of published corrections could not be written."""


class QueryRefused(KiemtinError):
    """What was typed is no search.

    Args:
        reason: A short name of the reason, by which it is translated.
        message: One line that says why.

    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
