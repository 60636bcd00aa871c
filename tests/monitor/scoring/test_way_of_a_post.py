"""The walk of one post, from a feed to a flag, names the files that take part."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from classifiers.text.segment import Segmenter
from monitor.demo.sites import FeedSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.scoring.match import Matcher
from monitor.scoring.score import Scorer
from storage.database import Database
from tests.clock import FakeClock
from tests.monitor.crawl.test_collect_counts import site_post
from tests.walk import called_files, differences


async def test_the_way_of_one_post(
    clock: FakeClock,
    crawl: Callable[..., Awaitable[object]],
    register: Callable[..., None],
    sqlite_database: Database,
    small_model: Path,
) -> None:
    with serve(FeedSite([site_post(number) for number in range(3)], clock)) as address:
        register("news", address + RSS_PATH)
        with called_files() as called:
            await crawl()
            with ThreadPoolExecutor(1) as executor:
                Scorer(sqlite_database, executor, small_model, clock).run()
            Matcher(sqlite_database, Segmenter(), clock).run()
    assert differences("The way of one post", {path for path in called if not path.startswith("monitor/demo/")}) == (
        [],
        [],
    )
