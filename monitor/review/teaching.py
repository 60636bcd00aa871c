"""What the desk needs of teaching, which runs outside of it."""

from typing import Protocol


class TeachingStatus(Protocol):
    """What goes on: `doing` is `drawing`, `learning`, `promoting` or empty; `error` is the line of what failed last."""

    @property
    def doing(self) -> str:
        """What goes on."""

    @property
    def done(self) -> int:
        """How much of it is done."""

    @property
    def total(self) -> int:
        """Of how much; 0 while that is not known."""

    @property
    def error(self) -> str:
        """Why the last step failed; empty when it did not."""


class Teaching(Protocol):
    """Takes one step at a time in the background; each step says whether it began."""

    @property
    def locked_model(self) -> str:
        """The model that the settings name, in whose place none can be put; empty: none."""

    def status(self) -> TeachingStatus:
        """Tell what goes on."""

    def draw(self) -> bool:
        """Draw a round of posts."""

    def learn(self) -> bool:
        """Teach a candidate."""

    def promote(self, name: str, user_id: int) -> bool:
        """Put a candidate into use."""
