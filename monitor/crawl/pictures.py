"""Read the pictures of posts whose sources are marked for it: fetch, recognise, store the words and a small copy.

A picture that cannot be read is counted with its reason, and no source fails for it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from monitor.clock import Clock
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.urls import host_of
from monitor.crawl.failures import failure_message
from monitor.errors import CollectError, PictureError, RateLimited, SourceRefused
from monitor.pictures.reading import READABLE, PictureReading, read_answer, recogniser
from monitor.privacy.erased_mentions import ErasedMentions
from monitor.privacy.pseudonym import Pseudonymiser
from storage.base import writable
from storage.database import Database
from storage.models import Picture, Post
from storage.posts import pictures, posts

MOST_AT_ONCE: Final = 60  # a run; the rest follow in the next one, and scoring waits no longer than these take
A_DAY: Final = timedelta(days=1)
TOO_LATE: Final = timedelta(days=3)  # most platforms sign the addresses of pictures, for hours or days
NO_RECOGNISER: Final = "no recogniser is installed: `kiemtin doctor` says what to do"


@dataclass(slots=True)
class PicturesResult:
    """Counts of a run: pictures read, those whose words are too uncertain, and those that `failed`, by reason."""

    read: int = 0
    unreadable: int = 0
    failed: Counter[str] = field(default_factory=Counter)


class PictureReader:
    """Reads the pictures that wait.

    Args:
        database: Posts and their pictures.
        client: The HTTP client, open; pictures are decoded where it parses answers.
        pseudonymiser: Knows who asked to be erased.
        clock: Tells the time.
        most_a_day: How many pictures are fetched in 24 hours.

    """

    def __init__(
        self, database: Database, client: PoliteClient, pseudonymiser: Pseudonymiser, clock: Clock, most_a_day: int
    ) -> None:
        self._database = database
        self._client = client
        self._pseudonymiser = pseudonymiser
        self._clock = clock
        self._most_a_day = most_a_day

    async def run(self, names: Sequence[str] = ()) -> PicturesResult:
        """Read the pictures that wait, the newest first, of all sources or of the named ones.

        Raises:
            StorageError: When the database fails; what was stored before stays.

        """
        result, now = PicturesResult(), self._clock.now()
        with self._database.work() as session:
            left = self._most_a_day - pictures.count_since(session, now - A_DAY)
            most = max(0, min(left, MOST_AT_ONCE))
            waiting = pictures.waiting(session, most, since=now - TOO_LATE, names=names)
        if waiting and recogniser() is None:
            result.failed[NO_RECOGNISER] += len(waiting)
            return result
        asked_to_wait = set[str]()
        for picture, post in waiting:
            host = host_of(picture.address)
            if host in asked_to_wait:
                continue
            try:
                reading = await self._read(picture.address)
            except RateLimited:
                asked_to_wait.add(host)  # the next run tries again
                result.failed[f"{host} asks us to wait"] += 1
            except Exception as error:  # noqa: BLE001  no picture may stop the others
                result.failed[_reason(error)] += 1
                self._store(picture, state="failed", reason=failure_message(error))
            else:
                self._keep(picture, post, reading, result)
        return result

    async def _read(self, address: str) -> PictureReading:
        fetched = await self._client.get(address, api=True)
        return await self._client.parse(read_answer, fetched)

    def _keep(self, picture: Picture, post: Post, reading: PictureReading, result: PicturesResult) -> None:
        with self._database.work() as session:
            mentions = ErasedMentions(self._pseudonymiser, posts.erased_keys(session))
        text = mentions.mask(writable(reading.text), post.source.kind, post.url, picture.address)
        is_readable = reading.confidence >= READABLE or not text
        result.read += is_readable
        result.unreadable += not is_readable
        self._store(
            picture,
            state=pictures.READ if is_readable else "unreadable",
            text=text,
            confidence=reading.confidence,
            fingerprint=reading.fingerprint,
            # The name of somebody who asked to be erased stands in the picture.
            small=None if mentions.masked else reading.small,
        )

    def _store(self, picture: Picture, **read: Any) -> None:
        with self._database.changes() as session:
            pictures.store(session, picture.id, self._clock.now(), **read)


def _reason(error: Exception) -> str:
    """Name what kind of trouble it was, in few words that can be counted."""
    if isinstance(error, SourceRefused):
        return "the host does not want it"
    if isinstance(error, PictureError):
        return "no picture that can be read"
    return "could not be fetched" if isinstance(error, CollectError) else "could not be read"
