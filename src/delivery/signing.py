"""Signed URLs of assets: the keys of a deployment, and the URLs that the API hands out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from cdn.signed_url import SignedURL
from delivery.paths import DOWNLOAD, PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

PREVIOUS_KEYS = "PREVIOUS_SIGNING_KEYS"


class SignedAssetUrl(NamedTuple):
    """A URL and the moment, in whole seconds since the epoch, from which it is refused."""

    url: str
    expires_at: int


def read_signer(secret: str, key_id: str, previous_keys: str, clock: Callable[[], float]) -> SignedURL:
    """Return the signer of `SIGNING_SECRET`, `SIGNING_KEY_ID` and `PREVIOUS_SIGNING_KEYS`.

    The last is a JSON object of secrets by key id, whose URLs are still accepted. Raises ValueError with a
    sentence that names the wrong value and repeats no secret.
    """
    try:
        previous = json.loads(previous_keys)
    except (ValueError, RecursionError):
        previous = None
    if not isinstance(previous, dict):
        raise ValueError(f"{PREVIOUS_KEYS} must be a JSON object of secrets by key id")  # noqa: TRY004 - a value of the environment
    return SignedURL(
        secret, key_id=key_id, previous_keys=previous, allowed_parameters=(DOWNLOAD,), clock=clock
    )


def signed_asset_url(
    signer: SignedURL,
    base_url: str,
    asset_id: str,
    *,
    expires_in: float,
    extension: str | None = None,
    is_download: bool = False,
    every_format: bool = False,
    not_before: int | None = None,
    network: str | None = None,
    countries: Collection[str] | None = None,
) -> SignedAssetUrl:
    """Return a URL of an asset that is valid for `expires_in` seconds; raise cdn.SigningError.

    `extension` names a format other than the original. With `every_format` the query of the URL is valid
    for all formats of the asset.
    """
    path = f"{PREFIX}{asset_id}"
    suffix = f".{extension}" if extension else ""
    url = signer.generate_signed_url(
        f"{base_url}{path}{suffix}{f'?{DOWNLOAD}' if is_download else ''}",
        expires_in,
        not_before=not_before,
        prefix=path if every_format else None,
        network=network,
        countries=countries,
    )
    expires_at = signer.check(url).expires
    assert expires_at is not None  # noqa: S101 - it is known of every URL whose signature holds
    return SignedAssetUrl(url, expires_at)
