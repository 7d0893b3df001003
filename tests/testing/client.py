"""The client's side of a server inside a test."""

from angarium.testing import Server, User
from tests.client import Client


def client_of(server: Server, user: User) -> Client:
    """Asks as a user, over the network."""
    return Client(server.url, user.name, user.password, server.certificate.trust() if server.certificate else None)
