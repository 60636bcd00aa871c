"""Errors of the review domain: why a decision is not stored.

DecisionRefused
├── Held          somebody else is looking at the flag
├── Stale         the flag has changed since the person saw it
├── NotAllowed    a flag of this label takes no such decision
├── NotOpen       the flag is decided, or not to be reopened because it is open
├── NeedsLink     the decision says something of a source and names none
├── Differs       the matter of the post was judged otherwise
└── BadLink       what is given as a link is no web address

Each message is one line that says what happened and what to do; desk and API translate the class to their own words.
"""

from datetime import datetime

from monitor.errors import KiemtinError


class DecisionRefused(KiemtinError):
    """A decision cannot be stored; nothing was."""


class Held(DecisionRefused):
    """Somebody else is looking at the flag."""


class Stale(DecisionRefused):
    """The flag has changed since the person saw it."""


class NotAllowed(DecisionRefused):
    """A flag of this label takes no such decision."""


class NotOpen(DecisionRefused):
    """The flag is decided, or not to be reopened because it is open."""


class NeedsLink(DecisionRefused):
    """The decision says something of a source and names none."""


class Differs(DecisionRefused):
    """The matter of the post was judged otherwise: the person changes the verdict of all, or takes the post out.

    Args:
        message: The line for the user.
        matter_id: The matter.
        decision: What was said of it.
        name: Who said so; empty: nobody is known any more.
        at: When, UTC.

    """

    def __init__(self, message: str, *, matter_id: int, decision: str, name: str, at: datetime) -> None:
        super().__init__(message)
        self.matter_id, self.decision, self.name, self.at = matter_id, decision, name, at


class BadLink(DecisionRefused):
    """What is given as a link is no web address.

    Args:
        message: The line for the user.
        link: What was given.

    """

    def __init__(self, message: str, link: str) -> None:
        super().__init__(message)
        self.link = link
