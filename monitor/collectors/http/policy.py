"""The manners of this program towards the hosts it reads, in one place for all that opens connections."""

import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.host_state import HostMemory
from monitor.collectors.http.rate_limit import HostPace
from monitor.collectors.http.robots import RobotsCache

_TO_SPARE = 10.0  # seconds between the end of the longest request and when another program may think that we died


@dataclass(frozen=True)
class Politeness:
    """How the client behaves.

    Args:
        user_agent: Who we say we are; its first word is what robots.txt rules are looked up for.
        html_delay: Least seconds between two requests to one host for pages and feeds.
        api_delay: The same for documented APIs.
        timeout: Seconds that one request may take in all, without the wait for its turn.
        max_body_bytes: Largest body after decompression.
        requests_per_host_per_day: Most requests to one host in 24 hours.
        allow_addresses: Private hosts (`host` or `host:port`) that may be read all the same.

    """

    user_agent: str
    html_delay: float
    api_delay: float
    timeout: float
    max_body_bytes: int
    requests_per_host_per_day: int
    allow_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What must be asked before a host is, shared by the polite client and the streams that are opened beside it.

    Args:
        policy: How to behave.
        clock: Tells the time and waits between requests.
        addresses: Which hosts and ports may be opened.
        robots: What the hosts allow.
        pace: Whose turn it is.

    """

    policy: Politeness
    clock: Clock
    addresses: AddressPolicy
    robots: RobotsCache
    pace: HostPace

    @classmethod
    def of(
        cls,
        policy: Politeness,
        clock: Clock,
        memory: HostMemory | None,
        read_robots: Callable[[str], Awaitable[tuple[int, bytes]]],
    ) -> Self:
        """Bring together what a policy asks for.

        Args:
            policy: How to behave.
            clock: Tells the time and waits.
            memory: What is remembered of hosts from one program to the next; None: nothing.
            read_robots: Reads a robots.txt: its status and body, or FetchFailed.

        """
        agent = re.match(r"[A-Za-z_-]+", policy.user_agent)
        return cls(
            policy=policy,
            clock=clock,
            addresses=AddressPolicy(policy.allow_addresses),
            robots=RobotsCache(agent[0] if agent else policy.user_agent, read_robots, clock, memory),
            pace=HostPace(clock, policy.requests_per_host_per_day, random.random, memory, policy.timeout + _TO_SPARE),
        )
