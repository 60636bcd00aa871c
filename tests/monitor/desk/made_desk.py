"""A desk as the program builds it, on the tables of a test."""

from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI

from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.collectors.base import Batch
from monitor.desk.web.app import create_app
from monitor.learning.teaching import BackgroundTeaching, TeachingSteps
from monitor.outbox.issue import ReportOffice
from monitor.privacy.masks.mask import mask_personal
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Source

SECRET = "a secret of this test"


def make_desk(database: Database, clock: Clock, settings: Settings, secret: str = SECRET, **parts: object) -> FastAPI:
    """Build it; what is named in `parts` takes the place of what the program would use. Its API is empty."""
    whole: dict[str, object] = {
        "teaching": BackgroundTeaching(_no_steps, ThreadPoolExecutor(1)),
        "reporting": lambda: ReportOffice(database, settings, clock),
        "look_at": _no_network,
        "segmenter": Segmenter(),
        "mask": mask_personal,
        "api": FastAPI(),
    }
    return create_app(database, clock, settings, secret, **(whole | parts))  # type: ignore[arg-type]


async def _no_network(source: Source) -> list[Batch]:
    raise AssertionError(f"this desk reads nothing, and not {source.name}")


def _no_steps() -> TeachingSteps:
    raise AssertionError("this desk teaches nothing")
