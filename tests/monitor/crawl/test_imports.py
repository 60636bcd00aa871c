"""A file's records are all accounted for, and importing it again adds nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import Refusal
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.row_identity import ROW
from monitor.collectors.parsing.day_order import DateOrder
from monitor.crawl import imports
from monitor.crawl.imports import Importer, ImportResult
from monitor.errors import UsageError
from monitor.privacy.pseudonym import Pseudonymiser
from storage.errors import StorageError
from storage.models import AuditEvent, Base, Post, PostRevision, Source
from storage.posts import posts
from tests.factories import make_source
from tests.monitor.crawl.conftest import World
from tests.monitor.crawl.loopback import SECRET

Row = Mapping[str, Any] | str
Account = tuple[int, int, int, int, int]
SAID_BY_MANY = tuple({"text": "Chưa nhận lương", "date": "28/11/2026", "author": f"người {name}"} for name in "ABCDE")


@dataclass(frozen=True)
class Office:
    """An office that imports files of one source, and its database."""

    world: World
    folder: Path

    def importer(self, *keys: bytes) -> Importer:
        new, *former = keys or (SECRET,)
        return Importer(self.world.database, Pseudonymiser(new, former), self.world.clock)

    def write(self, *rows: Row, name: str = "c.jsonl") -> Path:
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def run(self, *rows: Row, source: str = "comments", former_dates: DateOrder = "", **more: Any) -> ImportResult:
        """Write a file and import it."""
        file = open_file(self.write(*rows), former_dates=former_dates)
        return self.importer().run(file, make_source(source, kind="import", address="c.jsonl"), **more)

    def account(self, *rows: Row, **more: Any) -> Account:
        """Import a file; count what was new, changed, known, repeated and refused."""
        return account(self.run(*rows, **more))

    def counts(self) -> dict[str, int]:
        with self.world.database.work() as session:
            tables = Base.metadata.sorted_tables
            return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def account(result: ImportResult) -> Account:
    return result.new, result.changed, result.known, result.repeated, result.refused


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return Office(world, tmp_path)


def numbered(count: int, **more: Any) -> list[Row]:
    return [{"id": str(number), "text": f"bài {number}", **more} for number in range(count)]


def unplug(_: float) -> None:
    raise StorageError("the disk was unplugged")


def test_every_record_is_new_changed_known_repeated_or_refused(office: Office, world: World) -> None:
    result = office.run(
        {"id": "1", "text": "Lương tháng này lại chậm", "author": "lan"},
        {"id": "2", "text": "Nhà trọ tăng giá"},
        {"id": "1", "text": "Lương tháng này lại chậm"},
        {"id": "1", "text": "Lương tháng này đã có (sửa)"},
        {"id": "3", "text": "   "},
        "{broken",
    )
    assert (account(result), result.records) == ((2, 1, 0, 1, 2), 6)
    assert sum(result.reasons.values()) == result.refused
    assert [refusal.line for refusal in result.refusals] == [5, 6]
    (done,) = world.runs()
    assert (done.outcome, done.seen, done.new, done.changed) == ("ok", 6, 2, 1)
    assert done.skipped == dict(result.reasons)
    (detail,) = world.audited("import")
    assert detail["sha256"] == result.sha256
    assert world.column(AuditEvent.action) == ["import"]


def test_importing_again_adds_nothing_also_when_the_file_holds_several_versions(office: Office) -> None:
    versions = [{"id": "1", "text": f"bản {number}"} for number in range(4)]
    assert office.account(*versions) == (1, 3, 0, 0, 0)
    before = office.counts()
    assert office.account(*versions) == (0, 0, 4, 0, 0)
    after = office.counts()
    assert (after["posts"], after["post_revisions"]) == (before["posts"], before["post_revisions"]) == (1, 3)


def test_a_dry_run_says_the_same_and_leaves_no_row_in_any_table(office: Office) -> None:
    rows = [{"id": str(number % 700), "text": f"bài {number}"} for number in range(1400)]
    before = office.counts()
    assert office.account(*rows, dry_run=True) == (700, 700, 0, 0, 0)
    assert office.counts() == before
    assert office.account(*rows) == (700, 700, 0, 0, 0)


def test_progress_tells_the_share_of_the_file_that_was_read(office: Office) -> None:
    told: list[float] = []
    office.run(*numbered(imports.BATCH * 2 + 250, note="bài " * 100), on_progress=told.append)
    assert len(told) == 3
    assert 0 < told[0] < told[1] < told[2] == 1


def test_every_refusal_is_told_and_details_are_kept_up_to_a_limit(office: Office) -> None:
    told: list[Refusal] = []
    broken = imports.REFUSALS_KEPT + 5
    result = office.run({"id": "1", "text": "bài"}, *["{broken"] * broken, on_refusal=told.append)
    assert [refusal.line for refusal in told] == list(range(2, broken + 2))
    assert {refusal.excerpt for refusal in told} == {"{broken"}
    assert (result.refused, len(result.refusals)) == (broken, imports.REFUSALS_KEPT)


def test_an_item_that_was_captured_again_counts_as_repeated_and_an_edited_one_as_changed(office: Office) -> None:
    item = {"id": "7", "createTime": 1_700_000_000, "author": {"uniqueId": "kenh"}, "desc": "Bản cũ"}
    wrapping = {"item_id": "7", "source_platform": "tiktok.com"}
    first, again = ({**wrapping, "last_updated": time, "data": item} for time in (1, 2))
    edited = {**wrapping, "last_updated": 3, "data": {**item, "desc": "Bản mới"}}
    assert office.account(first, again, edited) == (1, 1, 0, 1, 0)
    assert office.account(first, again, edited) == (0, 0, 2, 1, 0)


def test_no_file_takes_the_name_of_the_tips_or_of_a_source_that_is_read(office: Office, world: World) -> None:
    world.register(name="newspaper")
    for name in (imports.TIPS, "newspaper"):
        with pytest.raises(UsageError, match="--source"):
            office.run({"id": "1", "text": "bài"}, source=name)
    assert world.column(Source.kind) == ["feed"]


def test_the_order_of_day_and_month_is_kept_with_the_source_and_rows_without_a_date_are_counted(
    office: Office, world: World
) -> None:
    result = office.run({"id": "1", "text": "a", "date": "11/24/2026"}, {"id": "2", "text": "b"})
    assert result.undated == 1
    kept = office.importer().former_dates("comments")
    assert kept == "month-first"
    office.run({"id": "3", "text": "c", "date": "11/05/2026"}, former_dates=kept)
    moment = world.posts()[-1].published_at
    assert moment is not None
    assert f"{moment:%m-%d}" == "11-04"  # midnight of the fifth in Việt Nam
    assert office.importer().former_dates("others") == ""


@pytest.mark.parametrize(
    "rows",
    [
        numbered(imports.BATCH * 2 + 10),
        [{"text": "Chưa nhận lương", "author": str(n), "likes": n} for n in range(imports.BATCH + 30)],
    ],
    ids=["with identifiers", "without"],
)
def test_an_import_that_breaks_off_keeps_whole_batches_and_goes_on_when_done_again(
    office: Office, world: World, rows: list[Row]
) -> None:
    with pytest.raises(StorageError, match="unplugged"):
        office.run(*rows, on_progress=unplug)
    assert office.counts()["posts"] == imports.BATCH
    assert office.account(*rows) == (len(rows) - imports.BATCH, 0, imports.BATCH, 0, 0)
    assert [run.outcome for run in world.runs()] == ["interrupted", "ok"]
    assert office.account(*rows) == (0, 0, len(rows), 0, 0)


def test_one_identifier_in_two_files_of_one_source_is_one_post(office: Office, world: World) -> None:
    office.run({"id": "1", "text": "bài"})
    assert office.account({"id": "1", "text": "bài khác"}) == (0, 1, 0, 0, 0)
    assert world.column(PostRevision.text) == ["bài khác"]


def test_authors_of_files_are_replaced_too(office: Office, world: World, tmp_path: Path) -> None:
    office.run({"id": "1", "text": "bài", "author": "ten_that_bi_mat"})
    assert world.column(Post.author_key) == [Pseudonymiser(SECRET).key("import", "ten_that_bi_mat")]
    world.database.close()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("kiemtin.db*"))
    assert b"ten_that_bi_mat" not in content


def test_the_same_words_of_several_people_are_several_posts(office: Office) -> None:
    assert office.account(*SAID_BY_MANY, SAID_BY_MANY[0]) == (5, 0, 0, 1, 0)
    assert office.account(*SAID_BY_MANY, SAID_BY_MANY[0]) == (0, 0, 5, 1, 0)
    assert office.account(*reversed(SAID_BY_MANY)) == (0, 0, 5, 0, 0)
    assert office.counts()["posts"] == 5


def test_nobody_finds_out_by_trying_names_who_wrote_a_row_without_an_identifier(office: Office, world: World) -> None:
    (read,) = open_file(office.write(SAID_BY_MANY[0])).rows()
    assert isinstance(read, PublicPost)
    office.run(SAID_BY_MANY[0])
    (stored,) = world.column(Post.external_id)
    assert stored == f"{ROW}{Pseudonymiser(SECRET).key(ROW, read.external_id)}"
    assert read.external_id.removeprefix(ROW) not in stored


def test_rows_without_identifiers_are_known_after_the_key_was_changed(office: Office) -> None:
    office.run(*SAID_BY_MANY)
    later, draft = office.importer(b"another key", SECRET), make_source("comments", kind="import", address="c.jsonl")
    more = open_file(office.write(*SAID_BY_MANY, {"text": "Có rồi"}))
    assert account(later.run(more, draft)) == (1, 0, 5, 0, 0)
    assert account(later.run(more, draft)) == (0, 0, 6, 0, 0)


def test_a_file_does_not_bring_the_name_of_an_erased_author_back(office: Office, world: World) -> None:
    with world.database.changes() as session:
        posts.erase_author(session, Pseudonymiser(SECRET).key("import", "lan") or "", world.clock.now())
    named = {"id": "1", "text": "Hỏi @lan nhé", "title": "Gửi @Lan, @mai", "author": "hoa"}
    assert office.run(named).new == 1
    assert [(row.text, row.title) for row in world.posts()] == [("Hỏi [đã xoá] nhé", "Gửi @Lan, @mai")]
    assert office.run(named).known == 1
