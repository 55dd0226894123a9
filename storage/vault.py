"""Keeps tokens locked at rest: what is stored opens only with keys that are kept outside the database."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"halfterm: tokens of chat workspaces"


class UnknownKey(Exception):
    """It was locked with a key that is not among ours, or it was changed since."""


class Vault:
    """Locks with the newest key and unlocks with any. The last is always one that is derived from the signing key, so
    that it works before anybody has made a key, and what was locked then can still be read later."""

    def __init__(self, keys: Sequence[str], signing_key: bytes) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(signing_key)
        self._keys = MultiFernet([Fernet(key) for key in (*keys, base64.urlsafe_b64encode(derived).decode())])

    def lock(self, text: str, now: datetime) -> str:
        return self._keys.encrypt_at_time(text.encode(), int(now.timestamp())).decode()

    def unlock(self, locked: str) -> str:
        """What was locked. Raises UnknownKey."""
        try:
            return self._keys.decrypt(locked.encode()).decode()
        except InvalidToken:
            raise UnknownKey from None

    def relock(self, locked: str) -> str:
        """The same, locked with the newest key. Raises UnknownKey."""
        try:
            return self._keys.rotate(locked.encode()).decode()
        except InvalidToken:
            raise UnknownKey from None
