"""The published description of the API: complete, OpenAPI 3.1, and without authors."""

import re
from collections.abc import Iterator
from typing import Any

from tests.monitor.desk.api.client import Program

AUTHORS = re.compile(r"author|pseudonym|handle|user_?name|screen_?name|account_?name|poster\b", re.IGNORECASE)


def names_in(part: Any) -> Iterator[str]:
    """Give every name of the description: of fields, parameters, schemas, and values to choose from."""
    if isinstance(part, dict):
        for name, inner in part.items():
            yield name
            if name == "enum":
                yield from map(str, inner)
            if name == "name" and isinstance(inner, str):
                yield inner
            yield from names_in(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from names_in(inner)


def test_nothing_in_it_names_an_author(stranger: Program) -> None:
    names = set(names_in(stranger.data("/openapi.json")))
    assert {"label", "cursor", "FlagOut", "open"} <= names
    assert {name for name in names if AUTHORS.search(name)} == set()


def test_it_is_openapi_3_1_and_can_be_read_without_a_key(stranger: Program) -> None:
    described = stranger.data("/openapi.json")
    assert described["openapi"].startswith("3.1.")
    assert described["servers"] == [{"url": "/api/v1"}]
    assert described["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_operation_says_which_problems_it_has(stranger: Program) -> None:
    described = stranger.data("/openapi.json")
    operations = [each for path in described["paths"].values() for each in path.values()]
    assert len(operations) >= 10
    for operation in operations:
        assert {"401", "403", "404", "422", "429", "503"} <= set(operation["responses"]), operation["summary"]
        assert list(operation["responses"]["422"]["content"]) == ["application/problem+json"]
        assert operation["security"] == [{"key": []}], operation["summary"]


def test_every_reference_in_it_leads_somewhere(stranger: Program) -> None:
    described = stranger.data("/openapi.json")
    references = set(re.findall(r'\$ref": ?"#/components/schemas/([^"]+)"', stranger.get("/openapi.json").text))
    assert references
    assert references <= set(described["components"]["schemas"])
