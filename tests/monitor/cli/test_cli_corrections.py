"""`kiemtin correct` and `publish`: the rules of the desk hold on the command line as well."""

from pathlib import Path

import pytest

from storage.database import Database
from storage.review import reviews
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, make_correction
from tests.monitor.cli.command import Command

CONTENT = make_correction()
WORDS = (
    "--claim", CONTENT.claim, "--text", CONTENT.text, "--source", CONTENT.source_name, "--link", CONTENT.source_url,
)  # fmt: skip


@pytest.fixture
def flag(home: Path) -> str:
    """Give the number of a refuted flag; Lan reviews, Minh leads."""
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        lan = add_user(session, "lan")
        add_user(session, "minh", "lead")
        found = add_flag(session, add_post(session, add_source(session)), "unverified")
        shown = ["https://e.vn"]
        reviews.decide(session, found, reviewer_id=lan.id, decision="refuted", note="", evidence=shown, now=NOW)
        session.commit()
        return str(found.id)


def test_one_writes_another_releases_and_it_is_published(
    kiemtin: Command, flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiemtin.well("correct", "write", "--flag", flag, "--as", "lan", *WORDS)
    answer = kiemtin("correct", "release", "1", "--as", "lan")
    assert (answer.status, "this account may not release" in answer.complaint) == (2, True)
    kiemtin.well("correct", "release", "1", "--as", "minh")
    (listed,) = kiemtin.well("correct", "list", "--json").data
    assert (listed["state"], listed["claim"]) == ("released", CONTENT.claim)
    answer = kiemtin("publish", "--to", str(tmp_path / "public"))
    assert (answer.status, "[publish] table" in answer.complaint) == (2, True)
    monkeypatch.setenv("KIEMTIN_PUBLISH", '{"url": "https://ldld.example.vn/tin", "name": "LĐLĐ tỉnh"}')
    assert kiemtin.well("publish", "--to", str(tmp_path / "public"), "--json").data["changed"] is True
    assert "nothing changed" in kiemtin.well("publish", "--to", str(tmp_path / "public")).out
    assert CONTENT.claim in (tmp_path / "public" / "dinh-chinh-1.html").read_text(encoding="utf-8")
    kiemtin.well("correct", "withdraw", "1", "--as", "minh", "--why", "nguồn đã gỡ")
    kiemtin.well("publish", "--to", str(tmp_path / "public"))
    assert "nguồn đã gỡ" in (tmp_path / "public" / "dinh-chinh-1.html").read_text(encoding="utf-8")


def test_who_wrote_it_cannot_release_it_in_any_role(kiemtin: Command, flag: str) -> None:
    kiemtin.well("correct", "write", "--flag", flag, "--as", "minh", *WORDS)
    assert "same person" in kiemtin("correct", "release", "1", "--as", "minh").complaint


def test_personal_data_is_refused_and_shown_masked(kiemtin: Command, flag: str) -> None:
    given = ("--flag", flag, "--as", "lan", *WORDS, "--text", "Xin gọi 0912 345 678.")
    answer = kiemtin("correct", "write", *given)
    assert (answer.status, "[số điện thoại]" in answer.complaint) == (2, True)
    assert kiemtin.well("correct", "list").out == "There are no corrections.\n"


@pytest.mark.parametrize("given", [(), ("--flag", "1", "--replaces", "1"), ("--flag", "1", "--link", "ftp://x")])
def test_what_is_written_wrongly_is_refused(kiemtin: Command, flag: str, given: tuple[str, ...]) -> None:
    assert kiemtin("correct", "write", "--as", "lan", *WORDS, *given).status == 2
