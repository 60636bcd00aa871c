"""Posts that try to break the page, two reviewers who take flags at once, and personal data on the screen."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from storage.database import Database
from storage.models import AuditEvent
from storage.review import flag_queue, flags
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.conftest import FlagMaker

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "long line": "a" * 1_000_000,
    "right to left": "tên \u202egnud\u202c \u2066abc\u2069 \u200f",
    "zalgo": "n" + "\u0300\u0301\u0323\u0330" * 2_000 + "ợ lương",
    "emoji alone": "\U0001f621" * 500,
    "nul": "nợ\x00lương",
    "blank": " \n\t\u200b\ufeff ",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_is_shown_as_text(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database, kind: str
) -> None:
    text = HOSTILE[kind].replace("\x00", "")  # no collector lets a NUL through: PostgreSQL refuses it
    number = make_flagged(text, title=text[:300], context=text[:5_000], reasons=(("lương", 1.0), ("a", 0.5)))
    for path in ("/", "/queue", f"/flags/{number}", "/cases"):
        page = lan.page(path)
        assert [script.get("src") for script in page.select("script")] == ["/static/desk.js"]
        assert page.select("main img, main [onerror]") == []
    assert lan.decide(number, "yes", note=HOSTILE[kind][:500], place=HOSTILE[kind][:100]).status_code == 303
    assert lan.page("/cases/1").select("main img, main script") == []
    with sqlite_database.work() as session:
        assert flags.by_id(session, number).state == "confirmed"


@pytest.mark.parametrize("times", [50, pytest.param(250, marks=pytest.mark.gate)])
def test_two_reviewers_who_take_flags_at_once_never_get_the_same(sqlite_database: Database, times: int) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        for number in range(4 * times):
            add_flag(session, add_post(session, source, str(number), text=f"bài {number}"))
        session.commit()

    def take(owner: str) -> Sequence[int]:
        taken = []
        for _ in range(times):
            with sqlite_database.work() as session:
                flag = flag_queue.lease_next(session, owner=owner, now=NOW, until=NOW + timedelta(minutes=15))
                assert flag is not None
                flag.state = "unsure"  # as after a decision: the next one is another
                session.commit()
                taken.append(flag.id)
        return taken

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(take, ("user:1", "user:2"))
    assert len(set(first) | set(second)) == 2 * times


class Masks:
    """Masks one name, as the masking of reports does with any."""

    def mask(self, text: str) -> str:
        return text.replace("Trần Văn Mẫu", "[tên]")


def test_personal_data_are_masked_until_asked_for_and_asking_is_written_down(
    app: FastAPI, make_flagged: FlagMaker, sqlite_database: Database
) -> None:
    app.state.desk = replace(app.state.desk, searching=Masks())
    lan = Browser(app)
    lan.sign_in()
    number = make_flagged("Trần Văn Mẫu nợ lương công nhân", reasons=(("lương", 1.0), ("văn mẫu", 0.5)))
    path, action = f"/flags/{number}", "/posts/1/reveal"
    assert "văn mẫu" not in lan.get(path).text.casefold()
    assert "[tên] nợ lương" in lan.page(path).select(".post-text")[0].get_text()
    assert lan.post(action, lan.fields(path, action)).status_code == 303
    assert "Trần Văn Mẫu" in lan.page(path).select(".post-text")[0].get_text()
    assert "văn mẫu" in lan.page(path).select(".reasons")[0].get_text()
    other = make_flagged("Trần Văn Mẫu lại nợ lương")
    assert "Trần Văn Mẫu" not in lan.get(f"/flags/{other}").text
    with sqlite_database.work() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "personal_data.shown")).one()
        assert event.subject == "posts:1"
