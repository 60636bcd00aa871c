"""`kiemtin publish`: what was released is written once, and again only when it changed."""

from pathlib import Path

import pytest

from storage.database import Database
from storage.models import Correction
from storage.review import corrections, reviews
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, make_correction
from tests.monitor.cli.command import Command


def test_a_released_correction_is_published(
    kiemtin: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, content = tmp_path / "public", make_correction()
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        lan, minh = add_user(session, "lan"), add_user(session, "minh", "lead")
        flag = add_flag(session, add_post(session, add_source(session)), "unverified")
        reviews.decide(
            session, flag, reviewer_id=lan.id, decision="refuted", note="", evidence=["https://e.vn"], now=NOW
        )
        row = corrections.write(session, flag, content, user_id=lan.id, now=NOW)
        seen = corrections.newest_text(session, row.id).id
        corrections.release(session, row, seen=seen, user_id=minh.id, now=NOW)
        session.commit()
        number, by = row.id, minh.id
    answer = kiemtin("publish", "--to", str(folder))
    assert (answer.status, "[publish] table" in answer.complaint) == (2, True)
    monkeypatch.setenv("KIEMTIN_PUBLISH", '{"url": "https://ldld.example.vn/tin"}')
    monkeypatch.setenv("KIEMTIN_REPORT", '{"organisation": "LĐLĐ tỉnh"}')
    assert kiemtin.well("publish", "--to", str(folder), "--json").data["changed"] is True
    assert "nothing changed" in kiemtin.well("publish", "--to", str(folder)).out
    page = folder / "dinh-chinh-1.html"
    assert content.claim in page.read_text(encoding="utf-8")
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        row = session.get_one(Correction, number)
        corrections.withdraw(session, row, why="nguồn đã gỡ", user_id=by, now=NOW)
        session.commit()
    kiemtin.well("publish", "--to", str(folder))
    assert "nguồn đã gỡ" in page.read_text(encoding="utf-8")
