"""The sample platforms of `kiemtin demo`, which answer on loopback the way the real ones do."""

from monitor.demo.sites.feed_site import FeedSite
from monitor.demo.sites.mastodon_site import MastodonSite
from monitor.demo.sites.server import SeenRequest, Site, SitePicture, SitePost, serve

__all__ = ["FeedSite", "MastodonSite", "SeenRequest", "Site", "SitePicture", "SitePost", "serve"]
