"""All tables. Importing this package is what makes them known to the metadata."""

from storage.base import Base
from storage.models.accounts import Invitation, RecoveryCode, UserSession
from storage.models.api_keys import ApiKey
from storage.models.cases import Case, CaseEvent, QuoteChoice
from storage.models.clock_state import ClockState
from storage.models.corrections import Correction, CorrectionEvent
from storage.models.day_plans import DayItem, DayPlan
from storage.models.evidence import Evidence, FactCheck
from storage.models.host_state import HostState, RobotsCopy
from storage.models.outbox import Alert, Delivery, Report, SearchWatch
from storage.models.posts import Cluster, ErasedAuthor, Post, PostBand, PostRevision, join_title
from storage.models.questions import Answer, Question
from storage.models.saved_searches import SavedSearch
from storage.models.scoring import Flag, Model, Review, Score, Threshold
from storage.models.search_texts import SearchNote, SearchText
from storage.models.sources import Capture, CrawlRun, Source
from storage.models.teamwork import Assignment, Handover, SecondReading
from storage.models.users import AuditEvent, User

__all__ = [
    "Alert",
    "Answer",
    "ApiKey",
    "Assignment",
    "AuditEvent",
    "Base",
    "Capture",
    "Case",
    "CaseEvent",
    "ClockState",
    "Cluster",
    "Correction",
    "CorrectionEvent",
    "CrawlRun",
    "DayItem",
    "DayPlan",
    "Delivery",
    "ErasedAuthor",
    "Evidence",
    "FactCheck",
    "Flag",
    "Handover",
    "HostState",
    "Invitation",
    "Model",
    "Post",
    "PostBand",
    "PostRevision",
    "Question",
    "QuoteChoice",
    "RecoveryCode",
    "Report",
    "Review",
    "RobotsCopy",
    "SavedSearch",
    "Score",
    "SearchNote",
    "SearchText",
    "SearchWatch",
    "SecondReading",
    "Source",
    "Threshold",
    "User",
    "UserSession",
    "join_title",
]
