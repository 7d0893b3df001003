"""The query of a URL: names and values, where a plus sign is a plus sign (RFC 3986, RFC 6570)."""

from urllib.parse import unquote

from angarium.protocols.http.exchange import Exchange


def query(exchange: Exchange) -> dict[str, str]:
    """The first value of each name."""
    found: dict[str, str] = {}
    for pair in exchange.scope["query_string"].decode("latin-1").split("&"):
        name, _, value = pair.partition("=")
        found.setdefault(unquote(name), unquote(value, errors="replace"))
    return found
