"""The crawl policy, and the checks that every request passes before it is sent."""

from dataclasses import dataclass

from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.rate_limit import RateLimiter
from monitor.collectors.http.robots import RobotsCache

MAX_BODY_BYTES = 5_000_000  # a hundred times a long article
REQUESTS_PER_HOST_PER_DAY = 5_000  # one in 17 seconds: more than any source is asked for, far less than harms a site


@dataclass(frozen=True)
class CrawlPolicy:
    """How requests are sent.

    Args:
        user_agent: The User-Agent header; its first word is the product token for robots.txt.
        html_delay: Least seconds between two requests to one host for pages and feeds.
        api_delay: The same for documented APIs.
        timeout: Most seconds that one request may take, without the wait for the rate limit.
        max_body_bytes: Largest body after decompression.
        requests_per_host_per_day: Most requests to one host in 24 hours.
        allow_addresses: Private hosts (`host` or `host:port`) that may be read all the same.

    """

    user_agent: str
    html_delay: float
    api_delay: float
    timeout: float
    max_body_bytes: int = MAX_BODY_BYTES
    requests_per_host_per_day: int = REQUESTS_PER_HOST_PER_DAY
    allow_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChecks:
    """Everything a request must pass before it is sent: address guard, robots.txt, rate limit.

    The HTTP client and collectors that speak another protocol share one instance.

    Args:
        policy: The crawl policy.
        clock: Tells the time and sleeps.
        addresses: Which hosts and ports may be opened.
        robots: What each site's robots.txt allows.
        rate_limiter: When the next request to a host may be sent.

    """

    policy: CrawlPolicy
    clock: Clock
    addresses: AddressPolicy
    robots: RobotsCache
    rate_limiter: RateLimiter
