"""Errors that the application raises.

KiemtinError
├── UsageError             the command or a setting was written wrongly (exit status 2)
├── NotReady               something must be set up first; the message names the command
├── CollectError           a source could not be read
│   ├── FetchFailed        no answer, a broken answer, or one that is too large; worth another try later
│   │   └── RateLimited    the server asked us to wait; says for how long
│   ├── SourceRefused      the operator of the site does not want to be read (robots.txt, login, challenge); stop
│   ├── AddressBlocked     the address is not public, or not one that this installation may open
│   └── PayloadInvalid     an answer came and is not what this kind of source promises
├── ImportRefused          a file cannot be imported at all (single rows that fail are counted, not raised)
├── PromotionRefused       a model is worse than the one in use, or there is none to go back to
└── ReportFailed           a summary could not be written

Each message is one line that says what happened and what to do. The commands turn them into exit status 1 or 2.
"""

from datetime import datetime


class KiemtinError(Exception):
    """Anything that this program can explain."""


class UsageError(KiemtinError):
    """A command or a setting was written wrongly."""


class NotReady(KiemtinError):
    """Something has to be set up before this can run."""


class CollectError(KiemtinError):
    """A source could not be read."""


class FetchFailed(CollectError):
    """A request got no usable answer; another try later may get one."""


class RateLimited(FetchFailed):
    """The server asked us to come back later.

    Args:
        message: What was said.
        retry_at: When the server allows the next request, UTC; None when it did not say.

    """

    def __init__(self, message: str, retry_at: datetime | None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class SourceRefused(CollectError):
    """The site does not want to be read this way; the source is switched off and a person is told why."""


class AddressBlocked(CollectError):
    """The address is private, malformed, or on a port that this installation may not open."""


class PayloadInvalid(CollectError):
    """The answer is not what this kind of source promises."""


class ImportRefused(KiemtinError):
    """A file cannot be imported."""


class PromotionRefused(KiemtinError):
    """A model is not put into use."""


class ReportFailed(KiemtinError):
    """A summary could not be written."""
