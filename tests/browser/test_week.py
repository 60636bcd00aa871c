"""An office's first week in Chromium: from one command to a sent report, with nothing but the desk in between."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from monitor.clock import SystemClock
from monitor.demo.show import read_posts
from monitor.demo.sites import FeedSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.reports.periods import Unit, current_period
from tests.browser.conftest import LOOKS, SCREENSHOTS, Look, complain_to, free_port, tab
from tests.browser.test_pages import faults_of_layout
from tests.browser.world import PASSWORD
from tests.monitor.cli.command import start
from tests.monitor.outbox.receivers import MailServer, listening

pytestmark = pytest.mark.gate
LAST_WEEK = current_period(Unit.WEEK, datetime.now(UTC)).previous
CLAIM, LINK = "Ngân hàng sắp ngừng cho rút tiền", "https://thong-bao.example.vn/rut-tien"
SENTENCE = "Đề nghị các công đoàn cơ sở đối thoại về bữa ăn ca trong tuần này."
TABLES = """
[[channels]]
name = "van-thu"
what = ["reports"]
to = "van-thu@nampha.example.vn"
[publish]
url = "https://ldld.example.vn/tin"
folder = "{home}/public"
[report]
organisation = "LĐLĐ huyện Nậm Pha"
language = "{language}"
every_monday = false
"""


@dataclass
class Office:
    """What the week happens in: the running program, its folder, and how people look at it."""

    program: "subprocess.Popen[str]"
    chromium: Browser
    look: Look
    home: Path
    mails: MailServer
    feed: str
    faults: list[str] = field(default_factory=list)
    pictures: int = 0

    @contextmanager
    def person(self, link: str) -> Iterator["Person"]:
        """Let somebody open an invitation, set a password and sign in."""
        with tab(self.chromium, self.look) as page:
            complain_to(self.faults, page)
            person = Person(self, page)
            person.join(link)
            yield person


@dataclass
class Person:
    """Somebody of the office in a browser of their own. What leads to another page takes a picture of that page."""

    office: Office
    page: Page

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector).first

    def has(self, selector: str) -> bool:
        return self.page.locator(selector).count() > 0

    def open(self, path: str) -> None:
        self.page.goto(re.sub(r"(//[^/]+).*", rf"\1{path}", self.page.url))
        self.look()

    def press(self, key: str) -> None:
        """Press a key at once, also in a page's first half second, that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.look()

    def click(self, selector: str) -> None:
        """Point at what leads to another page."""
        with self.page.expect_navigation():
            self.find(selector).click()
        self.look()

    def fill(self, within: str = "main", **values: str) -> None:
        """Write into fields, and choose."""
        for name, value in values.items():
            place = self.find(f"{within} :visible[name={name}]")
            if place.evaluate("element => element.tagName") == "SELECT":
                place.select_option(value)
            else:
                place.fill(value)
        self.look()

    def download(self, selector: str) -> bytes:
        with self.page.expect_download() as downloading:
            self.find(selector).click()
        return downloading.value.path().read_bytes()

    def wait_for(self, path: str, selector: str) -> None:
        """Load a page again until it shows something, as long as the program runs."""
        self.open(path)
        while not self.has(selector):
            with suppress(subprocess.TimeoutExpired):
                self.office.program.wait(1)
            assert self.office.program.poll() is None
            self.page.reload()
        self.look()

    def look(self) -> None:
        """Take a picture of the page, and note what cannot be read in this window."""
        folder = SCREENSHOTS / f"week-{self.office.look}"
        folder.mkdir(parents=True, exist_ok=True)
        self.office.pictures += 1
        path = re.sub(r"\W+", "-", self.page.url.partition("//")[2].partition("/")[2])[:40]
        self.page.screenshot(path=folder / f"{self.office.pictures:03}-{path}.png", full_page=True)
        self.office.faults += [f"{path}: {fault}" for fault in faults_of_layout(self)]

    def join(self, link: str) -> None:
        """Choose language and colours, set a password, and sign in where the page knows the name."""
        self.page.goto(link)
        for name, value in (("language", self.office.look.language), ("theme", self.office.look.theme)):
            if self.has(f"button[name={name}][value={value}]"):
                self.click(f"button[name={name}][value={value}]")
        self.fill(new=PASSWORD, again=PASSWORD)
        self.press("Enter")
        assert self.find(".notice.good").is_visible()
        assert self.find("#name").input_value()
        self.page.keyboard.type(PASSWORD)  # the focus is where the password goes
        self.press("Enter")


@pytest.fixture
def office(chromium: Browser, look: Look, tmp_path: Path) -> Iterator[Office]:
    """Start the program in an empty folder, beside a forum whose posts are of last week, and a mail server."""
    posts = [each.post for each in read_posts("forum", LAST_WEEK.span.end)]
    with serve(FeedSite(posts, SystemClock(), page_size=len(posts))) as forum, listening(MailServer()) as mails:
        settings = {
            "contact": "mailto:ban@nampha.example.vn",
            "allow_addresses": ["127.0.0.1"],
            "delay_seconds": 0,
            "desk_port": free_port(),
            "mail_server": f"smtp://127.0.0.1:{mails.port}",
            "mail_sender": "ban@nampha.example.vn",
            "backup_passphrase": PASSWORD,
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        tables = TABLES.format(home=tmp_path, language=look.language)
        (tmp_path / "kiemtin.toml").write_text("\n".join(lines) + tables, encoding="utf-8")
        with start("init", "--run", KIEMTIN_HOME=str(tmp_path)) as program:
            yield Office(program, chromium, look, tmp_path, mails, forum + RSS_PATH)


@pytest.mark.parametrize(
    "look", [LOOKS[0], *(pytest.param(*each.values, id=each.id, marks=pytest.mark.long) for each in LOOKS[1:])]
)
def test_a_week_needs_no_terminal(office: Office) -> None:
    assert office.program.stdout is not None
    link = next(found[0] for line in office.program.stdout if (found := re.search(r"http\S+/join/\S+", line)))
    with office.person(link) as admin:
        begin(admin)
        with office.person(invite(admin, "lan", "reviewer")) as lan, office.person(invite(admin, "hà", "lead")) as lead:
            admin.wait_for("/sources", ".health.good")
            admin.wait_for("/", "section.today button")
            pass_on_concern(lan)
            judge_claims(lan)
            publish_correction(lan, lead)
            send_report(lan, lead)
            teach(lan, admin)
        admin.click("footer a[href='/backup']")
        assert len(admin.download("form[action='/backup'] button")) > 100_000
        admin.open("/backup")
    refused = "status of 422"  # Chromium complains of a decision that needs a link
    assert "\n".join(fault for fault in office.faults if refused not in fault) == ""


def begin(admin: Person) -> None:
    """Say on the first screen where the office is and what it reads, look at that, and name words that matter."""
    assert admin.page.url.endswith("/start")
    source = {"name": "diễn đàn Nậm Pha", "address": admin.office.feed, "legal_basis": "Kênh RSS công khai"}
    admin.fill(province="Lai Châu", **source)
    admin.click("form[action='/start'] button.primary")
    admin.click("form[action$='/check'] button")
    assert admin.has(".posts li")
    admin.click("a[href='/focus']")
    assert admin.find("[name=province]").input_value() == "Lai Châu"
    admin.fill(words="Suối Bạc\nbãi rác")
    admin.click("form[action='/focus'] button.primary")


def invite(admin: Person, name: str, role: str) -> str:
    """Invite somebody; gives the link."""
    admin.open("/users")
    admin.fill("form[action='/users/invitations']", name=name, role=role)
    admin.click("form[action='/users/invitations'] button")
    return admin.find("code.secret").inner_text()


def pass_on_concern(lan: Person) -> None:
    """Confirm the first post of the day, which is a concern, with a sentence of one's own, and pass its matter on."""
    lan.open("/")
    lan.press("n")
    assert lan.find(".chip-concern").is_visible()
    lan.page.keyboard.press("e")
    expect(lan.find("#sentence")).to_be_focused()
    lan.page.keyboard.press("Escape")
    lan.press("b")
    lan.fill(sentence="Suối Bạc chậm lương, công nhân chưa có tiền trọ")
    lan.page.keyboard.press("Escape")
    lan.press("1")
    lan.click("nav a[href='/matters']")
    lan.click("main a.queue-line")
    lan.fill(kind="passed", passed_to="Công đoàn các khu công nghiệp", note="đã gọi tổ trưởng")
    follower = lan.find("#follower option:nth-of-type(2)").get_attribute("value") or ""
    lan.fill(follower=follower, back_on=f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}")
    lan.click("form[action$='/steps'] button.primary")
    assert "Công đoàn các khu công nghiệp" in lan.find(".history li:last-child").inner_text()


def judge_claims(lan: Person) -> None:
    """Say of one claim by its key that it only reports; refute another one by pointing, which needs a link."""
    lan.open("/queue?label=unverified")
    lan.press("n")
    lan.press(lan.find("button[value=sourced]").get_attribute("data-key") or "")
    assert lan.find(".notice.good").is_visible()
    lan.click("button[value=refuted]")
    expect(lan.find("#evidence")).to_be_focused()
    lan.page.keyboard.type(LINK)
    lan.click("button[value=refuted]")


def publish_correction(lan: Person, lead: Person) -> None:
    """Write a correction of what was refuted; somebody else releases and publishes it, and only then it is there."""
    public = lead.office.home / "public" / "index.html"
    lan.click(".notice.good a[href^='/flags/']")
    lan.press("d")
    text = "Thông tin trên không đúng. Theo Ngân hàng Nhà nước, các cây rút tiền vẫn hoạt động bình thường."
    lan.fill(claim=CLAIM, text=text, source_name="Ngân hàng Nhà nước", source_url=LINK)
    lan.click("form[action$='/correction'] button.primary")
    assert not lan.has("form[action$='/release']")
    lead.click("nav a[href='/corrections']")
    lead.click("main a.queue-line")
    lead.press("d")
    if lead.has("form[action='/corrections/publish']"):  # the program does it by itself in the end
        assert CLAIM not in public.read_text(encoding="utf-8")
        lead.click("form[action='/corrections/publish'] button")
    assert CLAIM in public.read_text(encoding="utf-8")


def send_report(lan: Person, lead: Person) -> None:
    """Read the paper of last week as it would print and write a sentence into it; somebody else has it sent."""
    lan.click("nav a[href='/reports']")
    lan.click("main a[href$='/draft']")
    printed = lan.page.context.request.get(lan.page.url.replace("/draft", "/preview"))
    assert (printed.status, len(printed.body()) > 10_000) == (200, True)
    lan.page.locator(".sentence summary").last.click()
    lan.page.locator(".sentence textarea").last.fill(SENTENCE)
    lan.click(".sentence details[open] button")
    assert SENTENCE in lan.find("main").inner_text()
    assert not lan.has("form[action$='/release']")
    lead.open(f"/reports/{LAST_WEEK}/draft")
    lead.click("form[action$='/release'] button")
    lead.wait_for("/reports", ".delivery-sent")
    assert [b"van-thu@nampha.example.vn" in message for message in lead.office.mails.messages] == [True]
    assert SENTENCE in lead.download("a[download][href$='.html']").decode()


def teach(lan: Person, admin: Person) -> None:
    """Answer a round of questions, and let the machine learn from them."""
    admin.click("footer a[href='/teach']")
    admin.click("form[action='/teach/draw'] button")
    lan.wait_for("/teach", "form[action='/teach/next'] button")
    lan.press("n")
    while "/teach/posts/" in lan.page.url:
        with lan.page.expect_navigation():
            lan.find("button[value=none]").click()
    admin.wait_for("/teach", "section.cards")
