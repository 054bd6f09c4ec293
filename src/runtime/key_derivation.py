"""PBKDF2 by WebCrypto: the runtime's `hashlib` has none."""

from __future__ import annotations

from js import Object, Uint8Array, crypto
from pyodide.ffi import to_js


async def derive_key(material: bytes, salt: bytes, iterations: int) -> bytes:
    """Return 32 bytes derived with PBKDF2-HMAC-SHA-256."""
    key = await crypto.subtle.importKey("raw", to_js(material), "PBKDF2", False, to_js(["deriveBits"]))
    method = {"name": "PBKDF2", "hash": "SHA-256", "salt": to_js(salt), "iterations": iterations}
    bits = await crypto.subtle.deriveBits(to_js(method, dict_converter=Object.fromEntries), key, 256)
    return bytes(Uint8Array.new(bits).to_py())
