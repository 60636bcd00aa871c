"""All tables. Importing this package is what makes them known to the metadata."""

from storage.models.base import Base
from storage.models.evidence import Correction, Evidence
from storage.models.hosts import HostState, RobotsCopy
from storage.models.people import AuditEvent, User
from storage.models.posts import Cluster, ErasedAuthor, Post, PostBand, PostRevision, join_title
from storage.models.rechecks import Recheck
from storage.models.reports import Report
from storage.models.scoring import Flag, Model, Review, Score
from storage.models.sources import Capture, CrawlRun, Source, SourceState

__all__ = [
    "AuditEvent",
    "Base",
    "Capture",
    "Cluster",
    "Correction",
    "CrawlRun",
    "ErasedAuthor",
    "Evidence",
    "Flag",
    "HostState",
    "Model",
    "Post",
    "PostBand",
    "PostRevision",
    "Recheck",
    "Report",
    "Review",
    "RobotsCopy",
    "Score",
    "Source",
    "SourceState",
    "User",
    "join_title",
]
