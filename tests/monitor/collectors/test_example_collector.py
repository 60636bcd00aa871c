"""The worked example of a collector (docs/develop/collector.md), found as that of any installed package."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from monitor.collectors.base import Batch
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for, source_kinds
from monitor.errors import PayloadInvalid, UsageError
from tests.monitor.cli.command import Command
from tests.monitor.collectors.collecting import answering, posts, read_source, skipped
from tests.monitor.collectors.installing import add_entry_points, install_example

EXAMPLE = Path(__file__).parents[3] / "examples" / "collector"


def notice(number: int, **changes: Any) -> dict[str, Any]:
    row = {"id": number, "title": f"Thông báo {number}", "body": f"Nội dung {number}"}
    return row | {"published": f"2026-11-{number:02d}T08:00:00+07:00"} | changes


@pytest.fixture
def bulletin(install: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make the example known by the entry point that its pyproject.toml declares; gives its kind."""
    monkeypatch.syspath_prepend(EXAMPLE)
    install_example(install, EXAMPLE)
    yield "bulletin"
    sys.modules.pop("kiemtin_bulletin", None)


async def read(client: PoliteClient, kind: str, answer: Response, last: list[Batch] | None = None) -> list[Batch]:
    with answering({"/thong-bao.json": answer}) as base:
        return await read_source(kind, client, last, name="Bảng tin", address=f"{base}/thong-bao.json")


async def test_notices_become_posts_oldest_first(client: PoliteClient, bulletin: str) -> None:
    batches = await read(client, bulletin, JSONResponse([notice(2), notice(1)]))
    assert [(post.external_id, post.title, post.text) for post in posts(batches)] == [
        ("1", "Thông báo 1", "Nội dung 1"),
        ("2", "Thông báo 2", "Nội dung 2"),
    ]
    first = posts(batches)[0]
    assert first.published_at.isoformat() == "2026-11-01T08:00:00+07:00"
    assert (first.url or "").endswith("/thong-bao.json#1")
    assert first.author is None


async def test_second_reading_gives_only_what_is_new(client: PoliteClient, bulletin: str) -> None:
    first = await read(client, bulletin, JSONResponse([notice(2), notice(1)]))
    second = await read(client, bulletin, JSONResponse([notice(3), notice(2), notice(1)]), first)
    assert [post.external_id for post in posts(second)] == ["3"]
    assert posts(await read(client, bulletin, JSONResponse([notice(3)]), second)) == []


async def test_bad_row_is_counted_and_the_others_are_kept(client: PoliteClient, bulletin: str) -> None:
    rows = [notice(3), notice(2, published="hôm qua"), "không phải thông báo", notice(1)]
    batches = await read(client, bulletin, JSONResponse(rows))
    assert [post.external_id for post in posts(batches)] == ["1", "3"]
    assert skipped(batches) == {"malformed": 2}


@pytest.mark.parametrize("body", ["<html>Bảo trì</html>", '{"error": "x"}', "[1, 2"])
async def test_file_that_is_no_list_is_one_clear_error(client: PoliteClient, bulletin: str, body: str) -> None:
    with pytest.raises(PayloadInvalid, match=r"thong-bao\.json is not a JSON list of notices") as caught:
        await read(client, bulletin, Response(body))
    assert "\n" not in str(caught.value)


def test_kind_of_another_package_is_listed_last(bulletin: str) -> None:
    assert source_kinds()[-1] == bulletin


@pytest.mark.parametrize(
    "source", [None, "raise RuntimeError('hỏng')", "Collector = None"], ids=["missing", "broken", "no class"]
)
def test_package_that_cannot_be_loaded_is_one_clear_error(install: Path, source: str | None) -> None:
    if source is not None:
        (install / "kiemtin_faulty.py").write_text(source, encoding="utf-8")
    add_entry_points(install, "kiemtin_faulty", {"faulty": "kiemtin_faulty:Collector"})
    with pytest.raises(UsageError, match="kind 'faulty'") as caught:
        collector_for("faulty")
    assert "kiemtin_faulty:Collector" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert collector_for("feed").kind == "feed"


def test_built_in_kind_cannot_be_replaced(install: Path) -> None:
    add_entry_points(install, "kiemtin_other", {"feed": "kiemtin_other:Feed"})
    assert type(collector_for("feed")).__module__.startswith("monitor.")
    assert source_kinds().count("feed") == 1


def test_source_of_that_kind_can_be_added(
    bulletin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kiemtin = Command(tmp_path / "home", capsys, monkeypatch)
    kiemtin.well("init")
    address = "https://xa.example/thong-bao.json"
    kiemtin.well("sources", "add", "thong-bao", bulletin, address, "--legal-basis", "Thông báo công khai")
    rows = {row["name"]: row for row in kiemtin.well("sources", "list", "--json").data}
    source = rows["thong-bao"]
    assert (source["kind"], source["address"], source["state"]) == (bulletin, address, "ok")
