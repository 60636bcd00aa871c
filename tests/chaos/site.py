"""A newspaper of which every reading finds some new articles, in a process of its own."""

import os
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

ITEMS, NEW = 12, 4  # articles of a feed, and how many of them are new at each reading


class Newspaper(BaseHTTPRequestHandler):
    """Serves the feed; everything else is missing."""

    readings = 0

    def do_GET(self) -> None:
        """Answer with the newest articles, or with 404."""
        if self.path != "/rss":
            self.send_error(404)
            return
        first = type(self).readings * NEW
        type(self).readings += 1
        date = format_datetime(datetime.now(UTC))
        items = "".join(
            f"<item><guid>a{number}</guid><title>Tin {number}</title><pubDate>{date}</pubDate>"
            f"<description>Nghe nói ngày mai xưởng số {number} đóng cửa, chia sẻ gấp</description></item>"
            for number in range(first, first + ITEMS)
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Báo</title>{items}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def start() -> tuple[int, str]:
    """Fork the newspaper; returns the number of its process and the address of its feed."""
    server = HTTPServer(("127.0.0.1", 0), Newspaper)
    process = os.fork()
    if process == 0:
        try:
            server.serve_forever()
        finally:
            os._exit(0)
    address = f"http://127.0.0.1:{server.server_address[1]}/rss"
    server.server_close()
    return process, address
