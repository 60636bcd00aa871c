"""Sample platforms that answer on loopback the way the real ones do, for tests and for `kiemtin demo`."""

from monitor.demo.sites.bluesky_site import BlueskySite
from monitor.demo.sites.discourse_site import DiscourseSite
from monitor.demo.sites.feed_site import FeedSite
from monitor.demo.sites.forum import ForumPost, ForumThread
from monitor.demo.sites.jetstream_site import JetstreamSite, serve_stream
from monitor.demo.sites.mastodon_site import MastodonSite
from monitor.demo.sites.server import SeenRequest, Site, SitePost, serve
from monitor.demo.sites.xenforo_site import XenForoSite

__all__ = [
    "BlueskySite",
    "DiscourseSite",
    "FeedSite",
    "ForumPost",
    "ForumThread",
    "JetstreamSite",
    "MastodonSite",
    "SeenRequest",
    "Site",
    "SitePost",
    "XenForoSite",
    "serve",
    "serve_stream",
]
