"""The record of personal data: what is held, since when, on which basis, for how long, who worked with it, what went.

It gives the operator the facts that the Vietnamese law on personal data (91/2025/QH15) and its decree (356/2025/NĐ-CP)
ask for. It is no legal advice, and says so. Its words are in `processing_record.toml`.
"""

import json
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.catalogues import SOURCE
from monitor.clock import VIETNAM
from monitor.errors import ReportFailed
from monitor.files import write_whole
from monitor.reports.wording import ROLES, load_wording
from storage.database import Database
from storage.posts import holdings

SCHEMA: Final = "kiemtin.privacy.1"
_TEMPLATE: Final = "privacy.html"


@cache
def words() -> dict[str, Any]:
    """Read the words once."""
    return tomllib.loads((resources.files("monitor.operations") / "processing_record.toml").read_text("utf-8"))


def gather(
    database: Database, folders: Mapping[str, Path], *, now: datetime, days: int, contact: str
) -> dict[str, Any]:
    """Count everything.

    Args:
        database: The database.
        folders: Folders of files that may tell of a person, by kind.
        now: The present time, UTC.
        days: How many days back the use by accounts is counted.
        contact: How the operator is reached; empty when it is not set.

    """
    with database.work() as session:
        return {
            "schema": SCHEMA,
            "made_at": now,
            "days": days,
            "contact": contact,
            "sources": holdings.of_sources(session),
            "rows": holdings.of_tables(session),
            "stored": [_stored(kind, folder) for kind, folder in folders.items()],
            "accounts": holdings.by_account(session, now - timedelta(days=days)),
            "erasures": holdings.erasures(session),
            "articles": words()["articles"],
        }


def _stored(kind: str, folder: Path) -> dict[str, Any]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {"kind": kind, "files": len(files), "size_bytes": sum(path.stat().st_size for path in files)}


def plain(record: Mapping[str, Any]) -> Any:
    """Return the record with times in ISO 8601, UTC."""
    return json.loads(json.dumps(record, default=datetime.isoformat))


def write_privacy_record(record: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write the record as a page to read and as data, both private.

    Raises:
        ReportFailed: When they cannot be written.

    """
    name = f"du-lieu-ca-nhan-{record['made_at'].astimezone(VIETNAM):%Y-%m-%d}"
    data = json.dumps(plain(record), ensure_ascii=False, indent=1) + "\n"
    written = {folder / f"{name}.html": render(record), folder / f"{name}.json": data}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in written.items():
            write_whole(path, content.encode())
    except OSError as error:
        message = f"cannot write to {folder}: {error.strerror}: check the folder, its rights and free space"
        raise ReportFailed(message) from error
    return list(written)


def render(record: Mapping[str, Any]) -> str:
    """Return the page, in Vietnamese, without anything from elsewhere."""
    environment = Environment(
        loader=PackageLoader("monitor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording = load_wording(SOURCE)

    def written(cell: datetime | int | str | None) -> str:
        if isinstance(cell, datetime):
            return wording.moment(cell)
        return wording.number(cell) if isinstance(cell, int) else cell or "–"

    environment.globals |= {"wording": wording, "written": written, "words": words()}
    rows = {
        "sources": [
            (f"{name} ({kind})", wording.name(ROLES, role), *facts)
            for name, kind, role, *facts in (each.values() for each in record["sources"])
        ],
        "held": [
            (name, count, since, holds, kept)
            for each in (*record["rows"], *record["stored"])
            for name, holds, kept in [words()["kinds"][each["kind"]]]
            for count, since in [(each["files"], None) if "files" in each else (each["count"], each["since"])]
        ],
        "accounts": [_account(use) for use in record["accounts"]],
        "erasures": [tuple(each.values()) for each in record["erasures"]],
    }
    return environment.get_template(_TEMPLATE).render(record=record, rows=rows)


def _account(use: Mapping[str, Any]) -> tuple[Any, ...]:
    counts = (sum(use["actions"].get(action, 0) for action in actions) for actions in words()["uses"].values())
    return (use["name"] or words()["operator"], use["role"], use["last_at"], *counts)
