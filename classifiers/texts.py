"""What a classifier is given to read: a text, and what is known beside it."""

from dataclasses import dataclass, field

from classifiers.context import Context


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its context; one of which nothing more is known has an empty context."""

    text: str
    context: Context = field(default_factory=Context)
