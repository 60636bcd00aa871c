"""The address guard against server-side request forgery (SSRF): no connection to a private network.

A name is resolved here, all its addresses are checked, and the connection goes to a checked address. So neither a
redirect nor a name that changes its address after the check (DNS rebinding) reaches a private network.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import httpcore

from monitor.errors import AddressBlocked

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
# The special-purpose registries of IANA (RFC 6890 and what came after it): what is not globally reachable, then what is
# although it lies inside that. They stand here because each Python knows another state of them.
_NEVER_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private use, RFC 1918
        "100.64.0.0/10",  # shared by a provider's customers, RFC 6598
        "127.0.0.0/8",  # loopback, RFC 1122
        "169.254.0.0/16",  # link-local, RFC 3927
        "172.16.0.0/12",  # private use, RFC 1918
        "192.0.0.0/24",  # protocol assignments, RFC 6890
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.88.99.0/24",  # relays of 6to4, deprecated by RFC 7526
        "192.168.0.0/16",  # private use, RFC 1918
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, and limited broadcast, RFC 1112 and RFC 919
        "2001::/23",  # protocol assignments, RFC 2928; Teredo is judged by the IPv4 addresses in it
        "2001:db8::/32",  # documentation, RFC 3849
        "3fff::/20",  # documentation, RFC 9637
    )
)
_PUBLIC_ALL_THE_SAME = tuple(
    ip_network(network)
    for network in (
        "192.0.0.9/32",  # anycast of the port control protocol, RFC 7723
        "192.0.0.10/32",  # anycast of TURN, RFC 8155
        "2001:1::1/128",  # anycast of the port control protocol, RFC 7723
        "2001:1::2/128",  # anycast of TURN, RFC 8155
        "2001:1::3/128",  # anycast of service registration, RFC 9665
        "2001:3::/32",  # automatic multicast tunnels, RFC 7450
        "2001:4:112::/48",  # AS112, RFC 7535
        "2001:20::/28",  # ORCHIDv2, RFC 7343
        "2001:30::/28",  # tags of drones, RFC 9374
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all of IPv6 that is allocated to networks, RFC 4291
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
    """Return whether an IP address is globally reachable, or else all IPv4 addresses embedded in it are."""
    ip = ip_address(address)
    return all(_is_reachable(part) for part in (_embedded(ip) or (ip,)))


def _is_reachable(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    return any(ip in network for network in _PUBLIC_ALL_THE_SAME) or not any(ip in network for network in _NEVER_PUBLIC)


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
