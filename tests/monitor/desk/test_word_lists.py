"""Word lists are read while the desk starts, so that whoever opens the first post does not wait for them."""

import socket
from pathlib import Path

from classifiers.text.lexicon import default_lexicon
from classifiers.text.segment import Segmenter, Word
from monitor.desk.views.searching import Searching
from monitor.desk.web.app import create_app
from monitor.desk.web.server import serving
from monitor.settings.settings import Settings
from storage.database import Database
from tests.clock import FakeClock


class Listening(Segmenter):
    """A segmenter that notes what it is asked, and loads nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def segment(self, text: str) -> list[Word]:
        self.asked.append(text)
        return []


async def test_a_desk_that_starts_uses_each_list_once(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    masked: list[str] = []

    def mask(text: str) -> str:
        masked.append(text)
        return text

    segmenter = Listening()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(home=tmp_path, desk_port=port)
    app = create_app(sqlite_database, clock, settings, "a secret", searching=Searching(segmenter, mask))
    async with serving(app, settings):
        pass  # it is stopped before it has answered anybody, and ends all the same
    assert len(masked) == len(segmenter.asked) == 2, "with and without diacritics there are lists of their own"
    assert default_lexicon.cache_info().currsize == 1
