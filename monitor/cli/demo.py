"""`kiemtin demo`: run all steps on sample posts, offline."""

import asyncio
import http.cookiejar
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from bs4 import BeautifulSoup

from classifiers.labels import LABEL_NAMES
from monitor.cli.context import progress_bar, say
from monitor.demo.show import USER, Demo, play
from monitor.desk.web.server import serving
from monitor.errors import KiemtinError
from storage.posts import sources
from storage.review import flags

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
    told = ", ".join(f"{label} {sum(states.values())}" for label, states in sorted(scored_flags.items()))
    yield Check("flags", set(scored_flags) == set(LABEL_NAMES), told)
    yield Check("copies", demo.copies > 0, f"{demo.copies} posts are copies of another")
    yield Check(
        "evidence", demo.claims_with_evidence > 0, f"{demo.claims_with_evidence} claims have suggested evidence"
    )
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


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Walk through everything by itself, say what was found, and exit.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data; emptied first.")] = Path("kiemtin-demo"),
    port: Annotated[int, typer.Option(help="Where the desk listens.", min=1, max=65535)] = 8000,
) -> None:
    """Run sample platforms on this machine, crawl them over five days, score, summarise, and open the desk.

    Example: `kiemtin demo`
    """
    with ExitStack() as stack:
        with progress_bar() as bar:
            shown = stack.enter_context(play(folder.absolute(), port, say, bar.update))
        with suppress(KeyboardInterrupt):  # the usual way to stop it
            asyncio.run(_desk(shown, check=check))


async def _desk(shown: Demo, *, check: bool) -> None:
    settings = shown.app.settings
    base = settings.desk_address
    async with serving(shown.app.desk(), settings) as served:
        if check:
            checks = [*check_crawls(shown), *await asyncio.to_thread(lambda: list(check_desk(shown, base)))]
            _tell(checks)
            return
        say(f"\nThe desk is open at {base}")
        say(f"Sign in as {USER} with the one-time password {shown.password}")
        say("Ctrl-C stops it.")
        await served


def _tell(checks: Sequence[Check]) -> None:
    for found in checks:
        say(f"{'ok  ' if found.passed else 'FAIL'}  {found.subject}: {found.said}")
    missing = [found.subject for found in checks if not found.passed]
    if missing:
        raise KiemtinError(f"the demo did not show: {', '.join(missing)}")
