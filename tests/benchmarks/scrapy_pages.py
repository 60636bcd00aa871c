"""Scrapy's part of the crawl benchmark, run in an environment of its own: `scrapy_pages.py BASE < paths`."""

# ruff: noqa: ANN001, ANN201, ANN204, ARG002 - Scrapy calls these by name and hands over untyped things
import json
import sys
import time
from datetime import datetime
from email.utils import parsedate_to_datetime

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.utils.iterators import xmliter_lxml


class PagesSpider(scrapy.Spider):
    """Reads feeds by Scrapy's feed iteration and threads by its selectors, to the fields that the monitor stores."""

    name = "pages"

    def __init__(self, base, paths, result):
        super().__init__()
        self.base, self.paths, self.result = base, paths, result

    async def start(self):
        self.result["begun"] = time.process_time()
        for path in self.paths:
            yield scrapy.Request(self.base + path)

    def parse(self, response):
        self.result["pages"] += 1
        items = self.feed(response) if "/rss/" in response.url else self.thread(response)
        self.result["posts"] += sum(1 for item in items if item["text"])

    def feed(self, response):
        for node in xmliter_lxml(response, "item"):
            description = scrapy.Selector(text=node.xpath("description/text()").get(""))
            yield {
                "id": node.xpath("guid/text()").get("").strip(),
                "url": node.xpath("link/text()").get("").strip(),
                "title": node.xpath("title/text()").get(),
                "text": "\n".join(part.strip() for part in description.xpath("//text()").getall()).strip(),
                "published": parsedate_to_datetime(node.xpath("pubDate/text()").get()),
            }

    def thread(self, response):
        title = response.css("h1.p-title-value::text").get()
        for message in response.css(".message--post[data-content^=post-]"):
            body = message.css(".message-body .bbWrapper")
            yield {
                "id": message.attrib["data-content"],
                "author": message.css(".message-name .username::attr(data-user-id)").get(),
                "url": response.urljoin(message.css(".message-attribution-main a::attr(href)").get("")),
                "title": title,
                "text": "\n".join(part.strip() for part in body.xpath(".//text()").getall()).strip(),
                "published": datetime.fromisoformat(
                    message.css(".message-attribution time::attr(datetime)").get().replace("+0700", "+07:00")
                ),
                "likes": message.css("a.reactionsBar-link::text").get(),
            }

    def closed(self, reason):
        self.result["cpu"] = time.process_time() - self.result["begun"]


def main():
    """Crawl and print pages, posts and CPU seconds."""
    result = {"pages": 0, "posts": 0}
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
    sys.stdout.write(json.dumps({name: result[name] for name in ("pages", "posts", "cpu")}) + "\n")


if __name__ == "__main__":
    main()
