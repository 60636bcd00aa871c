"""All tables. Importing this package is what makes them known to the metadata."""

from storage.base import Base
from storage.models.accounts import ApiKey, AuditEvent, Invitation, SavedSearch, User, UserSession
from storage.models.matters import (
    Correction,
    CorrectionEvent,
    Matter,
    MatterEvent,
    MatterPost,
    QuoteChoice,
)
from storage.models.outbox import Alert, Delivery, Report, ReportDraft
from storage.models.posts import (
    Cluster,
    ErasedAuthor,
    Evidence,
    FactCheck,
    KnownKey,
    Picture,
    Post,
    PostBand,
    PostRevision,
    SearchText,
    join_title,
)
from storage.models.scoring import Flag, Focus, Model, Review, Score, Threshold
from storage.models.sources import Capture, ClockState, CrawlRun, HostState, RobotsCopy, Source

__all__ = [
    "Alert",
    "ApiKey",
    "AuditEvent",
    "Base",
    "Capture",
    "ClockState",
    "Cluster",
    "Correction",
    "CorrectionEvent",
    "CrawlRun",
    "Delivery",
    "ErasedAuthor",
    "Evidence",
    "FactCheck",
    "Flag",
    "Focus",
    "HostState",
    "Invitation",
    "KnownKey",
    "Matter",
    "MatterEvent",
    "MatterPost",
    "Model",
    "Picture",
    "Post",
    "PostBand",
    "PostRevision",
    "QuoteChoice",
    "Report",
    "ReportDraft",
    "Review",
    "RobotsCopy",
    "SavedSearch",
    "Score",
    "SearchText",
    "Source",
    "Threshold",
    "User",
    "UserSession",
    "join_title",
]
