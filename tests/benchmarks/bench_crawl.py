"""How many pages a CPU second reads: 1,000 feeds and 1,000 pages of a forum on loopback, beside Scrapy.

Run by `make bench-crawl`. Both read the same pages from the same server process one after the other; time counts from
the first request to the last post, without imports. That of the process in which KiểmTin parses is a part of its time,
with its imports. Pauses between requests are off, robots.txt is obeyed by both. The fields of every post must come out
equal, or there is no result.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monitor.clock import SystemClock
from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.feed.formats import read_document
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.policy import CrawlPolicy
from monitor.collectors.isolation.parser import ParserLimits, ProcessParser
from monitor.collectors.xenforo.api import Board, read_thread
from tests.benchmarks.pages_server import paths

HERE = Path(__file__).parent


async def _read_all(base: str, wanted: Sequence[str]) -> dict[str, Any]:
    policy = CrawlPolicy(
        user_agent="kiemtin/0.1",
        html_delay=0.0,
        api_delay=0.0,
        timeout=20.0,
        max_body_bytes=5_000_000,
        requests_per_host_per_day=1_000_000,
        allow_addresses=("127.0.0.1",),
    )
    board = Board.from_source(SourceView(name="forum", address=base + "/forums/viec-lam.4/"))
    pages: dict[str, Sequence[PublicPost]] = {}
    begun = time.process_time() + _seconds_of_ended_processes()
    async with PoliteClient(policy, SystemClock(), parser=ProcessParser(ParserLimits())) as client:
        for path in wanted:
            fetched = await client.get(base + path)
            if "/rss/" in path:
                pages[path] = (await client.parse(read_document, fetched)).posts
            else:
                page = await client.parse(read_thread, fetched, board)
                pages[path] = [message.post for message in page.messages if message.post] if page else []
    seconds = time.process_time() + _seconds_of_ended_processes() - begun
    return {"pages": {path: [_record(post) for post in posts] for path, posts in pages.items()}, "cpu": seconds}


def _seconds_of_ended_processes() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _record(post: PublicPost) -> dict[str, Any]:
    """Write a post as Scrapy's part does: its text in one line, since each keeps line breaks in its own way."""
    return {
        "id": post.external_id,
        "url": post.url,
        "author": post.author,
        "heading": post.title or post.context,
        "text": " ".join(post.text.split()),
        "published": post.published_at.isoformat() if post.published_at else None,
        "edited": post.edited_at.isoformat() if post.edited_at else None,
        "language": post.language,
        "replies": post.engagement.get("replies", 0),
        "likes": post.engagement.get("likes", 0),
    }


def _scrapy(python: str, base: str, wanted: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603  our own script
        [python, str(HERE / "scrapy_pages.py"), base],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"Scrapy failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _require_same(ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """Insist that both read the same; gives the number of posts."""
    if ours.keys() != theirs.keys():
        sys.exit(f"they read different pages: KiểmTin {len(ours)}, Scrapy {len(theirs)}")
    for path, records in ours.items():
        if records != theirs[path]:
            pairs = zip(records, theirs[path], strict=False)
            unlike = next(((mine, other) for mine, other in pairs if mine != other), (len(records), len(theirs[path])))
            sys.exit(f"they read {path} differently: KiểmTin {unlike[0]}, Scrapy {unlike[1]}")
    return sum(len(records) for records in ours.values())


def main() -> None:
    """Read with both and print what came of it; fails when they did not read the same."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.pages_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if server.stdin is None or server.stdout is None:
        sys.exit("the server has no pipes")
    try:
        base = server.stdout.readline().strip()
        feeds, threads = paths()[::2], paths()[1::2]
        for name, wanted in (("feeds", feeds), ("forum pages", threads), ("both", paths())):
            ours = asyncio.run(_read_all(base, wanted))
            theirs = _scrapy(sys.argv[1], base, wanted)
            posts = _require_same(ours["pages"], theirs["pages"])
            mine, other = len(wanted) / ours["cpu"], len(wanted) / theirs["cpu"]
            sys.stdout.write(
                f"{name}: {len(wanted)} pages, {posts} posts, all fields equal; pages per CPU second: "
                f"KiểmTin {mine:.0f}, Scrapy {other:.0f} ({mine / other:.2f} ×)\n"
            )
    finally:
        server.stdin.close()
        server.wait(10)


if __name__ == "__main__":
    main()
