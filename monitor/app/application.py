"""The only place that builds things: settings, clock, database, HTTP client, classifier, executor, desk.

Each thing is imported where it is built: a command waits for the libraries of what it uses, and for no others.
"""

from __future__ import annotations

import hmac
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from monitor.clock import Clock, SystemClock
from monitor.errors import NotReady
from monitor.files import make_private, sweep
from monitor.operations.home_use import Hold, alone, share
from monitor.privacy.known_key import known_key
from monitor.privacy.secret_key import FORMER_FILE, KEY_FILE, read_former, rotate_key
from monitor.settings.settings import DEFAULT_MODEL, Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from classifiers.text.segment import Segmenter
    from monitor.collectors.base import Batch
    from monitor.collectors.http.client import PoliteClient
    from monitor.crawl.captures import CaptureStore
    from monitor.crawl.collect import Crawler
    from monitor.crawl.imports import Importer
    from monitor.crawl.pictures import PictureReader
    from monitor.crawl.reader import SourceReader
    from monitor.crawl.recheck import FlagRecheck
    from monitor.learning.learn import Learner
    from monitor.learning.promotion import ModelPromotion
    from monitor.learning.teaching import BackgroundTeaching, TeachingSteps
    from monitor.operations.erasure import Erasure
    from monitor.operations.key_rotation import Rotated
    from monitor.outbox.issue import ReportOffice
    from monitor.outbox.outbox import Outbox
    from monitor.privacy.pseudonym import Pseudonymiser
    from monitor.scoring.match import Matcher
    from monitor.scoring.model_folders import ModelFolders
    from monitor.scoring.score import Progress, Scorer, ScoreResult
    from storage.database import Database
    from storage.models import Source

Reader = TypeVar("Reader", bound="SourceReader")
SPOOL = "spool"  # of captures
_TEXTS_MASKED = 500  # a dozen pages of the queue


def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode(), "sha256")


@dataclass
class Application:
    """Everything a command may need, each built when it is first asked for; closes its database on leaving.

    Args:
        settings: The settings of this installation.
        clock: Tells the time; the demo and tests pass their own.

    """

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def database(self) -> Database:
        """The database, whose tables may still be missing."""
        from storage.database import Database

        return Database(self.settings.resolved_database_url)

    def close(self) -> None:
        """Close the database if it was opened, and share the home no longer."""
        if "database" in self.__dict__:
            self.database.close()
        if hold := self.__dict__.pop("_hold", None):
            hold.release()

    @cached_property
    def _hold(self) -> Hold:
        return share(self.settings.home)

    def alone(self) -> AbstractContextManager[None]:
        """Have the home to this program while the context lasts.

        Raises:
            NotReady: When another program works on it; names its process.

        """
        return alone(self.settings.home, self.__dict__.get("_hold"))

    def upgrade(self) -> None:
        """Bring the tables to this version, where they are not; no other program works on the home meanwhile.

        Raises:
            NotReady: When another program works on the home.
            StorageError: When the database cannot be upgraded; it is then as it was before.

        """
        if not self._is_current():
            with self.alone():
                self.database.upgrade()

    def _is_current(self) -> bool:
        path = self.settings.sqlite_path
        return not (path and not path.exists()) and self.database.current_revision() == self.database.newest_revision()

    @cached_property
    def ready_database(self) -> Database:
        """The database, known to have the tables of this version; until `close` this program shares the home.

        Raises:
            NotReady: When there is none, or another program has the home to itself.
            StorageError: When it cannot be opened or must be upgraded first.

        """
        if self.database.is_sqlite and not Path(str(self.database.url.database)).exists():
            message = f"there is no database in {self.settings.home}: run `kiemtin init` first (or set KIEMTIN_HOME)"
            raise NotReady(message)
        _ = self._hold
        if not self.database.is_sqlite:
            from storage.transfer import snapshot

            snapshot.undo_killed(self.database)
        self.database.require_current_schema()
        return self.database

    @cached_property
    def segmenter(self) -> Segmenter:
        """The word segmenter; its model is loaded with the first text."""
        from classifiers.text.segment import Segmenter

        return Segmenter()

    @cached_property
    def secret(self) -> bytes:
        """The key of this installation, made by `kiemtin init`.

        Raises:
            NotReady: When it is missing, not whole, or not the one that stored posts need.

        """
        return known_key(self.ready_database, self.settings.home, self.clock.now())

    @property
    def secret_path(self) -> Path:
        """Where the key lies."""
        return self.settings.home / KEY_FILE

    def tidy_home(self) -> list[Path]:
        """Make the home folder private and delete what killed programs left half-written in it.

        Returns:
            What others can still read, because it belongs to another user.

        """
        settings, home = self.settings, self.settings.home
        if not home.is_dir():
            return []
        written_to = (settings.captures_dir / SPOOL, settings.reports_dir, home / "imports", home / "privacy")
        sweep([home, *written_to, *settings.models_dir.glob("*")])
        database = settings.sqlite_path
        files = [database.with_name(database.name + end) for end in ("", "-wal", "-shm")] if database else []
        return make_private(home, [settings.config_path, self.secret_path, self.former_path, *files])

    @property
    def pseudonymiser(self) -> Pseudonymiser:
        """Replaces authors by keyed hashes."""
        from monitor.privacy.pseudonym import Pseudonymiser

        former = [_derive(each.key, "author") for each in read_former(self.former_path)]
        return Pseudonymiser(self._derived("author"), former)

    @property
    def former_path(self) -> Path:
        """Where the keys before this one lie."""
        return self.settings.home / FORMER_FILE

    def rotate_key(self) -> Rotated:
        """Replace the key, and make pseudonyms anew where the handle is known."""
        from monitor.operations.key_rotation import renew_pseudonyms

        database = self.ready_database
        with self.alone():
            known_key(database, self.settings.home, self.clock.now())  # one that is lost is not covered up
            rotate_key(self.secret_path, self.former_path, self.clock.now())
            self.__dict__.pop("secret", None)
            return renew_pseudonyms(database, self.pseudonymiser, self.clock)

    def _derived(self, purpose: str) -> bytes:
        return _derive(self.secret, purpose)

    def client(self) -> PoliteClient:
        """Build the HTTP client; use it as an async context manager, once a program."""
        from monitor.collectors.http.client import PoliteClient
        from monitor.collectors.http.policy import REQUESTS_PER_HOST_PER_DAY, CrawlPolicy
        from monitor.collectors.isolation.parser import ParserLimits, ProcessParser
        from monitor.crawl.stored_state import DatabaseHostState

        settings = self.settings
        contact = f" (+{settings.contact})" if settings.contact else ""
        policy = CrawlPolicy(
            user_agent=f"kiemtin/{version('kiemtin')}{contact}",
            html_delay=settings.delay_seconds,
            api_delay=settings.delay_seconds / 5,
            timeout=settings.timeout_seconds,
            # Only who reads servers of their own sets no delay.
            requests_per_host_per_day=REQUESTS_PER_HOST_PER_DAY if settings.delay_seconds else sys.maxsize,
            allow_addresses=settings.allow_addresses,
        )
        parser = ProcessParser(ParserLimits())
        return PoliteClient(policy, self.clock, parser, DatabaseHostState(self.ready_database))

    def crawler(self, client: PoliteClient) -> Crawler:
        """Make a crawler around an open client."""
        from monitor.crawl.collect import Crawler

        return self._reader(Crawler, client)

    def recheck(self, client: PoliteClient) -> FlagRecheck:
        """Make the recheck of flagged posts, around an open client."""
        from monitor.crawl.recheck import FlagRecheck

        return self._reader(FlagRecheck, client)

    def picture_reader(self, client: PoliteClient) -> PictureReader:
        """Make what reads the pictures of posts, around an open client."""
        from monitor.crawl.pictures import PictureReader

        database, most = self.ready_database, self.settings.pictures_per_day
        return PictureReader(database, client, self.pseudonymiser, self.clock, most)

    def _reader(self, kind: type[Reader], client: PoliteClient) -> Reader:
        from monitor.collectors.registry import collector_for
        from monitor.crawl.batch_writer import BatchWriter

        batches = BatchWriter(self.pseudonymiser, self.clock, self.captures)
        return kind(self.ready_database, client, collector_for, batches, self.clock, secret_for=self.secret_for)

    @property
    def captures(self) -> CaptureStore:
        """Keeps the fetched bytes behind flagged posts."""
        from monitor.crawl.captures import CaptureStore

        return CaptureStore(self.settings.captures_dir, self.clock)

    def erasure(self, kind: str, author: str) -> Erasure:
        """Make the erasure of one author."""
        from monitor.operations.erasure import Erasure

        return Erasure(
            self.ready_database,
            self.clock,
            self.pseudonymiser,
            self.captures,
            self.settings.home,
            kind=kind,
            given=author,
        )

    def secret_for(self, name: str, kind: str) -> str | None:
        """Return the operator's key or token for a source: the one of its name, else the one of its kind."""
        known = self.settings.secrets.get(name) or self.settings.secrets.get(kind)
        return known.get_secret_value() if known else None

    async def look_at(self, source: Source) -> list[Batch]:
        """Read a source until it gives some posts; nothing is stored.

        Raises:
            CollectError: When it cannot be read.

        """
        from monitor.collectors.base import SourceView
        from monitor.crawl.sources import look

        secret = self.secret_for(source.name, source.kind)
        view = SourceView(name=source.name, address=source.address, settings=source.settings, secret=secret)
        async with self.client() as client:
            return await look(client, source.kind, view)

    def importer(self) -> Importer:
        """Make the importer of files."""
        from monitor.crawl.imports import Importer

        return Importer(self.ready_database, self.pseudonymiser, self.clock)

    def executor(self) -> AbstractContextManager[Executor]:
        """Make the executor that scores: this process, a pool of processes, or the cluster of the settings."""
        from monitor.scoring.workers import scoring_executor

        return scoring_executor(self.settings.workers, self.settings.cluster)

    def scorer(self, database: Database, executor: Executor) -> Scorer:
        """Make the scorer with the model that is in use."""
        from monitor.scoring.score import Scorer

        return Scorer(database, executor, self.models.path(self.scoring_model()), self.clock, self.captures)

    def score_waiting(self, progress: Progress, *, everything: bool = False) -> ScoreResult:
        """Score and match all posts that wait, with the model in use; or all stored ones that it has not scored."""
        from monitor.scoring.score import score_and_match

        database = self.ready_database  # first, so that a missing database is reported before a model is trained
        self.models.ensure(self.scoring_model(), progress)
        with self.executor() as executor:
            scorer, matcher = self.scorer(database, executor), self.matcher(database)
            return score_and_match(scorer, matcher, progress, everything=everything)

    def scoring_model(self) -> str:
        """Return the name of the model that scores new posts: the one of the settings, else the one promoted last."""
        from storage.scoring import registry

        if self.settings.model != DEFAULT_MODEL:
            return self.settings.model
        with self.ready_database.work() as session:
            promoted = registry.promoted_model(session)
        return promoted.name if promoted else DEFAULT_MODEL

    @property
    def models(self) -> ModelFolders:
        """The trained models of the home folder."""
        from monitor.scoring.model_folders import ModelFolders

        return ModelFolders(self.settings.models_dir, self.segmenter, self.clock)

    def learner(self) -> Learner:
        """Make the learner, which trains candidate models on the decisions of the desk."""
        from classifiers.data.datasets import read_challenge_set
        from monitor.learning.learn import Learner

        return Learner(self.ready_database, self.segmenter, self.clock, self.settings.models_dir, read_challenge_set())

    def promotion(self) -> ModelPromotion:
        """Make what promotes a model, and takes a promotion back."""
        from classifiers.data.datasets import read_challenge_set
        from monitor.learning.promotion import ModelPromotion

        return ModelPromotion(
            self.ready_database, self.segmenter, self.clock, self.settings.models_dir, read_challenge_set()
        )

    def teaching_steps(self) -> TeachingSteps:
        """Make the steps of teaching: draw a round, learn a candidate, put it into use."""
        from classifiers.data.datasets import read_corpus
        from monitor.learning.active_learning import PostSelector
        from monitor.learning.teaching import TeachingSteps

        return TeachingSteps(
            self.ready_database,
            PostSelector(self.ready_database, self.segmenter, self.clock),
            self.learner(),
            self.promotion(),
            load=self.models.load,
            default_model=DEFAULT_MODEL,
            scoring_model=self.scoring_model,
            known=read_corpus,
        )

    def teaching(self) -> BackgroundTeaching:
        """Make the teaching of the desk, which runs in a thread of its own."""
        from monitor.learning.teaching import BackgroundTeaching

        locked = "" if self.settings.model == DEFAULT_MODEL else self.settings.model
        return BackgroundTeaching(self.teaching_steps, ThreadPoolExecutor(1, "teaching"), locked)

    def matcher(self, database: Database) -> Matcher:
        """Make the matcher of copies and evidence."""
        from monitor.scoring.match import Matcher

        return Matcher(database, self.clock)

    @property
    def reports(self) -> ReportOffice:
        """Issues reports."""
        from monitor.outbox.issue import ReportOffice

        return ReportOffice(self.ready_database, self.settings, self.clock)

    @property
    def outbox(self) -> Outbox:
        """Sends reports, alerts and decisions."""
        from monitor.outbox.outbox import Outbox

        return Outbox(self.ready_database, self.settings, self.clock)

    def desk(self) -> FastAPI:
        """Make the review desk."""
        from monitor.desk.api.app import create_api
        from monitor.desk.web.app import create_app
        from monitor.privacy.masks.mask import mask_personal

        return create_app(
            self.ready_database,
            self.clock,
            self.settings,
            self._derived("desk").hex(),  # signs its cookies
            teaching=self.teaching(),
            reporting=lambda: self.reports,
            look_at=self.look_at,
            segmenter=self.segmenter,
            # Who goes back and forth sees the same posts again, and masking takes longest of what a page does.
            mask=lru_cache(_TEXTS_MASKED)(mask_personal),
            api=create_api(self.ready_database, self.clock, mask=mask_personal),
        )
