"""The provinces, districts and communes of Vietnam before and after the mergers of 2025, looked up by name."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from classifiers.text.letters import strip_diacritics

UNITS_FILE: Final = "units.txt"
NAMES_FILE: Final = "names.toml"
_KINDS: Final = ("Tỉnh", "Thành phố", "Huyện", "Quận", "Thị xã", "Xã", "Phường", "Thị trấn", "Đặc khu")
_SYLLABLE: Final = re.compile(r"\w+")
_NO_COMMUNES: Final = "-"


class Level(IntEnum):
    """Levels of administration, the highest first; there have been no districts since 1 July 2025."""

    PROVINCE = 1
    DISTRICT = 2
    COMMUNE = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit, of today or of before.

    Args:
        level: Its level.
        kind: What it is called: Tỉnh, Huyện, Xã …
        name: Its name without the kind.
        province: Name of the province that it belonged to (its own for a province), without the kind.
        district: Name of its district, for a commune of before.
        old: Whether it has ceased to exist.
        current_province: Today's province with its kind.
        communes: Today's communes with their kind, the main part first; empty above communes.

    """

    level: Level
    kind: str
    name: str
    province: str
    district: str | None
    old: bool
    current_province: str
    communes: tuple[str, ...] = ()


class Gazetteer:
    """Units by their names.

    Args:
        lines: The lines of units.txt.
        aliases: Kind and name of a unit by another name of it.

    """

    def __init__(self, lines: Iterable[str], aliases: dict[str, str]) -> None:
        self.units = tuple(_read(lines))
        self._written: dict[str, list[tuple[str, Unit]]] = {}
        self._beginnings: set[str] = set()
        for unit in self.units:
            self._add(unit.name, unit)
            if " " in unit.name and (unit.level is Level.PROVINCE or unit.kind == "Thành phố"):
                self._add(strip_diacritics(unit.name).replace(" ", ""), unit)  # `#danang`
        lowest_first = sorted(self.units, key=lambda unit: (unit.level, unit.old), reverse=True)
        highest = {f"{unit.kind} {unit.name}": unit for unit in lowest_first}
        for written, full in aliases.items():
            self._add(written.removeprefix("Quận "), highest[full])

    def named(self, key: str) -> list[tuple[str, Unit]]:
        """Find the units of a name.

        Args:
            key: Syllables in small letters without marks, joined by spaces.

        Returns:
            The name as it is spelt with marks, and the unit, for each.

        """
        return self._written.get(key, [])

    def begins(self, key: str) -> bool:
        """Say whether the name of any unit begins with these syllables."""
        return key in self._beginnings

    def _add(self, written: str, unit: Unit) -> None:
        key = key_of(written)
        self._written.setdefault(key, []).append((written, unit))
        syllables = key.split()
        self._beginnings.update(" ".join(syllables[:count]) for count in range(1, len(syllables) + 1))


def key_of(name: str) -> str:
    """Spell a name as the gazetteer looks it up: small letters, no marks, one space between syllables."""
    return " ".join(_SYLLABLE.findall(strip_diacritics(name).lower()))


@cache
def default_gazetteer() -> Gazetteer:
    """Read the project's gazetteer, once a process."""
    text = (resources.files("classifiers.places") / UNITS_FILE).read_text(encoding="utf-8")
    return Gazetteer(text.splitlines(), name_lists()["aliases"])


@cache
def name_lists() -> dict[str, Any]:
    """Read names.toml, once a process."""
    return tomllib.loads((resources.files("classifiers.places") / NAMES_FILE).read_text(encoding="utf-8"))


def _read(lines: Iterable[str]) -> Iterator[Unit]:
    """Read units.txt: today's provinces and communes as they come, then those of before."""
    provinces: dict[str, str] = {}  # kind and name of a province of before: today's
    districts: dict[tuple[str, str], str] = {}  # province and district of before: today's province
    communes: dict[tuple[str, str, str], tuple[str, list[str]]] = {}
    today = ""
    for line in lines:
        if line.startswith("["):
            today = line[1:-1]
            yield _unit(Level.PROVINCE, today, today, current=today)
        elif line.strip() and not line.startswith("#"):
            commune, _, before = line.partition(" = ")
            yield _unit(Level.COMMUNE, commune, today, current=today, into=(commune,))
            for province, district, old, main in _parts(before, today):
                provinces.setdefault(province, today)
                districts.setdefault((province, district), today)
                if old != _NO_COMMUNES:
                    into = communes.setdefault((province, district, old), (today, []))[1]
                    into.insert(0 if main else len(into), commune)
    for province, current in provinces.items():
        if province != current:
            yield _unit(Level.PROVINCE, province, province, current=current, old=True)
    for (province, district), current in districts.items():
        yield _unit(Level.DISTRICT, district, province, current=current, old=True)
    for (province, district, commune), (current, parts) in communes.items():
        yield _unit(Level.COMMUNE, commune, province, district=district, current=current, into=tuple(parts), old=True)


def _parts(before: str, today: str) -> Iterator[tuple[str, str, str, bool]]:
    """Give province, district and commune of each part of a line, and whether it is the main part of that commune."""
    for part in before.split("; "):
        where, _, names = part.partition(": ")
        province, slash, district = where.rpartition(" / ")
        for name in names.split(", "):
            commune = name.removesuffix("~")
            yield (province if slash else today, district, commune, commune == name)


def _unit(
    level: Level,
    full: str,
    province: str,
    *,
    current: str,
    district: str | None = None,
    into: tuple[str, ...] = (),
    old: bool = False,
) -> Unit:
    """Make a unit of names with their kinds."""
    kind, name = _cut(full)
    return Unit(level, kind, name, _cut(province)[1], district and _cut(district)[1], old, current, into)


@cache
def _cut(full: str) -> tuple[str, str]:
    """Part a name with its kind into both."""
    kind = next(kind for kind in _KINDS if full.startswith(f"{kind} "))
    return kind, full.removeprefix(f"{kind} ")
