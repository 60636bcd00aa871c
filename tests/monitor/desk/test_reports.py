"""Summaries are downloaded from their folder, and nothing outside of it can be reached."""

from pathlib import Path

import pytest

from monitor.settings.settings import Settings
from tests.examples import examples_of
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Write two summaries, and things beside and inside the folder that must stay where they are."""
    folder = settings.reports_dir
    (folder / "2026-W47").mkdir(parents=True)
    (folder / "2026-W47" / "tuần 47.xlsx").write_bytes(b"xlsx")
    (folder / "tong-hop.html").write_text("<script>alert(1)</script>", encoding="utf-8")
    (folder / ".tong-hop.html.part").write_text("half", encoding="utf-8")
    (folder.parent / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "out").symlink_to(folder.parent)
    return folder


def test_a_visible_file_can_be_fetched(lan: Browser, folder: Path) -> None:
    assert lan.get("/reports/2026-W47/tu%E1%BA%A7n%2047.xlsx").content == b"xlsx"


def test_a_file_is_saved_and_never_shown_as_a_page_of_the_desk(lan: Browser, folder: Path) -> None:
    response = lan.get("/reports/tong-hop.html")
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_download_is_recorded(lan: Browser, folder: Path, world: World) -> None:
    lan.get("/reports/tong-hop.html")
    event = world.event("report_download")
    assert (event.subject, event.user_id) == ("report:tong-hop.html", 1)


def test_no_path_leads_out_of_the_folder(lan: Browser, folder: Path) -> None:
    for path in examples_of(__file__)["outside"]:
        response = lan.get(f"/reports/{path}")
        assert response.status_code == 404, path
        assert "Không có trang này" in response.text, path
