"""The record of personal data: what is held, since when, on which basis, for how long, who worked with it, what went.

It gives the operator the facts that the Vietnamese law on personal data (91/2025/QH15) and its decree (356/2025/NĐ-CP)
ask for. It is no legal advice, and says so.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.catalogues import SOURCE
from monitor.clock import VIETNAM
from monitor.errors import ReportFailed
from monitor.files import write_whole
from monitor.operations import privacy_wording
from monitor.reports.tables import Cell, CellType, Column, Table, shown
from monitor.reports.wording import ROLES, Wording, load_language
from storage.database import Database
from storage.posts import holdings
from storage.posts.holdings import AccountUse, ErasureDone, Holding, SourceHolding

SCHEMA: Final = "kiemtin.privacy.1"
_TEMPLATE: Final = "privacy.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Files of one kind in the home folder."""

    kind: str
    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRecord:
    """All figures of the record.

    Args:
        made_at: When it was made, UTC.
        days: How many days back the use by accounts is counted.
        contact: How the operator is reached; empty when it is not set.
        sources: What is held of each source.
        rows: Rows of the database that may tell of a person.
        stored: Files that may.
        accounts: What each account did.
        erasures: Erasures, oldest first.

    """

    made_at: datetime
    days: int
    contact: str
    sources: list[SourceHolding]
    rows: list[Holding]
    stored: list[Stored]
    accounts: list[AccountUse]
    erasures: list[ErasureDone]

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain data: times in ISO 8601, UTC."""
        return {"schema": SCHEMA, **_plain(asdict(self)), "articles": privacy_wording.articles_as_data()}


def gather(database: Database, folders: Mapping[str, Path], *, now: datetime, days: int, contact: str) -> PrivacyRecord:
    """Count everything.

    Args:
        database: The database.
        folders: Folders of files that may tell of a person, by kind.
        now: The present time, UTC.
        days: How many days back the use by accounts is counted.
        contact: How the operator is reached.

    """
    with database.work() as session:
        return PrivacyRecord(
            made_at=now,
            days=days,
            contact=contact,
            sources=holdings.of_sources(session),
            rows=holdings.of_tables(session),
            stored=[_stored(kind, folder) for kind, folder in folders.items()],
            accounts=holdings.by_account(session, now - timedelta(days=days)),
            erasures=holdings.erasures(session),
        )


def write_privacy_record(record: PrivacyRecord, folder: Path) -> list[Path]:
    """Write the record as a page to read and as data, both private.

    Raises:
        ReportFailed: When they cannot be written.

    """
    name = f"du-lieu-ca-nhan-{record.made_at.astimezone(VIETNAM):%Y-%m-%d}"
    data = json.dumps(record.as_dict(), ensure_ascii=False, indent=1) + "\n"
    written = {folder / f"{name}.html": render(record), folder / f"{name}.json": data}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in written.items():
            write_whole(path, content.encode())
    except OSError as error:
        message = f"cannot write to {folder}: {error.strerror}: check the folder, its rights and free space"
        raise ReportFailed(message) from error
    return list(written)


def render(record: PrivacyRecord) -> str:
    """Return the page, in Vietnamese, without anything from elsewhere."""
    environment = Environment(
        loader=PackageLoader("monitor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    wording = Wording(load_language(SOURCE))
    environment.globals |= {"wording": wording, "shown": shown, "words": privacy_wording}
    return environment.get_template(_TEMPLATE).render(
        record=record,
        sources=_sources(record, wording),
        held=_held(record),
        accounts=_accounts(record),
        erasures=_erasures(record),
    )


def _sources(record: PrivacyRecord, wording: Wording) -> Table:
    headings = ("Nguồn", "Vai trò", "Căn cứ", "Giữ (ngày)", "Số bài", "Có bí danh", "Từ ngày", "Xóa chậm nhất")
    types = (CellType.TEXT,) * 3 + (CellType.COUNT,) * 3 + (CellType.MOMENT,) * 2
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            f"{each.name} ({each.kind})",
            wording.name(ROLES, each.role),
            each.legal_basis,
            each.retention_days,
            each.posts,
            each.with_pseudonym,
            each.since,
            each.until,
        )
        for each in record.sources
    )
    return Table("sources", "Dữ liệu theo nguồn", _columns(headings, types), rows)


def _held(record: PrivacyRecord) -> Table:
    types = (CellType.TEXT, CellType.COUNT, CellType.MOMENT, CellType.TEXT, CellType.TEXT)
    rows = [_held_row(each.kind, each.count, each.since) for each in record.rows]
    rows += [_held_row(each.kind, each.files, None) for each in record.stored]
    return Table(
        "kinds",
        "Các loại dữ liệu",
        _columns(("Loại", "Số lượng", "Từ ngày", "Dữ liệu cá nhân trong đó", "Thời hạn"), types),
        tuple(rows),
    )


def _held_row(kind: str, count: int, since: datetime | None) -> tuple[Cell, ...]:
    name, holds, kept = privacy_wording.KINDS[kind]
    return name, count, since, holds, kept


def _accounts(record: PrivacyRecord) -> Table:
    types = (CellType.TEXT, CellType.TEXT, CellType.MOMENT) + (CellType.COUNT,) * len(privacy_wording.USES)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            use.name or privacy_wording.OPERATOR,
            use.role or "–",
            use.last_at,
            *(sum(use.actions.get(action, 0) for action in actions) for actions in privacy_wording.USES.values()),
        )
        for use in record.accounts
    )
    headings = ("Tài khoản", "Vai trò", "Lần cuối", *privacy_wording.USES)
    return Table("accounts", "Ai đã làm việc với dữ liệu", _columns(headings, types), rows)


def _erasures(record: PrivacyRecord) -> Table:
    types = (CellType.MOMENT, CellType.TEXT, CellType.COUNT)
    rows = tuple((each.at, each.subject, each.posts) for each in record.erasures)
    return Table("erasures", "Các lần xóa theo yêu cầu", _columns(("Ngày", "Loại nguồn", "Số bài đã xóa"), types), rows)


def _columns(headings: tuple[str, ...], types: tuple[CellType, ...]) -> tuple[Column, ...]:
    return tuple(Column(heading, heading, kind) for heading, kind in zip(headings, types, strict=True))


def _stored(kind: str, folder: Path) -> Stored:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Stored(kind=kind, files=len(files), size_bytes=sum(path.stat().st_size for path in files))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
