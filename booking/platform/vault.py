"""Sealing what must not lie open in the database, and finding it again.

A sealed text is '<version>:<Fernet token>': the highest key version seals, every version
opens, and `rotate` moves a text to the newest. Look-ups go by a keyed hash of the whole
value, which cannot be reversed or guessed without the key.
"""

import hashlib
import hmac
from collections.abc import Mapping

from cryptography.fernet import Fernet


class Vault:
    """The keys, and what is done with them."""

    def __init__(self, data_keys: Mapping[int, str], lookup_key: str) -> None:
        """data_keys: version -> Fernet key, at least one; `newest` is the version that seals."""
        self._keys = {version: Fernet(key) for version, key in data_keys.items()}
        self.newest = max(data_keys)
        self._lookup_key = lookup_key.encode()

    def seal(self, plain: str | None) -> str | None:
        """Encrypt a text with the newest key; nothing stays nothing."""
        if not plain:
            return None
        return f"{self.newest}:{self._keys[self.newest].encrypt(plain.encode()).decode()}"

    def open(self, sealed: str | None) -> str | None:
        """Decrypt; raises cryptography's InvalidToken if the text was tampered with, KeyError
        if its key is gone."""
        if not sealed:
            return None
        version, _, token = sealed.partition(":")
        return self._keys[int(version)].decrypt(token.encode()).decode()

    def stale(self, sealed: str | None) -> bool:
        """True if a text is sealed with an older key than the newest."""
        return bool(sealed) and not str(sealed).startswith(f"{self.newest}:")

    def rotate(self, sealed: str | None) -> str | None:
        """The same text under the newest key."""
        return self.seal(self.open(sealed)) if self.stale(sealed) else sealed

    def fingerprint(self, kind: str, value: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) of a whole value; `kind` keeps CPR and phone apart."""
        return hmac.new(self._lookup_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
