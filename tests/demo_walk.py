"""Walk through the demo by itself and say what was found: `python tests/demo_walk.py FOLDER PORT`.

It stands alone, so that the Python of an installed wheel can run it too. The status is 1 when something is missing.
"""

import asyncio
import http.cookiejar
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

from classifiers.labels import LABEL_NAMES
from monitor.cli.context import say
from monitor.demo.show import USER, Demo, play
from monitor.desk.web.server import serving
from monitor.publish.site import is_online
from storage.posts import sources
from storage.review import corrections, flags, matters

TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check and its result."""

    subject: str
    passed: bool
    said: str


class Browser:
    """Reads the desk's pages with a cookie jar, as a person's browser would."""

    def __init__(self, base: str) -> None:
        self._base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str) -> tuple[str, bytes]:
        """Read a page; returns the address it ended at (without the base) and the body."""
        with self._opener.open(self._base + path, timeout=TIMEOUT_SECONDS) as answer:
            return answer.geturl().removeprefix(self._base), answer.read()

    def submit(self, path: str, form_selector: str, **values: str) -> tuple[str, bytes]:
        """Fill in a form of a page and send it."""
        _, body = self.get(path)
        form = BeautifulSoup(body, "lxml").select_one(form_selector)
        if form is None:
            return path, b""
        fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
        data = urllib.parse.urlencode({**fields, **values}).encode()
        action = self._base + str(form.get("action") or path)
        with self._opener.open(action, data=data, timeout=TIMEOUT_SECONDS) as answer:
            return answer.geturl().removeprefix(self._base), answer.read()


def check_crawls(demo: Demo) -> Iterator[Check]:
    """Compare what was stored with what was served."""
    served = sum(len(posts) for posts in demo.served.values())
    with demo.app.ready_database.work() as session:
        stored = sum(sources.post_counts(session).values())
        scored_flags = flags.counts(session)
    yield Check("posts", stored == served, f"{stored} stored of {served} served")
    results = [result for crawl in demo.crawls for result in crawl]
    failed = [f"{result.source}: {result.error}" for result in results if result.outcome == "failed"]
    yield Check("readings", not failed, f"{len(results)} readings, {len(failed)} failed {' '.join(failed)}".strip())
    changed, gone = sum(result.changed for result in results), sum(result.gone for result in results)
    yield Check("edits", changed >= 1, f"{changed} posts were edited and kept in both versions")
    yield Check("removals", gone >= 1, f"{gone} posts vanished from their platform and were marked")
    counted = ", ".join(f"{label} {sum(states.values())}" for label, states in sorted(scored_flags.items()))
    yield Check("flags", set(scored_flags) == set(LABEL_NAMES), counted)
    yield Check("copies", demo.copies > 0, f"{demo.copies} posts are copies of another")
    yield Check(
        "evidence", demo.claims_with_evidence > 0, f"{demo.claims_with_evidence} claims have suggested evidence"
    )
    yield Check("decisions", demo.decided >= 10, f"{demo.decided} flags were decided")
    with demo.app.ready_database.work() as session:
        passed = matters.counts(session).get((matters.GRIEVANCE, matters.PASSED), 0)
        online = [row for row, _ in corrections.listed(session) if is_online(demo.app.settings, row)]
    yield Check("concern", passed >= 1, f"{passed} grievances were passed on")
    yield Check("correction", bool(online), f"{len(online)} corrections are published")
    report = next(file for file in demo.files if file.suffix == ".html").read_text(encoding="utf-8")
    told = ("Đập Huổi Sáy", "Công đoàn cơ sở Công ty May Suối Bạc")
    yield Check("report", all(text in report for text in told), f"the report tells of {' and '.join(told)}")
    yield Check("summary", all(file.stat().st_size > 0 for file in demo.files), ", ".join(f.name for f in demo.files))


def check_desk(demo: Demo, base: str) -> Iterator[Check]:
    """Sign in and walk through the desk: overview, queue, one post, one decision, the next post, the summary's file."""
    browser = Browser(base)
    place, _ = browser.get("/queue")
    yield Check("desk is closed", place.startswith("/login"), f"without signing in one is sent to {place}")
    place, body = browser.submit("/login", "form[action='/login']", name=USER, password=demo.password)
    yield Check("sign-in", place == "/", f"after signing in one sees {place}, {len(body)} bytes")
    _, body = browser.get("/queue")
    forms = [str(form["action"]) for form in BeautifulSoup(body, "lxml").select("form[action$='/claim']")]
    yield Check("queue", bool(forms), f"{len(forms)} flags to take")
    if not forms:
        return
    taken, body = browser.submit("/queue", f"form[action='{forms[0]}']")
    marked = BeautifulSoup(body, "lxml").select("mark")
    first = BeautifulSoup(body, "lxml").select_one("button[name='decision']")
    yield Check("one post", bool(marked), f"{taken} with {len(marked)} words highlighted")
    place, _ = browser.submit(
        taken,
        "form[action$='/decisions']",
        decision=str(first["value"]) if first else "",
        note="Đã đối chiếu trong bản dùng thử.",
    )
    yield Check("decision", place.startswith("/flags/") and place != taken, f"decided, and the next is {place}")
    with demo.app.ready_database.work() as session:
        decided = flags.by_id(session, int(taken.rpartition("/")[2].partition("?")[0])).state
    yield Check("state", decided == "confirmed", f"the flag is {decided}")
    for file in demo.files:
        _, body = browser.get(f"/reports/{file.name}")
        yield Check("download", body == file.read_bytes(), f"{file.name}, {len(body)} bytes")


async def walk(demo: Demo) -> list[Check]:
    """Look at what the demo stored, and at its desk."""
    settings = demo.app.settings
    async with serving(demo.app.desk(), settings):
        at_desk = await asyncio.to_thread(lambda: list(check_desk(demo, settings.desk_address)))
    return [*check_crawls(demo), *at_desk]


def main(folder: str, port: str) -> int:
    """Run the demo, print a line for each check, and return the status."""
    with play(Path(folder).absolute(), int(port), say, lambda *_: None) as demo:
        checks = asyncio.run(walk(demo))
    say(*(f"{'ok  ' if check.passed else 'FAIL'}  {check.subject}: {check.said}" for check in checks))
    return int(not all(check.passed for check in checks))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
