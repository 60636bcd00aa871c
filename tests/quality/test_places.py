"""Places in 386 own texts that were written before the finder: 300 mentions and more, and texts that name none."""

import json
from pathlib import Path
from typing import Any, Final

from classifiers.places.finder import places_in

MENTIONS: Final = Path(__file__).parent / "places.jsonl"
LEAST_F1: Final = 0.90
Found = tuple[str, int, int, str, str | None, str | None]


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in MENTIONS.read_text(encoding="utf-8").splitlines()]


def wanted(row: dict[str, Any]) -> set[Found]:
    return {
        (row["id"], place["start"], place["end"], place["level"], place["province"], place["commune"])
        for place in row["places"]
    }


def found(row: dict[str, Any]) -> set[Found]:
    return {
        (
            row["id"],
            place.start,
            place.end,
            place.level.name.lower(),
            place.province.removeprefix("Tỉnh ").removeprefix("Thành phố ") if place.province else None,
            place.communes[0] if place.communes else None,
        )
        for place in places_in(row["text"], "Lai Châu")
    }


def f1(texts: list[dict[str, Any]]) -> float:
    """Count a mention as found where its span, level and unit of today are all right."""
    right = sum(len(wanted(row) & found(row)) for row in texts)
    return 2 * right / sum(len(wanted(row)) + len(found(row)) for row in texts)


def is_unmarked(row: dict[str, Any]) -> bool:
    return bool(row["text"].isascii())


def test_there_are_enough_mentions_and_texts_without_any() -> None:
    texts = rows()
    without = sum(not row["places"] for row in texts)
    assert sum(len(row["places"]) for row in texts) >= 250
    assert without * 3 >= len(texts)
    assert sum(is_unmarked(row) and bool(row["places"]) for row in texts) >= 25


def test_places_are_found_with_their_units_of_today() -> None:
    assert f1(rows()) >= LEAST_F1


def test_places_are_found_in_texts_without_marks() -> None:
    assert f1([row for row in rows() if is_unmarked(row)]) >= LEAST_F1
