"""People at a desk that runs as a program of its own, and everything that it answers them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import time
from urllib.parse import urljoin, urlsplit

import httpx2
from bs4 import BeautifulSoup

from tests.monitor.desk.browser import SET_UP, Browser, text_of, totp


@dataclass
class Answers:
    """What a desk answered, by method and address; `walked` are the addresses to which its links lead."""

    bodies: dict[str, list[bytes]] = field(default_factory=dict)
    walked: set[str] = field(default_factory=set)

    def keep(self, response: httpx2.Response) -> None:
        """Keep an answer with its headers; the cookie that a browser is given is its own."""
        response.read()
        asked = f"{response.request.method} {response.request.url.raw_path.decode()}"
        headers = [f"{name}: {value}" for name, value in response.headers.items() if name != "set-cookie"]
        self.bodies.setdefault(asked, []).extend(["\n".join(headers).encode(), response.content])


class LiveBrowser(Browser):
    """A browser that speaks to a real server.

    Args:
        client: Opens the connections.

    """

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client  # type: ignore[assignment]  # the test client is one as well

    def join(self, token: str, password: str) -> None:
        """Set a password by the link of an invitation."""
        place = f"/join/{token}"
        assert self.post(place, self.fields(place, place) | {"new": password, "again": password}).status_code == 303

    def enrol(self, password: str) -> None:
        """Set the second factor up, within the days in which the password is enough."""
        secret = text_of(self.page(SET_UP), "code.secret")
        fields = self.fields(SET_UP, SET_UP)
        assert self.post(SET_UP, fields | {"code": totp(secret, time()), "password": password}).status_code == 200

    def decide_all(self, most: int, note: str) -> int:
        """Say yes to one flag after the other by its first button, and have reports quote it; returns how many."""
        for number in range(most):
            place = urlsplit(self.next()).path
            if not place.startswith("/flags/"):
                return number
            button = self.page(place).select_one("button[name=decision]")
            assert button is not None, place
            flag_id = int(place.removeprefix("/flags/"))
            assert self.decide(flag_id, str(button["value"]), note=note).status_code == 303
            quote = f"{place}/quote"
            assert self.post(quote, self.fields(place, quote)).status_code == 303
        return most

    def walk(self) -> set[str]:
        """Open every page of the desk that a link leads to; returns their addresses."""
        waiting, seen = ["/"], set()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            response = self.get(path)
            if "text/html" in response.headers.get("content-type", ""):
                waiting += self._links(path, response.text)
        return seen

    def _links(self, path: str, page: str) -> Iterator[str]:
        for link in BeautifulSoup(page, "lxml").select("a[href]"):
            parts = urlsplit(urljoin(path, str(link["href"])))
            if not parts.netloc:
                yield parts.path + (f"?{parts.query}" if parts.query else "")


@contextmanager
def browser(base: str, answers: Answers) -> Iterator[LiveBrowser]:
    """Open a browser of its own, with its own cookies."""
    hooks = {"response": [answers.keep]}
    with httpx2.Client(base_url=base, timeout=600, event_hooks=hooks) as client:
        yield LiveBrowser(client)
