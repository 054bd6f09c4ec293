"""Makes the line that is kept for a link's password."""

from __future__ import annotations

import os

from runtime.key_derivation import derive_key
from sharelinks.passwords import SALT_BYTES, make_line


class Passwords:
    """Hashes with WebCrypto and the deployment's pepper."""

    def __init__(self, pepper: str) -> None:
        self._pepper = pepper

    async def hash(self, word: str) -> str:
        """Return the line of `sharelinks.passwords`."""
        return await make_line(word, self._pepper, os.urandom(SALT_BYTES), derive_key)
