"""The address guard against server-side request forgery (SSRF): no connection to a private network.

A name is resolved here, all its addresses are checked, and the connection goes to a checked address. So neither a
redirect nor a name that changes its address after the check (DNS rebinding) reaches a private network.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpcore

from monitor.errors import AddressBlocked

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
# Not for the public network, but "global" for the standard library of at least one supported Python.
_NEVER_PUBLIC = tuple(
    IPv6Network(network)
    for network in (
        "::/96",  # IPv4-compatible, deprecated by RFC 4291: `::127.0.0.1`
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 7915: `::ffff:0:127.0.0.1`
        "64:ff9b:1::/48",  # NAT64 inside one network, RFC 8215
        "3fff::/20",  # documentation, RFC 9637
        "5f00::/16",  # segment routing inside one network, RFC 9602
        "fec0::/10",  # site-local, deprecated by RFC 3879
    )
)
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class AddressPolicy:
    """Which hosts and ports may be opened.

    Args:
        allowed: Hosts (`host`) or services (`host:port`) that may be opened although private or on another port.

    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(entry.strip().lower() for entry in allowed)

    def check_url(self, url: str) -> None:
        """Refuse a URL that is not http(s) on port 80, 443 or an allowed one.

        Raises:
            AddressBlocked: The message says what is wrong.

        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise AddressBlocked(f"{url!r} is not a web address: {error}") from error
        if parts.scheme not in _DEFAULT_PORTS:
            raise AddressBlocked(f"{url!r} is not a web address: it must begin with https:// or http://")
        if "@" in parts.netloc:
            raise AddressBlocked("an address with a user name or password in it is not opened: take them out")
        if not parts.hostname:
            raise AddressBlocked(f"{url!r} is not a web address: it names no host")
        self.check_port(parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port)

    def check_port(self, host: str, port: int) -> None:
        """Refuse a port other than 80 and 443, unless it is allowed by name.

        Raises:
            AddressBlocked: The message names the setting that allows it.

        """
        if port not in _DEFAULT_PORTS.values() and not self._is_allowed(host, port):
            raise AddressBlocked(
                f"port {port} of {host} is not opened: only 80 and 443 are, unless `allow_addresses` has {host}:{port}"
            )

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> None:
        """Refuse a host when any of its addresses is not public. What is link-local is never opened, even if allowed.

        Raises:
            AddressBlocked: The message names the address.

        """
        for address in addresses:
            # There lie the keys of a machine in a data centre, and no website.
            if is_link_local(address):
                raise AddressBlocked(
                    f"{host} leads to {address}, which is not a public address but one inside a machine or its "
                    "network: it is never opened; check the address of the source"
                )
        if self._is_allowed(host, port):
            return
        for address in addresses:
            if not is_public(address):
                raise AddressBlocked(
                    f"{host} leads to {address}, which is not a public address: if it is meant, "
                    f"put {host} into `allow_addresses`"
                )

    def _is_allowed(self, host: str, port: int) -> bool:
        name = host.lower().strip("[]")
        return not self._allowed.isdisjoint({name, f"[{name}]", f"{name}:{port}", f"[{name}]:{port}"})


def is_public(address: str) -> bool:
    """Return whether an IP address, and any IPv4 address embedded in it, is public."""
    ip = ip_address(address)
    if any(ip in network for network in _NEVER_PUBLIC):
        return False
    return all(part.is_global and not part.is_multicast for part in (_embedded(ip) or (ip,)))


def is_link_local(address: str) -> bool:
    """Return whether an IP address, or an IPv4 address embedded in it, is link-local, such as 169.254.169.254."""
    ip = ip_address(address)
    return any(part.is_link_local for part in (ip, *_embedded(ip)))


def _embedded(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    if isinstance(ip, IPv4Address):
        return ()
    if ip.ipv4_mapped is not None:
        return (ip.ipv4_mapped,)
    if ip.sixtofour is not None:
        return (ip.sixtofour,)
    if ip.teredo is not None:
        return ip.teredo
    return (IPv4Address(int(ip) & 0xFFFFFFFF),) if ip in _NAT64 else ()


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """A network backend of httpcore that connects to checked addresses only. TLS and the Host header keep the name."""

    def __init__(self, policy: AddressPolicy, inner: httpcore.AsyncNetworkBackend) -> None:
        self._policy = policy
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check all addresses, and connect to the first one that answers.

        Raises:
            AddressBlocked: When the host has an address that is not public.
            httpcore.ConnectError: When the name is unknown or no address answers.

        """
        self._policy.check_port(host, port)
        addresses = await resolve(host, port)
        self._policy.check_addresses(host, port, addresses)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the signature is httpcore's
        socket_options: Iterable[SocketOption] | None = None,  # noqa: ARG002  the signature is httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a local socket is never public.

        Raises:
            AddressBlocked: Always.

        """
        raise AddressBlocked(f"{path} is a local socket, which is not opened: only web addresses are")

    async def sleep(self, seconds: float) -> None:
        """Sleep, as httpcore requires of a backend."""
        await self._inner.sleep(seconds)


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name.

    Raises:
        httpcore.ConnectError: When the name is unknown.

    """
    try:
        entries = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} is not known: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))
