"""Scrapy's part of the crawl benchmark, run in an environment of its own: `scrapy_pages.py BASE < paths`."""

# ruff: noqa: ANN001, ANN201, ANN204, ARG002 - Scrapy calls these by name and hands over untyped things
import json
import re
import sys
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess

NAMESPACES = {"slash": "http://purl.org/rss/1.0/modules/slash/", "dc": "http://purl.org/dc/elements/1.1/"}


class PagesSpider(scrapy.Spider):
    """Reads feeds and threads by Scrapy's selectors, to the fields that the monitor stores."""

    name = "pages"

    def __init__(self, base, paths, result):
        super().__init__()
        self.base, self.paths, self.result = base, paths, result

    async def start(self):
        self.result["begun"] = time.process_time()
        for path in self.paths:
            yield scrapy.Request(self.base + path)

    def parse(self, response):
        items = self.feed(response) if "/rss/" in response.url else self.thread(response)
        self.result["pages"][response.url.removeprefix(self.base)] = list(items)

    def feed(self, response):
        language = response.xpath("/rss/channel/language/text()").get()
        for node in response.xpath("/rss/channel/item"):
            description = scrapy.Selector(text=node.xpath("description/text()").get(""))
            yield {
                "id": node.xpath("guid/text()").get("").strip(),
                "url": node.xpath("link/text()").get("").strip(),
                "author": node.xpath("author/text()").get()
                or node.xpath("dc:creator/text()", namespaces=NAMESPACES).get(),
                "heading": node.xpath("title/text()").get(),
                "text": words(description.xpath("//text()").getall()),
                "published": parsedate_to_datetime(node.xpath("pubDate/text()").get()),
                "edited": None,
                "language": language,
                "replies": int(node.xpath("slash:comments/text()", namespaces=NAMESPACES).get("0")),
                "likes": 0,
            }

    def thread(self, response):
        heading = response.css("h1.p-title-value::text").get()
        host = urlsplit(response.url).hostname
        for message in response.css(".message--post[data-content^=post-]"):
            yield {
                "id": message.attrib["data-content"],
                "url": response.urljoin(message.css(".message-attribution-main a::attr(href)").get("")),
                "author": message.css(".message-name .username::attr(data-user-id)").get("") + "@" + host,
                "heading": heading,
                "text": words(message.css(".message-body .bbWrapper").xpath(".//text()").getall()),
                "published": moment(message.css(".message-attribution time")),
                "edited": moment(message.css(".message-lastEdit time")),
                "language": None,
                "replies": 0,
                "likes": likes(message.css("a.reactionsBar-link")),
            }

    def closed(self, reason):
        self.result["cpu"] = time.process_time() - self.result.pop("begun")


def words(parts):
    """Put the text of a post into one line."""
    return " ".join(" ".join(parts).split())


def moment(times):
    """Read the first of these time elements, if there is one."""
    seconds = times.attrib.get("data-timestamp")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None


def likes(bar):
    """Count the reactions that a bar tells of."""
    others = re.search(r"[0-9][0-9.,]*", " ".join(bar.xpath("text()").getall()))
    return len(bar.css("bdi")) + (int(re.sub(r"[.,]", "", others[0])) if others else 0)


def main():
    """Crawl and print the records of each page, and CPU seconds."""
    result = {"pages": {}}
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        }
    )
    process.crawl(PagesSpider, base=sys.argv[1], paths=json.load(sys.stdin), result=result)
    process.start()
    json.dump(result, sys.stdout, default=lambda when: when.astimezone(UTC).isoformat())


if __name__ == "__main__":
    main()
