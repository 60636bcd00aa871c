"""`kiemtin run`, also with the desk alone or beside a cluster: it answers, and stops in good order when asked to."""

import http.client
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from classifiers.labels import LABEL_NAMES
from monitor.app.application import Application
from monitor.cli.run import Background, jobs
from monitor.crawl.schedule import Job, Schedule
from monitor.demo.sites import FeedSite, SitePost
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.operations.home_use import share
from monitor.settings.reports import ReportSettings
from monitor.settings.settings import load_settings
from storage.database import Database
from storage.models import CrawlRun, Model, Review, Score, Source
from tests.clock import MONDAY_MORNING, FakeClock
from tests.cluster import running_cluster
from tests.factories import add_post, add_source
from tests.monitor.cli.command import HANGS_AFTER, STOPS, Command, start, wait_for
from tests.monitor.cli.conftest import BASIS, SETTINGS, ImportPosts
from tests.postgres import PostgresServer

COMPOSE = Path(__file__).parents[3] / "deploy" / "compose.cluster.yaml"
POSTS = 150
NEW_PASSWORD = "suối trong chảy qua bản"


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_desk_in_the_background_is_served_until_it_is_stopped(home: Path, port: int) -> None:
    with start("run", "--desk-only", in_background=True) as child:
        assert f"http://127.0.0.1:{port}" in child.stdout.readline()
        assert status_of(port, "/readyz") == 200, "a thread answers it"
        assert status_of(port, "/static/desk.css") == 200
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate()
    assert (child.returncode, err, "Traceback" in out) == (0, "", False)


@pytest.mark.parametrize(
    ("command", "how", "said"),
    [
        ("run", signal.SIGTERM, ["The program was asked to stop (SIGTERM)."]),
        ("run --desk-only", signal.SIGHUP, ["The program was asked to stop (SIGHUP)."]),
        ("run", signal.SIGINT, []),
    ],
)
def test_it_is_said_once_that_a_signal_asked_to_stop_but_of_ctrl_c(
    command: str, how: signal.Signals, said: list[str], home: Path, port: int
) -> None:
    with start(*command.split()) as child:
        assert "The desk is open" in child.stdout.readline()
        assert status_of(port, "/readyz") == 200
        child.send_signal(how)
        out, err = child.communicate()
    assert (child.returncode, err, [line for line in out.splitlines() if "asked" in line]) == (0, "", said)


def test_one_command_leads_from_nothing_to_a_link_that_works(bare: Command, port: int) -> None:
    with start("init", "--run") as child:
        assert child.stdout is not None
        link = next(found[0] for line in child.stdout if (found := re.search(r"/join/\S+", line)))
        assert status_of(port, link) == 200
        child.send_signal(signal.SIGINT)
        _, err = child.communicate()
    assert (child.returncode, err) == (0, "")


LONGEST_START = 300.0  # seconds
TOLD = (
    "Nguồn tin nội bộ cho biết ngày mai ngân hàng trong huyện sẽ đóng cửa, mọi người rút tiền gấp, chia sẻ ngay!",
    "Công ty may chỗ mình nợ lương công nhân ba tháng nay, bảo hiểm cũng không đóng, hỏi thì bảo chờ.",
)


@pytest.mark.gate
def test_a_new_user_comes_from_nothing_to_the_first_decision_on_a_real_feed_within_five_minutes(
    bare: Command, port: int, site: FeedSite, address: str
) -> None:
    moment = datetime.now(UTC) - timedelta(hours=2)
    site.add(
        *(SitePost(id=f"t{n}", author="x", title="Tin", text=text, published_at=moment) for n, text in enumerate(TOLD))
    )
    bare.home.mkdir()
    (bare.home / "kiemtin.toml").write_text(SETTINGS, encoding="utf-8")  # without newspapers, which are no loopback
    began = time.monotonic()
    with start("init", "--run") as child, httpx.Client(follow_redirects=True, timeout=HANGS_AFTER) as browser:
        link = next(found[0] for line in child.stdout if (found := re.search(r"http://\S+/join/\S+", line)))
        page = send(browser, browser.get(link), "/join/", new=NEW_PASSWORD, again=NEW_PASSWORD)
        page = send(browser, page, "/login", password=NEW_PASSWORD)
        answers = {"name": "dien-dan", "address": address, "legal_basis": "RSS công khai", "province": "Lào Cai"}
        send(browser, page, "/start", **answers)
        home = page.url.join("/")
        wait_for(lambda: "/queue/next" in browser.get(home).text, child)
        page = send(browser, browser.get(home), "/queue/next")
        first = BeautifulSoup(page.text, "lxml").select("button[name=decision]")[0]
        send(browser, page, "/decisions", decision=str(first["value"]), note="Đã xem.")
        took = time.monotonic() - began
        child.send_signal(signal.SIGINT)
        child.communicate()
    with bare.rows() as session:
        assert session.scalars(select(Review.decision)).all() == [first["value"]]
    sys.stdout.write(f"From nothing to the first decision: {took:.0f} s\n")
    assert took <= LONGEST_START


def send(browser: httpx.Client, page: httpx.Response, action: str, **values: str) -> httpx.Response:
    """Fill in the form of a page whose address holds `action`, and send it as a browser does."""
    form = BeautifulSoup(page.text, "lxml").select_one(f"main form[method=post][action*='{action}']")
    assert form is not None, page.text
    fields = {str(each["name"]): str(each.get("value", "")) for each in form.select("input[name]")}
    origin = {"Origin": f"http://{page.url.netloc.decode()}"}
    answer = browser.post(page.url.join(str(form["action"])), data=fields | values, headers=origin)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system cannot limit another process")
def test_connections_that_say_nothing_do_not_use_up_the_files_of_the_desk(home: Path, port: int) -> None:
    with start("run", "--desk-only") as child, ExitStack() as silent:
        child.stdout.readline()
        resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (600, 600))
        for _ in range(700):
            silent.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(b"GET / HT")
        assert status_of(port, "/readyz") == 200
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
    assert (child.returncode, err, "Traceback" in out) == (0, "", False)


@pytest.mark.parametrize("command", ["run --desk-only", "run"])
def test_a_port_that_is_taken_is_one_line(command: str, kiemtin: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        kiemtin.set(desk_port=str(taken.getsockname()[1]))
        kiemtin.fails("KIEMTIN_DESK_PORT", *command.split())


def test_everything_is_done_by_itself_and_stops_in_good_order(kiemtin: Command, port: int, address: str) -> None:
    kiemtin.well("sources", "add", "forum", "feed", address, *BASIS)
    with start("run") as child:
        assert "The desk is open" in child.stdout.readline()
        line = child.stdout.readline()
        assert "crawl: 1 sources read, 4 posts new or changed" in line
        assert status_of(port, "/healthz") == 200
        child.send_signal(signal.SIGINT)
        _, err = child.communicate()
    assert (child.returncode, err) == (0, "")
    with kiemtin.rows() as session:
        assert session.scalar(select(func.count(Score.post_id.distinct()))) == 4


@pytest.mark.parametrize("fails", [False, True])
async def test_a_late_report_is_told_of_when_its_job_has_had_its_turn(fails: bool, kiemtin: Command) -> None:
    """The machine was off on Monday at nine: the report is written as soon as it runs again."""
    clock, told, background = FakeClock(MONDAY_MORNING + timedelta(hours=1)), list[str](), Background()
    with kiemtin.rows() as session:
        at = clock.now() - timedelta(days=3)
        add_post(session, add_source(session), published_at=at, collected_at=at)
    settings = load_settings(kiemtin.home).model_copy(update={"report": ReportSettings(formats=("jsonl",))})
    if fails:
        settings.reports_dir.touch()  # no folder
    with Application(settings, clock) as app:
        async with app.client() as client:
            work = {job.name: job.run for job in jobs(app, client, background)}
            schedule = Schedule([], clock, told.append)
            for name in ("alerts", "report", "alerts", "report", "alerts"):
                await schedule.tick(Job(name, timedelta(minutes=5), work[name]))
            background.stop(told.append)
    said = ["failed", "alerts: The report of 2026-W46 is due", "failed"] if fails else ["report: wrote"]
    assert [part in line for part, line in zip(said, told, strict=True)] == [True] * len(said), told


# Writing a score never ends: the first one sets off a query without an end.
NO_END = (
    "CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n",
    "CREATE TRIGGER hangs BEFORE INSERT ON scores BEGIN SELECT count(*) FROM endless; END",
)


@STOPS
def test_work_that_does_not_end_is_given_up_with_a_line_when_all_is_stopped(
    how: signal.Signals, home: Path, port: int, import_posts: ImportPosts
) -> None:
    import_posts(["Xưởng nóng quá"])
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
        with database.engine.begin() as connection:
            for statement in NO_END:
                connection.execute(text(statement))

        def is_written_to() -> bool:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout = 0")
                try:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                except OperationalError:
                    with database.work() as session:  # the model in use is written just before the first scores
                        return session.scalars(select(Model)).first() is not None
                return False

        with start("run") as child:
            wait_for(is_written_to, child)
            child.send_signal(how)
            out, err = child.communicate()
    assert (child.returncode, err) == (0, "")
    assert "Gave up the work that was under way; what was stored stays" in out


def test_workers_end_with_a_parent_that_is_killed(home: Path, tmp_path: Path) -> None:
    told = tmp_path / "worker"
    code = (
        "import os, time; from monitor.app.application import Application;"
        "from monitor.settings.settings import Settings;"
        "from tests.monitor.cli.command import tell;"
        "held = Application(Settings(workers=2)).executor(); pool = held.__enter__();"
        f"pool.submit(tell, {str(told)!r}).result(); time.sleep(3600)"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as parent:  # noqa: S603  our own code
        wait_for(lambda: told.exists() and told.read_text(), parent)
        parent.kill()
    worker = int(told.read_text())
    while Path(f"/proc/{worker}").exists() and "Z" not in Path(f"/proc/{worker}/stat").read_text().split()[2]:
        time.sleep(0.05)


@STOPS
def test_a_crawl_in_the_middle_is_closed_when_all_is_stopped(
    how: signal.Signals, kiemtin: Command, port: int, site: FeedSite, address: str
) -> None:
    site.slow = inf
    kiemtin.well("sources", "add", "forum", "feed", address, *BASIS)
    with start("run", KIEMTIN_TIMEOUT_SECONDS="600") as child:
        wait_for(lambda: site.seen(RSS_PATH), child)
        child.send_signal(how)
        out, err = child.communicate()
    assert (child.returncode, err, "Traceback" in out) == (0, "", False)
    with kiemtin.rows() as session:
        assert session.scalars(select(CrawlRun.outcome)).all() == ["interrupted"]
        assert session.scalars(select(Source.lease_owner)).all() == [None]


LONGEST_STOP = 2.0  # seconds; people press Ctrl-C again after that
MANY = 3_000


@pytest.mark.gate
@pytest.mark.parametrize("middle", ["crawl", "score", "report"])
def test_ctrl_c_in_the_middle_of_work_ends_all_within_two_seconds_and_loses_nothing(
    middle: str, kiemtin: Command, port: int, import_posts: ImportPosts, site: FeedSite, address: str
) -> None:
    last_week, reports = datetime.now(UTC) - timedelta(days=7), kiemtin.home / "reports"
    if middle == "crawl":
        site.slow = inf
        kiemtin.well("sources", "add", "forum", "feed", address, *BASIS)
    else:
        texts = (f"Xưởng {number} nóng quá, nợ lương ba tháng" for number in range(MANY))
        import_posts(texts, published=[last_week.isoformat()] * MANY)
    if middle == "report":
        kiemtin.well("score")

    def has_begun() -> object:
        with kiemtin.rows() as session:
            scored = session.scalar(select(func.count()).select_from(Score))
        return {"crawl": site.seen(RSS_PATH), "score": scored, "report": list(reports.glob("*"))}[middle]

    with start("run", KIEMTIN_TIMEOUT_SECONDS="600") as child:
        wait_for(has_begun, child)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
        took = time.monotonic() - began
    assert (child.returncode, err, "Traceback" in out, took <= LONGEST_STOP) == (0, "", False, True), took
    site.slow = 0.0
    for command in ("crawl", "score", f"report --week {last_week:%G-W%V}"):
        kiemtin(*command.split())
    with kiemtin.rows() as session:
        posts = session.scalar(select(func.count(Score.post_id.distinct())))
    assert posts == (4 if middle == "crawl" else MANY)
    assert {file.suffix for file in reports.iterdir()} >= {".docx", ".html"}
    sys.stdout.write(f"Ctrl-C in the middle of a {middle}: {took:.2f} s\n")


@pytest.mark.long
def test_one_database_two_workers_and_the_desk(
    kiemtin: Command, postgres_server: PostgresServer, port: int, import_posts: ImportPosts
) -> None:
    """Start what deploy/compose.cluster.yaml starts as processes of this machine."""
    with postgres_server.new_database() as url, running_cluster(2) as cluster:
        kiemtin.set(database_url=url, cluster=cluster.address)
        kiemtin.well("init")
        import_posts(f"Xưởng nóng, tin số {number}" for number in range(POSTS))
        with Database(url) as database, start("run") as child:

            def all_is_scored() -> bool:
                with database.work() as session:
                    return session.scalar(select(func.count()).select_from(Score)) == POSTS * len(LABEL_NAMES)

            wait_for(all_is_scored, child)
            assert status_of(port, "/readyz") == 200
            child.terminate()
            child.communicate()
        assert child.returncode == 0


def test_the_file_of_the_cluster_starts_the_same() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert "KIEMTIN_CLUSTER: tcp://scheduler:8786" in text
    assert "entrypoint: [dask, scheduler, --no-dashboard]" in text
    assert 'entrypoint: [dask, worker, "tcp://scheduler:8786", --nthreads, "1", --no-dashboard]' in text
    assert "models:/var/lib/kiemtin/models:ro" in text, "the workers see the models and nothing else of the home"
    assert "replicas: 2" in text


@pytest.mark.parametrize("command", ["run", "run --desk-only"])
def test_what_needs_a_home_to_itself_is_refused_until_the_program_on_it_ends(
    kiemtin: Command, port: int, tmp_path: Path, command: str
) -> None:
    kiemtin.well("backup", str(tmp_path / "b"))
    refused = [
        ("restore", str(tmp_path / "b"), "--replace", "--yes"),
        ("keys", "rotate", "--yes"),
        ("keys", "restore", str(tmp_path / "b")),
    ]
    with start(*command.split()) as child:
        assert "The desk is open" in child.stdout.readline()
        database = (kiemtin.home / "kiemtin.db").stat().st_ino
        for arguments in refused:
            kiemtin.fails(f"process {child.pid} works on {kiemtin.home}: stop it first", *arguments)
        assert (kiemtin.home / "kiemtin.db").stat().st_ino == database
        assert status_of(port, "/readyz") == 200
        child.kill()
        child.wait()
        kiemtin.well(*refused[0])
    assert sorted(path.name for path in kiemtin.home.glob(".in-use*")) == []


def test_tables_are_not_upgraded_beside_another_program(kiemtin: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = share(kiemtin.home)
    kiemtin.well("init")  # nothing is to be upgraded
    monkeypatch.setattr(Database, "newest_revision", lambda _: "9999")
    for command in ("db upgrade", "init"):
        kiemtin.fails("works on", *command.split())
    hold.release()
