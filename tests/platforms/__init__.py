"""Sample platforms that answer on loopback the way the real ones do; those that the demo shows are in monitor/demo."""

from tests.platforms.bluesky_site import BlueskySite
from tests.platforms.discourse_site import DiscourseSite
from tests.platforms.facebook_site import FacebookPost, FacebookSite
from tests.platforms.factcheck_site import CheckedClaimPost, FactCheckSite
from tests.platforms.forum import ForumPost, ForumThread
from tests.platforms.telegram_site import TelegramMessage, TelegramSite
from tests.platforms.threads_site import ThreadsSite
from tests.platforms.webpage_site import WebpageSite, WebPost
from tests.platforms.xenforo_site import XenForoSite
from tests.platforms.youtube_site import YouTubeComment, YouTubeSite

__all__ = [
    "BlueskySite",
    "CheckedClaimPost",
    "DiscourseSite",
    "FacebookPost",
    "FacebookSite",
    "FactCheckSite",
    "ForumPost",
    "ForumThread",
    "TelegramMessage",
    "TelegramSite",
    "ThreadsSite",
    "WebPost",
    "WebpageSite",
    "XenForoSite",
    "YouTubeComment",
    "YouTubeSite",
]
