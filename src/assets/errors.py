"""What this package raises; every class is a ValueError with a stable `code`."""

from __future__ import annotations


class AssetError(ValueError):
    """A value that cannot become part of an asset."""

    code = "invalid_asset"


class AssetWireError(AssetError):
    """A record or reference from storage or RPC that does not have the expected shape."""

    code = "invalid_record"
