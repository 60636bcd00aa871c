"""Sample platforms that answer on loopback the way the real ones do, for tests and for `kiemtin demo`."""

from monitor.demo.sites.bluesky_site import BlueskySite
from monitor.demo.sites.discourse_site import DiscourseSite
from monitor.demo.sites.facebook_site import FacebookPost, FacebookSite
from monitor.demo.sites.factcheck_site import CheckedClaimPost, FactCheckSite
from monitor.demo.sites.feed_site import FeedSite
from monitor.demo.sites.forum import ForumPost, ForumThread
from monitor.demo.sites.jetstream_site import JetstreamSite, serve_stream
from monitor.demo.sites.mastodon_site import MastodonSite
from monitor.demo.sites.server import SeenRequest, Site, SitePost, serve
from monitor.demo.sites.telegram_site import TelegramMessage, TelegramSite
from monitor.demo.sites.threads_site import ThreadsSite
from monitor.demo.sites.webpage_site import WebpageSite, WebPost
from monitor.demo.sites.xenforo_site import XenForoSite
from monitor.demo.sites.youtube_site import YouTubeComment, YouTubeSite

__all__ = [
    "BlueskySite",
    "CheckedClaimPost",
    "DiscourseSite",
    "FacebookPost",
    "FacebookSite",
    "FactCheckSite",
    "FeedSite",
    "ForumPost",
    "ForumThread",
    "JetstreamSite",
    "MastodonSite",
    "SeenRequest",
    "Site",
    "SitePost",
    "TelegramMessage",
    "TelegramSite",
    "ThreadsSite",
    "WebPost",
    "WebpageSite",
    "XenForoSite",
    "YouTubeComment",
    "YouTubeSite",
    "serve",
    "serve_stream",
]
