"""One of every page, filled with a record and a text of the test's choice."""

from __future__ import annotations

from dataclasses import replace

from moderating.grounds import Ground
from pages.info import info_page
from pages.interstitial import link_page
from pages.password import password_form
from pages.problems import blocked, busy, expired, gone, not_found, problem, too_many
from pages.share import share_page
from pages.unfurl import unfurl_page
from sharelinks import LinkRecord, ShareMedia

BASE = "https://gifdist.io"
NOW = 1_800_000_000.0
URL_LINK = LinkRecord("Ab12Cd34", "https://example.com/cats?a=1&b=2", NOW, title="Cats & dogs")
ASSET_LINK = LinkRecord("Ab12Cd34", "asset:abc", NOW, asset_id="abc", title="Funny Cat", tags=("cat",))


def every_page(text="Cats & dogs", target="https://example.com/cats?a=1&b=2"):
    """Return all pages by name; `text` stands wherever a stranger's words can be, `target` for addresses."""
    link = replace(URL_LINK, title=text, description=text, tags=(text,), target=target)
    asset = replace(ASSET_LINK, title=text, description=text, tags=(text,))
    return {
        "not found": not_found(text),
        "no code": not_found(None, text),
        "expired": expired(text),
        "gone": gone(text, text),
        "blocked": blocked(text, Ground(text, is_automatic=False), appeal_to=target),
        "busy": busy(),
        "too many": too_many(30),
        "problem": problem(405, text, text, {"allow": "GET, HEAD"}),
        "password": password_form(),
        "wrong password": password_form(True, 30),
        "info": info_page(link, BASE, now=NOW, clicks=3),
        "interstitial": link_page(link, target, BASE),
        "share": share_page(asset, BASE, ShareMedia("gif", 480, 270), oembed_url=target),
        "share, picture": share_page(asset, BASE, ShareMedia("png")),
        "share, unlisted": share_page(asset, BASE, ShareMedia("webm", 480, 270), is_listed=False),
        "unfurl": unfurl_page(link, BASE),
        "unfurl, asset": unfurl_page(asset, BASE, ShareMedia("gif", 480, 270), target),
    }
