"""Hashing and checking passwords with argon2id; the only module that knows the library.

19 MiB, two passes, one lane: about 20 ms for each check, which is what the sign-in of a small server can spend.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The hash to keep, with a fresh salt and its parameters in it."""
    return _HASHER.hash(password.encode("utf-8", "surrogatepass"))


def verify_password(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed; false for text that is no hash."""
    try:
        return _HASHER.verify(password_hash, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
