"""The published folder: pages, feed and ClaimReview are valid, tell what became of a correction, and name nobody."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup

from monitor.errors import UsageError
from monitor.privacy.masks.mask import mask_personal
from monitor.publish.site import count_offline, is_online, publish
from monitor.settings.reports import PublishSettings, ReportSettings
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Correction
from storage.review import corrections
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import FakeClock
from tests.factories import make_correction
from tests.monitor.publish.claim_review_schema import ClaimReview
from tests.monitor.publish.sample_site import fill

SITE = "https://ldld.example.vn/tin"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    office = ReportSettings(organisation="Liên đoàn Lao động tỉnh")
    return Settings(home=tmp_path, publish=PublishSettings(url=f"{SITE}/"), report=office)


@pytest.fixture
def published(sqlite_database: Database, clock: FakeClock, settings: Settings, tmp_path: Path) -> Path:
    """Publish one of each: in force, replaced, withdrawn, hostile; and a draft, which stays inside."""
    with sqlite_database.changes() as session:
        fill(session, clock)
    folder = tmp_path / "public"
    assert publish(sqlite_database, settings, clock.now(), folder) == (4, True)
    return folder


def page(folder: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((folder / name).read_bytes(), "lxml")


def reviews_in(folder: Path) -> dict[str, ClaimReview]:
    found = {}
    for file in sorted(folder.glob("*.html")):
        for script in page(folder, file.name).select('script[type="application/ld+json"]'):
            assert "<" not in script.get_text(), "no text may end the element"
            found[file.name] = ClaimReview.model_validate(json.loads(script.get_text()))
    return found


def test_there_is_a_page_for_all_that_was_ever_released_and_for_nothing_else(published: Path) -> None:
    names = {path.name for path in published.iterdir()} - {".kiemtin"}
    pages = {f"dinh-chinh-{number}.html" for number in (1, 2, 3, 4)}
    assert names == {"index.html", "luu-tru.html", "feed.atom", "site.css"} | pages
    whole = b"".join((published / name).read_bytes() for name in names)
    assert "Chưa ai duyệt".encode() not in whole
    assert b"lan" not in re.findall(rb"\blan\b|\bminh\b", whole), "nor does anybody of the office stand there"


def test_claim_review_is_valid_for_what_is_in_force_alone(published: Path) -> None:
    found = reviews_in(published)
    assert set(found) == {"dinh-chinh-2.html", "dinh-chinh-4.html"}
    first = found["dinh-chinh-2.html"]
    assert str(first.url) == f"{SITE}/dinh-chinh-2.html"
    assert (first.review_rating.rating_value, first.review_rating.alternate_name) == (1, "Sai sự thật")
    assert (first.claim_reviewed, str(first.date_published)) == (make_correction().claim, "2026-11-16")
    assert found["dinh-chinh-4.html"].review_rating.alternate_name == "Gây hiểu lầm"


def test_the_feed_is_valid_and_tells_what_became_of_each(published: Path) -> None:
    feed = feedparser.parse((published / "feed.atom").read_bytes())
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert feed.feed.id == f"{SITE}/"
    assert feed.feed.author == "Liên đoàn Lao động tỉnh"
    assert {link.rel: link.href for link in feed.feed.links} == {"self": f"{SITE}/feed.atom", "alternate": f"{SITE}/"}
    titles = {entry.id.rpartition("/")[2]: entry.title.partition(":")[0] for entry in feed.entries}
    assert list(titles) == [f"dinh-chinh-{number}.html" for number in (4, 3, 2, 1)]
    assert titles == {
        "dinh-chinh-4.html": "Gây hiểu lầm",
        "dinh-chinh-3.html": "Đính chính đã thu hồi",
        "dinh-chinh-2.html": "Sai sự thật",
        "dinh-chinh-1.html": "Đính chính đã được thay thế",
    }
    assert all(entry.link == entry.id and entry.published and entry.updated and entry.summary for entry in feed.entries)
    assert feed.entries[1].summary == "Nguồn đã gỡ thông báo."


def test_old_ones_say_what_became_of_them_and_link_on(published: Path) -> None:
    replaced, new, gone = (page(published, f"dinh-chinh-{number}.html") for number in (1, 2, 3))
    assert "đã được thay thế" in replaced.select_one(".notice").get_text()  # type: ignore[union-attr]
    assert replaced.select_one('.notice a[href="dinh-chinh-2.html"]') is not None
    assert make_correction().text in replaced.get_text(), "what was said is kept"
    assert new.select_one('a[href="dinh-chinh-1.html"]') is not None
    assert "đã được thu hồi ngày 16/11/2026" in " ".join(gone.get_text().split())
    assert make_correction().text not in gone.get_text()
    assert all(old.select('meta[name=robots][content="noindex"]') for old in (replaced, gone))
    archive = [str(link["href"]) for link in page(published, "luu-tru.html").select("main li a")]
    assert archive == [f"dinh-chinh-{number}.html" for number in (4, 3, 2, 1)]
    newest = [str(link["href"]) for link in page(published, "index.html").select("main h2 a")]
    assert newest == ["dinh-chinh-4.html", "dinh-chinh-2.html"]


def test_nothing_runs_is_loaded_from_elsewhere_or_breaks_out(published: Path) -> None:
    for file in published.glob("*.html"):
        found = page(published, file.name)
        assert {str(script.get("type")) for script in found.select("script")} <= {"application/ld+json"}
        assert found.select("img, iframe, object, form, base, style, [onclick], [style]") == []
        loaded = [str(link["href"]) for link in found.select("link[rel=stylesheet]")]
        assert loaded == ["site.css"]
        assert "{{" not in file.read_text(encoding="utf-8").replace("{{ 7 * 7 }}", "")
        for link in found.select("a[href]"):
            parts = urlsplit(str(link["href"]))
            assert parts.scheme or (published / parts.path).exists() or link["href"] == "#main", link
    shown = page(published, "dinh-chinh-4.html").select_one("h1")
    assert "<script>alert(1)</script>" in shown.get_text(), "as text"


def test_the_published_folder_holds_no_personal_data(published: Path) -> None:
    for file in published.glob("*.html"):
        text = page(published, file.name).get_text("\n", strip=True)
        assert mask_personal(text) == text, file.name
    feed = feedparser.parse((published / "feed.atom").read_bytes())
    for entry in feed.entries:
        assert mask_personal(f"{entry.title} {entry.summary}") == f"{entry.title} {entry.summary}"


def test_a_second_run_changes_no_byte_and_touches_nothing(
    published: Path, sqlite_database: Database, settings: Settings
) -> None:
    before = {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in published.iterdir()
    }
    assert publish(sqlite_database, settings, NOW, published) == (4, False)
    after = {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in published.iterdir()
    }
    assert after == before


def test_a_site_without_corrections_is_whole_as_well(
    sqlite_database: Database, settings: Settings, tmp_path: Path
) -> None:
    publish(sqlite_database, settings, NOW, tmp_path / "empty")
    feed = feedparser.parse((tmp_path / "empty" / "feed.atom").read_bytes())
    assert (feed.bozo, feed.entries) == (False, [])
    assert "Chưa có lời đính chính nào" in (tmp_path / "empty" / "index.html").read_text(encoding="utf-8")


def test_address_and_name_must_be_set(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\[publish\] table"):
        publish(sqlite_database, Settings(home=tmp_path), NOW, tmp_path / "x")
    settings = Settings(home=tmp_path, publish=PublishSettings(url=SITE), report=ReportSettings(organisation="LĐLĐ"))
    with pytest.raises(UsageError, match="--to FOLDER"):
        publish(sqlite_database, settings, NOW)


def test_only_what_the_folder_of_the_settings_shows_is_published(
    sqlite_database: Database, clock: FakeClock, settings: Settings, tmp_path: Path
) -> None:
    with sqlite_database.changes() as session:
        fill(session, clock)
    served = tmp_path / "served"
    settings = settings.model_copy(update={"publish": PublishSettings(url=SITE, folder=served)})

    def online() -> list[bool]:
        with sqlite_database.work() as session:
            return [is_online(settings, session.get_one(Correction, number)) for number in range(1, 6)]

    publish(sqlite_database, settings, NOW, tmp_path / "a copy")
    assert online() == [False] * 5
    publish(sqlite_database, settings, NOW)
    assert online() == [True, True, True, True, False], "a draft is not"
    with sqlite_database.work() as session:
        assert count_offline(session, settings) == 0
        row = session.get_one(Correction, 2)
        corrections.withdraw(session, row, why="Nguồn đã đổi.", user_id=2, now=NOW)
        session.commit()
        assert (count_offline(session, settings), row.published_state) == (1, "released")
    (served / "dinh-chinh-4.html").unlink()
    assert online() == [True, False, True, False, False]
    with sqlite_database.work() as session:
        assert count_offline(session, settings) == 2, "what the disk lacks is not published, whatever was noted"
