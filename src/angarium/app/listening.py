"""The listening socket: one address, with what idle connections and several processes need."""

import socket

_IDLE_SECONDS = 60
_PROBE_SECONDS = 20
_PROBES = 3


def listening_socket(host: str, port: int, shared: bool = False) -> socket.socket:
    """A bound socket; `shared` lets other processes bind the same address. OSError when it cannot be had.

    Connections inherit the probes of an idle peer, which find clients that went without a word.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (
            (socket.TCP_KEEPIDLE, _IDLE_SECONDS),
            (socket.TCP_KEEPINTVL, _PROBE_SECONDS),
            (socket.TCP_KEEPCNT, _PROBES),
        ):
            bound.setsockopt(socket.IPPROTO_TCP, option, value)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


def url_of(bound: socket.socket, tls: bool) -> str:
    """The URL of a bound socket, with the port that it got."""
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{port}"
