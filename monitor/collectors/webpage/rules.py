r"""The syntax of extraction rules in a source's settings.

A rule is `css@attr | regex`; only the first part is needed:

- `css` is a CSS selector as soupsieve knows them; the first element that gives anything counts. Empty means the
  element itself that is looked at: an item of a list, or the whole page.
- `@attr` takes that attribute in the place of the element's text.
- `regex` keeps what its first group matches, or all that it matches when it has no group.

The parts are set apart by a bar with a space before it, so that a bar inside a regular expression needs none.
Examples: `h1`, `a.title@href`, `time@datetime`, `@id | post-(\d+)`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import soupsieve
from bs4 import Tag
from pydantic import BeforeValidator, InstanceOf

from monitor.collectors.parsing.html_text import to_text
from monitor.collectors.parsing.soup import words_of

_SEPARATOR = re.compile(r"\s\|(?=\s|$)")
_ATTRIBUTE = re.compile(r"@(?P<name>[A-Za-z_][\w:.-]*)$")
_MOST_PARTS = 2
_LONGEST_SEARCHED = 20_000  # characters; bounds the time of a slow regular expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One compiled rule."""

    css: soupsieve.SoupSieve | None
    attribute: str | None
    pattern: re.Pattern[str] | None

    @classmethod
    def parse(cls, written: object) -> "Rule":
        """Read a rule.

        Raises:
            ValueError: When a part of it is wrong; names the part.

        """
        if not isinstance(written, str) or not written.strip():
            raise ValueError(f"{written!r} is no rule: write it as `css@attr | regex`")
        parts = [part.strip() for part in _SEPARATOR.split(f" {written}")]
        if len(parts) > _MOST_PARTS:
            raise ValueError(f"{written!r} has {len(parts)} parts: a rule is `css@attr | regex`")
        attribute = _ATTRIBUTE.search(parts[0])
        css = parts[0][: attribute.start()].strip() if attribute else parts[0]
        pattern = parts[1] if len(parts) == _MOST_PARTS else ""
        return cls(
            css=compile_css(css) if css else None,
            attribute=attribute["name"] if attribute else None,
            pattern=_compiled(pattern) if pattern else None,
        )

    def elements(self, root: Tag) -> list[Tag]:
        """Return the elements that the selector finds, without those that stand inside another of them."""
        if self.css is None:
            return [root]
        selected = list(self.css.select(root))
        # Text of nested matches would otherwise appear twice.
        chosen = {id(element) for element in selected}
        return [element for element in selected if not any(id(above) in chosen for above in element.parents)]

    def value(self, root: Tag) -> str:
        """Return the first value in one line; empty when there is none."""
        return next(self._values(root), "")

    def text(self, root: Tag, base_url: str) -> str:
        """Return the text of all that the selector finds, with its paragraphs.

        Args:
            root: Where to look.
            base_url: What relative links are relative to.

        """
        if self.attribute or self.pattern:
            return "\n\n".join(self._values(root))
        texts = [to_text(element.decode_contents(), base_url) for element in self.elements(root)]
        return "\n\n".join(self._finish(text) for text in texts if text)

    def _values(self, root: Tag) -> Iterator[str]:
        elements = [root] if self.css is None else self.css.select(root)
        for element in elements:
            raw = words_of(element) if self.attribute is None else _attribute(element, self.attribute)
            value = self._finish(raw)
            if value:
                yield value

    def _finish(self, raw: str) -> str:
        if self.pattern is None:
            return raw.strip()
        match = self.pattern.search(raw[:_LONGEST_SEARCHED])
        if match is None:
            return ""
        return ((match[1] or "") if self.pattern.groups else match[0]).strip()


RuleField = Annotated[InstanceOf[Rule], BeforeValidator(Rule.parse)]


def compile_css(css: str) -> soupsieve.SoupSieve:
    """Compile a CSS selector.

    Raises:
        ValueError: When it is none.

    """
    try:
        return soupsieve.compile(css)
    except (soupsieve.SelectorSyntaxError, NotImplementedError, ValueError) as error:
        raise ValueError(f"{css!r} is no CSS selector: {_first_line(error)}") from error


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{pattern!r} is no regular expression: {_first_line(error)}") from error


def _attribute(element: Tag, name: str) -> str:
    value = element.get(name)
    return " ".join(value) if isinstance(value, list) else str(value or "")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(":. ")
