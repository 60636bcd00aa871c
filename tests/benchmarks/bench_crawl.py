"""How many pages a CPU second reads: 1,000 feeds and 1,000 pages of a forum on loopback, beside Scrapy.

Run by `make bench-crawl`. Both read the same pages from the same server process one after the other; time counts from
the first request to the last post, without imports. Pauses between requests are off, robots.txt is obeyed by both.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monitor.clock import SystemClock
from monitor.collectors.base import SourceView
from monitor.collectors.feed_formats import read_document
from monitor.collectors.http import PoliteClient, Politeness
from monitor.collectors.xenforo_api import Board, read_thread
from tests.benchmarks.pages_server import paths

HERE = Path(__file__).parent


async def _read_all(base: str, wanted: Sequence[str]) -> dict[str, Any]:
    policy = Politeness(
        user_agent="kiemtin/0.1",
        html_delay=0.0,
        api_delay=0.0,
        timeout=20.0,
        max_body_bytes=5_000_000,
        requests_per_host_per_day=1_000_000,
        allow_addresses=("127.0.0.1",),
    )
    board = Board.of(SourceView(name="forum", address=base + "/forums/viec-lam.4/"))
    posts = pages = 0
    async with PoliteClient(policy, SystemClock()) as client:
        begun = time.process_time()
        for path in wanted:
            fetched = await client.get(base + path)
            pages += 1
            if "/rss/" in path:
                posts += len(read_document(fetched).posts)
            else:
                page = read_thread(fetched, board)
                posts += sum(message.post is not None for message in page.messages) if page else 0
        return {"pages": pages, "posts": posts, "cpu": time.process_time() - begun}


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
            if (ours["pages"], ours["posts"]) != (theirs["pages"], theirs["posts"]):
                sys.exit(f"they read different things: KiểmTin {ours}, Scrapy {theirs}")
            mine, other = ours["pages"] / ours["cpu"], theirs["pages"] / theirs["cpu"]
            sys.stdout.write(
                f"{name}: {ours['pages']} pages, {ours['posts']} posts; pages per CPU second: "
                f"KiểmTin {mine:.0f}, Scrapy {other:.0f} ({mine / other:.2f} ×)\n"
            )
    finally:
        server.stdin.close()
        server.wait(10)


if __name__ == "__main__":
    main()
