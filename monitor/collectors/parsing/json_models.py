"""Platform JSON, validated by pydantic models; a row that does not match its documentation is left out."""

import json
import math
import re
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

_DEEPEST = 100  # levels; documented rows have about ten
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_LONGEST_TEXT = 1_000_000
_LONGEST_ADDRESS = 2_000
_LARGEST_COUNT = 2**53 - 1  # above it JSON parsers no longer agree on a number
_LONGEST_INTEGER = 40  # digits; identifiers of 128 bits have 39

Value = TypeVar("Value")
Model = TypeVar("Model", bound="PayloadModel")


class _NoneOnError:
    """Makes a field None when it is invalid; pydantic has `OnErrorOmit` for the elements of a list alone."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


# A pattern or a length makes pydantic look at the characters: a plain `str` lets half of a surrogate pair through.
Text = Annotated[str, Field(max_length=_LONGEST_TEXT, pattern=r"^[^\x00]*$")]
"""Text that databases can store: whole characters, none of them NUL."""
Identifier = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
"""An identifier that may stand in a cursor and in an address: printable ASCII without spaces."""
Uri = Annotated[str, Field(min_length=1, max_length=_LONGEST_ADDRESS, pattern=r"^[^\x00-\x20\x7f]+$")]
"""An address or another URI."""
Count = Annotated[int, Field(ge=-_LARGEST_COUNT, le=_LARGEST_COUNT)]
"""A whole number; true, false and fractions are none."""
Lenient = Annotated[Value | None, _NoneOnError()]
"""A field without which a row still makes sense: None when it is not as documented."""


class PayloadModel(BaseModel):
    """An object of a platform's JSON. Fields that it does not name are ignored."""

    # `defer_build`: the validator is made when a row is first read, so that importing a collector stays cheap.
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", defer_build=True)


class CamelModel(PayloadModel):
    """An object of a platform that writes names in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


def bounded_integer(digits: str) -> float:
    """Read an integer of JSON; one of more than 40 digits is infinite."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else math.inf


def parse_json(body: bytes | str) -> Any:
    """Parse JSON that may be hostile.

    An integer of more than 40 digits becomes infinity, which no model takes for a number, and what lies deeper than 100
    levels becomes null: one such value spoils its own row, where Python's parser would refuse the whole answer.

    Raises:
        ValueError: When it is not JSON.

    """
    try:
        return json.loads(body, parse_int=bounded_integer)
    except RecursionError:
        text = body if isinstance(body, str) else body.decode(json.detect_encoding(body), errors="replace")
        return json.loads(_without_depths(text), parse_int=bounded_integer)


def read_json(body: bytes | str) -> Any:
    """Parse JSON that may be hostile; None when it is none, for which no model has a row either."""
    try:
        return parse_json(body)
    except ValueError:
        return None


def counts_of(**counts: int | None) -> dict[str, int]:
    """Return the counts that came with a post."""
    return {name: count for name, count in counts.items() if count is not None}


def _without_depths(text: str) -> str:
    """Replace the lists and objects of JSON that lie deeper than 100 levels by null."""
    kept, depth, begin = [], 0, 0
    for token in _JSON_TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth == _DEEPEST:
                kept += [text[begin : token.start()], "null"]
        elif sign in "]}":
            if depth == _DEEPEST:
                begin = token.end()
            depth = max(depth - 1, 0)
    return "".join([*kept, text[begin:]]) if depth < _DEEPEST else "".join(kept)


def read_row(model: type[Model], row: Any) -> Model | None:
    """Check one row; None when it is not as the model says."""
    try:
        checked: Model = _adapter(model).validate_python(row)
    except ValidationError:
        return None
    return checked


@cache
def _adapter(model: type[PayloadModel]) -> TypeAdapter[Any]:
    return TypeAdapter(model)
