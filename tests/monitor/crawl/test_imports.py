"""A file's records are all accounted for, and importing it again adds nothing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from monitor.collectors.base import PublicPost
from monitor.collectors.files import ROW, Refusal, open_file
from monitor.crawl import imports
from monitor.crawl.imports import Importer, ImportResult
from monitor.errors import UsageError
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from storage.errors import StorageError
from storage.models import AuditEvent, Base, CrawlRun, Post, PostRevision, Source
from storage.posts import posts
from tests.clock import FakeClock
from tests.factories import add_source, make_source
from tests.monitor.crawl.loopback import SECRET

Row = Mapping[str, Any]


def write(path: Path, *rows: Row | str) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def importer(sqlite_database: Database, clock: FakeClock) -> Importer:
    return Importer(sqlite_database, Pseudonymiser(SECRET), clock)


def run(importer: Importer, path: Path, name: str = "comments", *, dry_run: bool = False) -> ImportResult:
    draft = make_source(name, kind="import", address=path.name)
    return importer.run(open_file(path), draft, dry_run=dry_run)


def account(result: ImportResult) -> tuple[int, int, int, int, int]:
    return result.new, result.changed, result.known, result.repeated, result.refused


def rows_in(database: Database) -> dict[str, int]:
    with database.work() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_every_record_is_new_changed_known_repeated_or_refused(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    path = write(
        tmp_path / "comments.jsonl",
        {"id": "1", "text": "Lương tháng này lại chậm", "author": "lan"},
        {"id": "2", "text": "Nhà trọ tăng giá"},
        {"id": "1", "text": "Lương tháng này lại chậm"},
        {"id": "1", "text": "Lương tháng này đã có (sửa)"},
        {"id": "3", "text": "   "},
        "{broken",
    )
    result = run(importer, path)
    assert (account(result), result.records) == ((2, 1, 0, 1, 2), 6)
    assert sum(result.reasons.values()) == result.refused
    assert [refusal.line for refusal in result.refusals] == [5, 6]
    with sqlite_database.work() as session:
        done = session.scalars(select(CrawlRun)).one()
        assert (done.outcome, done.seen, done.new, done.changed) == ("ok", 6, 2, 1)
        assert done.skipped == dict(result.reasons)
        event = session.scalars(select(AuditEvent)).one()
        assert (event.action, event.detail["sha256"]) == ("import", result.sha256)


def test_importing_again_adds_nothing_also_when_the_file_holds_several_versions(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    path = write(tmp_path / "c.jsonl", *({"id": "1", "text": f"bản {number}"} for number in range(4)))
    assert account(run(importer, path)) == (1, 3, 0, 0, 0)
    before = rows_in(sqlite_database)
    assert account(run(importer, path)) == (0, 0, 4, 0, 0)
    after = rows_in(sqlite_database)
    assert (after["posts"], after["post_revisions"]) == (before["posts"], before["post_revisions"]) == (1, 3)


def test_a_dry_run_says_the_same_and_leaves_no_row_in_any_table(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    path = write(tmp_path / "c.jsonl", *({"id": str(number % 700), "text": f"bài {number}"} for number in range(1400)))
    before = rows_in(sqlite_database)
    tried = run(importer, path, dry_run=True)
    assert rows_in(sqlite_database) == before
    assert account(tried) == account(run(importer, path)) == (700, 700, 0, 0, 0)


def test_progress_tells_the_share_of_the_file_that_was_read(importer: Importer, tmp_path: Path) -> None:
    rows = ({"id": str(number), "text": "bài " * 100} for number in range(imports.BATCH * 2 + 250))
    told: list[float] = []
    importer.run(
        open_file(write(tmp_path / "c.jsonl", *rows)), make_source("c", kind="import"), on_progress=told.append
    )
    assert len(told) == 3
    assert 0 < told[0] < told[1] < told[2] == 1


def test_every_refusal_is_told_also_beyond_those_that_the_account_keeps(importer: Importer, tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", {"id": "1", "text": "bài"}, *["{broken"] * (imports.REFUSALS_KEPT + 5))
    told: list[Refusal] = []
    importer.run(open_file(path), make_source("c", kind="import"), on_refusal=told.append)
    assert [refusal.line for refusal in told] == list(range(2, imports.REFUSALS_KEPT + 7))
    assert {refusal.excerpt for refusal in told} == {"{broken"}


def test_an_older_capture_of_an_item_counts_as_repeated(importer: Importer, tmp_path: Path) -> None:
    item = {"id": "7", "createTime": 1_700_000_000, "author": {"uniqueId": "kenh"}, "desc": "Bản mới"}
    wrapping = {"item_id": "7", "source_platform": "tiktok.com"}
    newer = {**wrapping, "last_updated": 2, "data": item}
    older = {**wrapping, "last_updated": 1, "data": {**item, "desc": "Bản cũ"}}
    result = run(importer, write(tmp_path / "c.ndjson", newer, older))
    assert (account(result), result.records) == ((1, 0, 0, 1, 0), 2)
    assert account(run(importer, write(tmp_path / "c.ndjson", older, newer))) == (0, 0, 1, 1, 0)


def test_no_file_takes_the_name_of_the_tips(importer: Importer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--source"):
        run(importer, write(tmp_path / "tips.jsonl", {"id": "1", "text": "bài"}), imports.TIPS)


def test_the_order_of_day_and_month_is_kept_with_the_source_and_rows_without_a_date_are_counted(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    shown = write(tmp_path / "a.jsonl", {"id": "1", "text": "a", "date": "11/24/2026"}, {"id": "2", "text": "b"})
    assert run(importer, shown).undated == 1
    assert importer.former_dates("comments") == "month-first"
    undecided = write(tmp_path / "b.jsonl", {"id": "3", "text": "c", "date": "11/05/2026"})
    file = open_file(undecided, former_dates=importer.former_dates("comments"))
    importer.run(file, make_source("comments", kind="import", address="b.jsonl"))
    with sqlite_database.work() as session:
        (moment,) = session.scalars(select(Post.published_at).where(Post.external_id == "3"))
        assert moment is not None
        assert f"{moment:%m-%d}" == "11-04"  # midnight of the fifth in Việt Nam
    assert importer.former_dates("others") == ""


def test_details_of_refusals_are_kept_up_to_a_limit_and_counted_beyond(importer: Importer, tmp_path: Path) -> None:
    good = {"id": "1", "text": "bài"}
    path = write(tmp_path / "c.jsonl", good, *["{broken"] * (imports.REFUSALS_KEPT + 5))
    result = run(importer, path)
    assert (result.refused, len(result.refusals)) == (imports.REFUSALS_KEPT + 5, imports.REFUSALS_KEPT)


def test_an_import_that_breaks_off_keeps_whole_batches_and_goes_on_when_done_again(
    importer: Importer, tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = imports.BATCH * 2 + 10
    path = write(tmp_path / "c.jsonl", *({"id": str(number), "text": f"bài {number}"} for number in range(total)))
    draft = make_source("comments", kind="import", address=path.name)

    def unplug(_: float) -> None:
        raise StorageError("the disk was unplugged")

    with pytest.raises(StorageError, match="unplugged"):
        importer.run(open_file(path), draft, on_progress=unplug)
    assert rows_in(sqlite_database)["posts"] == imports.BATCH

    assert account(run(importer, path)) == (total - imports.BATCH, 0, imports.BATCH, 0, 0)
    with sqlite_database.work() as session:
        assert list(session.scalars(select(CrawlRun.outcome).order_by(CrawlRun.id))) == ["interrupted", "ok"]


def test_one_identifier_in_two_files_of_one_source_is_one_post(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    run(importer, write(tmp_path / "a.jsonl", {"id": "1", "text": "bài"}))
    result = run(importer, write(tmp_path / "b.jsonl", {"id": "1", "text": "bài khác"}))
    assert account(result) == (0, 1, 0, 0, 0)
    with sqlite_database.work() as session:
        assert session.scalars(select(PostRevision.text)).all() == ["bài khác"]


def test_authors_of_files_are_replaced_too(importer: Importer, tmp_path: Path, sqlite_database: Database) -> None:
    run(importer, write(tmp_path / "c.jsonl", {"id": "1", "text": "bài", "author": "ten_that_bi_mat"}))
    with sqlite_database.work() as session:
        key = session.scalars(select(Post.author_key)).one()
    sqlite_database.close()
    assert key == Pseudonymiser(SECRET).key("import", "ten_that_bi_mat")
    content = b"".join(file.read_bytes() for file in tmp_path.glob("kiemtin.db*"))
    assert b"ten_that_bi_mat" not in content


def test_a_file_never_turns_a_source_that_is_read_into_an_import(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    with sqlite_database.work() as session:
        add_source(session, "newspaper")
        session.commit()
    with pytest.raises(UsageError, match="--source"):
        run(importer, write(tmp_path / "c.jsonl", {"id": "1", "text": "bài"}), "newspaper")
    with sqlite_database.work() as session:
        assert session.scalars(select(Source.kind)).all() == ["feed"]


SAID_BY_MANY = tuple({"text": "Chưa nhận lương", "date": "28/11/2026", "author": f"người {name}"} for name in "ABCDE")


def test_the_same_words_of_several_people_are_several_posts(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    path = write(tmp_path / "c.jsonl", *SAID_BY_MANY, SAID_BY_MANY[0])
    assert account(run(importer, path)) == (5, 0, 0, 1, 0)
    assert account(run(importer, path)) == (0, 0, 5, 1, 0)
    turned_round = write(tmp_path / "d.jsonl", *reversed(SAID_BY_MANY))
    assert account(run(importer, turned_round)) == (0, 0, 5, 0, 0)
    assert rows_in(sqlite_database)["posts"] == 5


def test_rows_without_identifiers_go_on_where_a_killed_import_stopped(importer: Importer, tmp_path: Path) -> None:
    total = imports.BATCH + 30
    rows = [{"text": "Chưa nhận lương", "author": str(number), "likes": number} for number in range(total)]
    path = write(tmp_path / "c.jsonl", *rows)

    def unplug(_: float) -> None:
        raise StorageError("the disk was unplugged")

    with pytest.raises(StorageError, match="unplugged"):
        importer.run(open_file(path), make_source("comments", kind="import"), on_progress=unplug)
    assert account(run(importer, path)) == (total - imports.BATCH, 0, imports.BATCH, 0, 0)
    assert account(run(importer, path)) == (0, 0, total, 0, 0)


def test_nobody_finds_out_by_trying_names_who_wrote_a_row_without_an_identifier(
    importer: Importer, tmp_path: Path, sqlite_database: Database
) -> None:
    path = write(tmp_path / "c.jsonl", SAID_BY_MANY[0])
    (read,) = open_file(path).rows()
    assert isinstance(read, PublicPost)
    run(importer, path)
    with sqlite_database.work() as session:
        stored = session.scalars(select(Post.external_id)).one()
    assert stored == f"{ROW}{Pseudonymiser(SECRET).key(ROW, read.external_id)}"
    assert read.external_id.removeprefix(ROW) not in stored


def test_rows_without_identifiers_are_known_after_the_key_was_changed(
    importer: Importer, tmp_path: Path, sqlite_database: Database, clock: FakeClock
) -> None:
    path = write(tmp_path / "c.jsonl", *SAID_BY_MANY)
    run(importer, path)
    later = Importer(sqlite_database, Pseudonymiser(b"another key", [SECRET]), clock)
    more = write(tmp_path / "c.jsonl", *SAID_BY_MANY, {"text": "Có rồi"})
    assert account(run(later, more)) == (1, 0, 5, 0, 0)
    assert account(run(later, more)) == (0, 0, 6, 0, 0)


def test_a_file_does_not_bring_the_name_of_an_erased_author_back(
    importer: Importer, tmp_path: Path, sqlite_database: Database, clock: FakeClock
) -> None:
    with sqlite_database.work() as session:
        posts.erase_author(session, Pseudonymiser(SECRET).key("import", "lan") or "", clock.now())
        session.commit()
    path = write(tmp_path / "c.jsonl", {"id": "1", "text": "Hỏi @lan nhé", "title": "Gửi @Lan, @mai", "author": "hoa"})
    assert run(importer, path).new == 1
    with sqlite_database.work() as session:
        row = session.scalars(select(Post)).one()
        assert (row.text, row.title) == ("Hỏi [đã xoá] nhé", "Gửi @Lan, @mai")
    assert run(importer, path).known == 1
