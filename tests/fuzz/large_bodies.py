"""Bodies of a few megabytes in forms that made parsers slow or hungry."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.examples import examples_of

SIZE = 5_000_000


@dataclass(frozen=True, slots=True)
class Body:
    """A body that repeats something; made when it is asked for, since all together take much memory.

    Args:
        unit: What is repeated; `@` becomes the number of the repetition.
        before: What stands before.
        after: What stands after.
        size: How many bytes are filled.

    """

    unit: bytes
    before: bytes = b""
    after: bytes = b""
    size: int = SIZE

    def make(self, size: int | None = None) -> bytes:
        """Make the body."""
        count = (size or self.size) // (len(self.unit) + 5 * self.unit.count(b"@"))
        if b"@" in self.unit:
            filled = b"".join(self.unit.replace(b"@", b"%d" % number) for number in range(count))
        else:
            filled = self.unit * count
        return self.before + filled + self.after


EXAMPLES = examples_of(__file__)


def _units(kind: str) -> dict[str, Body]:
    """Read the bodies of a kind."""
    return {
        label: Body(**{name: value.encode() if isinstance(value, str) else value for name, value in unit.items()})
        for label, unit in EXAMPLES[kind].items()
    }


_ATTRIBUTES = b" ".join(b"a%d=1" % number for number in range(6_000))
HTML_UNITS: Mapping[str, Body] = _units("html") | {
    "many attributes often": Body(b"<div " + _ATTRIBUTES + b">a"),
    "bytes of no charset": Body(bytes(range(128, 256))),
}
XML_UNITS: Mapping[str, Body] = _units("xml")
JSON_UNITS: Mapping[str, Body] = _units("json") | {"numbers of 5,000 digits": Body(b"9" * 4999 + b",", b"[", b"1]")}
