"""Each sentence that says what became of something is compared with rows and files, in a state and in its opposite."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from pydantic import SecretStr
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from monitor.catalogues import LOCALE_DIR
from monitor.desk.web.passwords import hash_password
from monitor.outbox.issue import ReportOffice, Wish
from monitor.outbox.outbox import Outbox
from monitor.publish.site import publish
from monitor.reports.document import build_document
from monitor.reports.html import render_html
from monitor.reports.wording import load_wording
from monitor.scoring.flag_value import WORTH_A_DAY
from monitor.settings.channels import ChannelSettings
from monitor.settings.reports import PublishSettings, ReportSettings
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.database import Database
from storage.models import Alert, Correction, CrawlRun, Delivery, Flag, Matter, Model, Post, Report, Score, Source
from storage.outbox import alerts
from storage.posts import sources
from storage.review import corrections, matters
from storage.scoring import registry
from tests import catalogue
from tests.clock import FakeClock
from tests.examples import examples_of
from tests.factories import add_drawn, make_correction, make_model, make_score, matter_of
from tests.monitor.desk.browser import PASSWORD, Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.reports.sample_week import AFTER, SUNDAY, WEEK, fill, gathered

COMPARISON: Final = Path(__file__).parents[1] / "learning" / "comparison.json"
REPORT: Final = "the report"
STATES: Final = re.compile(
    r"\b(?:đã|chưa|đang|chờ|không|nguồn nào|được|gần nhất|nào|sẽ) (?:\w+ ){0,2}?"
    r"(?:công bố|gửi|trao|sao lưu|dùng|duyệt|thu hồi|chờ|báo lỗi|xử lý|lần nào)\b"
    r"|công bố (?:lần đầu|chưa)|\bchưa đọc\b|đọc xong|đang đọc|lỗi %|lập lúc %\(time|chờ duyệt"
    r"|chưa ai xem|giải quyết xong|chưa được lập",
    re.IGNORECASE,
)
ASKED: Final = re.compile(r"\bxin\b|\bnếu |\bkhi |: người quản trị cần|chỉ gợi ý", re.IGNORECASE)
"""What is asked for, would be so, or is a rule."""


@dataclass
class Home:
    """A home with all that can be in a state, whose desk an administrator looks at."""

    database: Database
    settings: Settings
    clock: FakeClock
    admin: Browser
    office: ReportOffice
    backups: int = 0

    def value(self, question: Select[Any]) -> Any:
        with self.database.work() as session:
            return session.scalar(question) or 0

    def count(self, condition: ColumnElement[bool]) -> int:
        """Count the rows that are so."""
        return int(self.value(select(func.count()).where(condition)))

    def page(self, path: str) -> BeautifulSoup:
        if path == REPORT:
            document = build_document(gathered(self.database), self.settings.report, load_wording("vi"))
            return BeautifulSoup(render_html(document), "lxml")
        page = BeautifulSoup(self.admin.get(path).text, "lxml")
        for choice in page.select("option, nav"):
            choice.decompose()
        return page


Fact = Callable[[Home], int | str]


def shown(home: Home) -> str:
    """Give the state of the correction as its public page shows it; empty where there is none."""
    file = home.settings.home / "public" / "dinh-chinh-1.html"
    page = file.read_text(encoding="utf-8") if file.is_file() else ""
    states = {"Đính chính đã thu hồi": "withdrawn", "Sai sự thật": "released"}
    return next((state for words, state in states.items() if words in page), "")


def correction(state: str, *, public: bool) -> Fact:
    """Count corrections in a state that the public page shows, or does not show."""
    return lambda home: home.count(Correction.state == state) * ((shown(home) == state) == public)


def no(condition: ColumnElement[bool]) -> Fact:
    """Say 1 where no row is so."""
    return lambda home: int(not home.count(condition))


def version(*conditions: ColumnElement[bool]) -> Fact:
    """Give the version of a model that is so; empty where none is."""
    return lambda home: home.value(select(func.coalesce(func.max(Model.version), "")).where(*conditions))


ACTIVE, LEARNT = Model.state == "active", Model.version == "learnt-7"
WAITS = and_(Flag.state == "open", Flag.origin == "scored", Flag.worth > WORTH_A_DAY)
MONITORED = Post.source_id.in_(select(Source.id).where(Source.role == "monitored"))
REFUTED = and_(Matter.verdict == "refuted", Matter.state.not_in(matters.GONE))
UNSETTLED = matters.unsettled()
UNSENT = and_(
    Report.withdrawn_at.is_(None), ~exists().where(Delivery.subject_id == Report.id, Delivery.kind == "report")
)
PUBLISHED, ONCE_PUBLISHED = Correction.published_state == "released", Correction.published_at.is_not(None)
FACTS: Final[dict[tuple[str, str], Fact | ColumnElement[bool]]] = {
    ("/", "%(count)s mục đang chờ xem xét"): WAITS,
    ("/", "Không có mục nào đang chờ"): lambda home: home.count(Flag.suggested()) and not home.count(WAITS),
    ("/", "%(count)s bài đang chờ chấm điểm."): and_(MONITORED, ~exists().where(Score.post_id == Post.id)),
    ("/overview", "Chưa có mô hình nào được dùng: máy chưa chấm bài nào."): no(ACTIVE),
    ("/queue/empty", "Không còn mục nào đang chờ"): no(and_(Flag.state == "open", Flag.origin == "scored")),
    ("/", "%(count)s câu trả lời đang chờ ở trang “Dạy máy”"): and_(Flag.origin == "drawn", Flag.state == "open"),
    ("/", "%(count)s cảnh báo chưa xử lý"): Alert.settled_at.is_(None),
    ("/", "%(count)s cảnh báo chưa ai xem"): and_(Alert.settled_at.is_(None), Alert.seen_at.is_(None)),
    ("/", "%(count)s vụ việc chưa giải quyết xong"): UNSETTLED,
    ("/alerts", "Báo cáo %(period)s chưa được lập, dù đã quá hạn."): and_(
        Alert.subject == f"report:{WEEK}", ~exists().where(Report.period == str(WEEK))
    ),
    ("/matters", "%(count)s vụ việc chưa giải quyết xong"): UNSETTLED,
    ("/matters?state=settled", "đã giải quyết xong"): Matter.state == "settled",
    ("/flags/2", "Đang chờ"): and_(Flag.id == 2, Flag.state == "open"),
    ("/corrections", "chờ duyệt"): Correction.state == "draft",
    ("/corrections", "đã duyệt, chưa công bố"): correction("released", public=False),
    ("/corrections", "đã công bố"): correction("released", public=True),
    ("/corrections", "đã thu hồi"): correction("withdrawn", public=True),
    ("/corrections", "%(state)s, trang công bố chưa được cập nhật"): correction("withdrawn", public=False),
    ("/corrections", "%(count)s lời đính chính đã duyệt hoặc đã đổi mà chưa có trên trang công bố."): (
        lambda home: (
            home.count(Correction.released_at.is_not(None)) * (home.count(Correction.state == shown(home)) == 0)
        )
    ),
    ("/corrections/1", "Lời đã công bố"): ONCE_PUBLISHED,
    ("/corrections/1", "Lời sẽ được công bố"): Correction.published_at.is_(None),
    ("/corrections/1", "Công bố lần đầu lúc %(time)s."): ONCE_PUBLISHED,
    ("/", "%(period)s: báo cáo đã lập, chờ đọc và duyệt"): and_(Report.scheduled_for.is_not(None), UNSENT),
    ("/reports", "đang chờ gửi"): Delivery.state == "waiting",
    ("/reports", "đang gửi"): Delivery.state == "sending",
    ("/reports", "đã trao, chờ trả lời"): Delivery.state == "handed",
    ("/reports", "không gửi được"): Delivery.state == "failed",
    ("/reports", "đã gửi"): lambda home: len([*home.settings.home.glob("drive/**/bao-cao-*W47.html")]),
    ("/reports", "lập lúc %(time)s"): Report.id > 0,
    ("/reports", "Chương trình không gửi báo cáo này đi đâu."): UNSENT,
    ("/reports", "đã thu hồi"): Report.withdrawn_at.is_not(None),
    ("/reports", "Thay thế báo cáo lập lúc %(time)s."): Report.replaces_id.is_not(None),
    ("/sources", "Không nguồn nào báo lỗi."): (
        lambda home: home.count(Source.id > 0) and not home.count(or_(Source.failures > 0, ~Source.enabled))
    ),
    ("/sources", "lỗi %(count)s lần liên tiếp"): lambda home: home.value(select(func.max(Source.failures))),
    ("/sources", "chưa lần nào"): Source.last_success_at.is_(None),
    ("/sources", "chưa đọc"): and_(
        Source.last_success_at.is_(None),
        Source.failures == 0,
        Source.enabled,
        ~exists().where(Post.source_id == Source.id),
    ),
    ("/sources", "Chưa đọc nguồn nào."): no(CrawlRun.id > 0),
    ("/sources", "đọc xong"): CrawlRun.outcome == "ok",
    ("/sources", "đang đọc"): CrawlRun.outcome == "running",
    ("/backup", "Chưa có bản sao lưu nào."): lambda home: int(not home.backups),
    ("/backup", "Bản sao lưu gần nhất được lập lúc %(time)s."): lambda home: home.backups,
    ("/overview", "Mô hình đang dùng:"): version(ACTIVE),
    ("/teach", "Mô hình đã học đang được dùng"): and_(ACTIVE, LEARNT),
    ("/teach", "Đang dùng <code>%(version)s</code>, thay cho <code>%(before)s</code>."): (
        version(ACTIVE, Model.replaces.is_not(None))
    ),
    (REPORT, "; chưa công bố thông tin bác bỏ"): lambda home: (
        home.count(REFUTED) * (not home.count(or_(PUBLISHED, Correction.state == "released")))
    ),
    (REPORT, "; %(answer)s đã được duyệt, chưa công bố"): lambda home: (
        home.count(REFUTED) * home.count(and_(Correction.state == "released", ~ONCE_PUBLISHED))
    ),
    (REPORT, "; Liên đoàn đã công bố %(answer)s ngày %(day)s%(where)s"): lambda home: (
        home.count(REFUTED) * home.count(PUBLISHED)
    ),
    (REPORT, "Đang công bố"): PUBLISHED,
    (REPORT, "Đã thu hồi"): Correction.published_state == "withdrawn",
}
NO_STATE: Final = frozenset(examples_of(__file__)["no_state"])


def said(page: BeautifulSoup, words: str) -> int | str:
    """Give the number or version that a page says in these words, or else how often it says them; 0 and empty: not."""
    plain = BeautifulSoup(words, "lxml").get_text()
    pattern = re.escape(plain).replace(r"%\(count\)s", r"([\d.]+)")
    pattern = re.sub(r"%\\\(\w+\\\)s", "(.*?)", pattern).replace("\\ ", r"\s+")
    if words.endswith(":"):
        pattern += r"\s*(\S+)"
    if words[-1] in ".:" or words[0] == ";":
        found = list(re.finditer(pattern, page.get_text()))
    else:
        tags = [tag for tag in page.find_all(True) if re.fullmatch(pattern, " ".join(tag.get_text().split()))]
        inner = [tag for tag in tags if not any(other in tag.descendants for other in tags)]
        found = [re.fullmatch(pattern, " ".join(tag.get_text().split())) for tag in inner]
    if "%(count)s" in words:
        return int(found[0][1].replace(".", "")) if found else 0
    if "version" in words or words.endswith(":"):
        return found[0][1] if found else ""
    return len(found)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(AFTER)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "secret.key").write_text("5eed" * 16, encoding="utf-8")
    drive = ChannelSettings(name="o-chung", what=("reports",), to=(str(tmp_path / "drive"),))
    return Settings(
        home=tmp_path,
        report=ReportSettings(formats=("html",), organisation="LĐLĐ tỉnh Lai Châu"),
        publish=PublishSettings(url="https://ldld.example.vn/tin", folder=tmp_path / "public"),
        channels=(drive,),
        backup_passphrase=SecretStr("suối trong chảy xa"),
    )


@pytest.fixture
def home(sqlite_database: Database, settings: Settings, clock: FakeClock) -> Home:
    with sqlite_database.changes() as session:
        users.add(session, name="minh", password_hash=hash_password(PASSWORD), role="admin", now=clock.now())
    admin = Browser(make_desk(sqlite_database, clock, settings))
    admin.sign_in("minh")
    admin.enrol()
    admin.send("/start", "/start", province="Lai Châu", language="vi")
    return Home(sqlite_database, settings, clock, admin, ReportOffice(sqlite_database, settings, clock))


def stages(home: Home) -> Iterator[str]:
    """Bring the home into one state after another; gives what each is called."""
    database, now, public = home.database, home.clock.now(), home.settings.home / "public"
    yield "a new office"
    with database.changes() as session:
        fill(session)
        registry.activate(session, make_model("default-1"), now)
        registry.register(session, make_model("learnt-7"), now, json.loads(COMPARISON.read_bytes()))
        facts = {"label": "concern", "hours": 24, "posts": 9, "usual": 1}
        alerts.raise_once(session, "label:concern", facts, now=now, quiet=None)
        alerts.raise_once(session, f"report:{WEEK}", {"period": str(WEEK)}, now=now, quiet=None)
        add_drawn(session, session.get_one(Post, 4))
    yield "a week"
    with database.changes() as session:
        corrections.write(session, matter_of(session, session.get_one(Flag, 3)), make_correction(), user_id=1, now=now)
        run = sources.start_run(session, 1, now).id
    yield "a correction is written, and a source is being read"
    with database.changes() as session:
        sources.close_run(session, run, now=now, outcome="ok", counts={"seen": 1}, skipped={})
        sources.record_failure(session, session.get_one(Source, 1), "it answers 500", now)
        sources.record_failure(session, session.get_one(Source, 1), "it answers 500", now)
        corrections.release(session, session.get_one(Correction, 1), seen=1, user_id=2, now=now)
        session.execute(update(Alert).values(seen_at=now, seen_by=1))
    publish(database, home.settings, now, public.with_name("a copy"))
    with home.admin.client.app.state.desk.exporting:  # type: ignore[attr-defined]
        home.backups += home.admin.send("/backup", "/backup").status_code == 200
    yield "it is released and stands in a copy; a source failed twice; a backup was refused"
    publish(database, home.settings, SUNDAY)
    home.office.issue(Wish(period=WEEK, send=True))
    home.office.issue(Wish(period=WEEK.previous, scheduled=True))
    home.backups += home.admin.send("/backup", "/backup").status_code == 200
    yield "it is published; a report waits, another is sent nowhere; a backup was taken"
    (public / "dinh-chinh-1.html").unlink()
    asyncio.run(Outbox(database, home.settings, home.clock).send_due())
    with database.changes() as session:
        registry.promote(session, registry.by_name(session, "learnt-7"), now)
    yield "its page is lost; the report is sent; a taught model is in use"
    publish(database, home.settings, now)
    with database.changes() as session:
        corrections.withdraw(session, session.get_one(Correction, 1), why="Nguồn đã đổi.", user_id=2, now=now)
        registry.reactivate(session, registry.by_name(session, "default-1"), now)
    home.office.issue(Wish(period=WEEK, changed="che tên người"))
    yield "it is withdrawn; another report takes the place of the first; the model before is back"
    publish(database, home.settings, now)
    for state in ("sending", "handed", "failed"):
        with database.changes() as session:
            session.execute(update(Delivery).where(Delivery.sent_at.is_(None)).values(state=state))
        yield f"its public page says so; the report is {state}"
    with database.changes() as session:
        settle(session, now)
    yield "all is done"


def settle(session: Session, now: datetime) -> None:
    """Leave nothing to be done."""
    session.execute(update(Flag).values(state="rejected"))
    session.execute(update(Matter).where(Matter.kind == matters.GRIEVANCE).values(state="settled"))
    session.execute(update(Matter).where(Matter.kind == matters.RUMOUR).values(state="withdrawn"))
    session.execute(update(Alert).values(settled_at=now))
    session.execute(update(Source).values(failures=0, enabled=True))
    session.execute(update(Post).values(unscored=False))
    every = [make_score(post) for post in session.scalars(select(Post).where(MONITORED))]
    registry.record_scores(session, registry.by_name(session, "default-1").id, every)


def test_every_sentence_of_state_is_true(home: Home) -> None:
    values: dict[tuple[str, str], set[int | str]] = defaultdict(set)
    wrong = []
    for stage in stages(home):
        pages = {path: home.page(path) for path in dict.fromkeys(path for path, _ in FACTS)}
        for (path, words), fact in FACTS.items():
            true = home.count(fact) if isinstance(fact, ColumnElement) else fact(home)
            values[path, words].add(true)
            if (found := said(pages[path], words)) != true and (found or true):
                wrong.append(f"{stage}: {path} says {words!r}: {found}, and it is {true}")
    assert "\n".join(wrong) == ""
    assert [key for key, found in values.items() if len(found) < 2] == [], "never true, or always"


def test_no_sentence_of_state_is_without_a_check() -> None:
    found = {words for words in sentences() if STATES.search(words) and not ASKED.search(words)}
    assert found == {words for _, words in FACTS} | NO_STATE


def sentences() -> Iterator[str]:
    """Give every text of the desk and of reports."""
    for words in catalogue.texts():
        yield words if isinstance(words, str) else words[0]
    with (LOCALE_DIR / "en" / "LC_MESSAGES" / "report.po").open("rb") as file:
        yield from (
            message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file) if message.id
        )
