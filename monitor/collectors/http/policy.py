"""The crawl policy, and the checks that every request passes before it is sent."""

import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from protego import Protego

from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.host_state import HostStateStore
from monitor.collectors.http.rate_limit import RateLimiter
from monitor.collectors.http.robots import RobotsCache

# Seconds added to the timeout before another program may take over a host: ours may be slow without being dead.
_LEASE_MARGIN = 10.0
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

    @classmethod
    def from_policy(
        cls,
        policy: CrawlPolicy,
        clock: Clock,
        host_states: HostStateStore | None,
        read_robots: Callable[[str], Awaitable[tuple[int, bytes]]],
        parse_robots: Callable[[Fetched], Awaitable[Protego]],
    ) -> Self:
        """Build the checks for a policy.

        Args:
            policy: The crawl policy.
            clock: Tells the time and sleeps.
            host_states: Where host state is shared with other programs; None: nowhere.
            read_robots: Reads a robots.txt; returns status and body, or raises FetchFailed.
            parse_robots: Parses a large one, within limits of time and memory.

        """
        agent = re.match(r"[A-Za-z_-]+", policy.user_agent)
        return cls(
            policy=policy,
            clock=clock,
            addresses=AddressPolicy(policy.allow_addresses),
            robots=RobotsCache(agent[0] if agent else policy.user_agent, read_robots, parse_robots, clock, host_states),
            rate_limiter=RateLimiter(
                clock, policy.requests_per_host_per_day, random.random, host_states, policy.timeout + _LEASE_MARGIN
            ),
        )
