"""`/a/{asset_id}/embed`: an asset and nothing else, in a page that any site may put into a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.grants import grant
from delivery.problems import UNKNOWN_ASSET, Problem
from pages.document import NO_INDEX, Page, source_hash
from pages.markup import Markup, element, join
from pages.player import player
from sharelinks.open_graph import SITE_NAME
from sharelinks.share_media import media_of

if TYPE_CHECKING:
    from assets.record import AssetRecord

STYLE = Markup(
    "html,body{height:100%;margin:0}"
    "img,video{display:block;width:100%;height:100%;object-fit:contain}"
    "p{margin:0;padding:1rem;font:1rem/1.5 system-ui,sans-serif;background:#fff;color:#1b1f24}"
)


def embed_page(asset: AssetRecord | None) -> Page:
    """Return the page of an asset that everybody may see, and for any other the refusal that `/a/` gives.

    Its media come from wherever the page does.
    """
    if asset is None:
        return embed_refusal(UNKNOWN_ASSET)
    granted = grant(asset, None, is_signed=False)
    if isinstance(granted, Problem):
        return embed_refusal(granted)
    title = asset.title or SITE_NAME
    return _framed(200, title, player("", asset.asset_id, media_of(asset), title))


def embed_refusal(problem: Problem) -> Page:
    """Return the page that says in a frame why nothing is shown.

    It may be framed too: browsers would put their own error there and call the site that embeds broken.
    """
    return _framed(problem.status, SITE_NAME, element("p", None, problem.detail))


def _framed(status: int, title: str, shown: Markup) -> Page:
    text = join(
        Markup("<!DOCTYPE html>\n"),
        element(
            "html",
            {"lang": "en"},
            element(
                "head",
                None,
                element("meta", {"charset": "utf-8"}),
                element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
                element("title", None, title),
                NO_INDEX,
                element("style", None, STYLE),
            ),
            element("body", None, shown),
        ),
        "\n",
    )
    return Page(status, _headers(), text)


def _headers() -> dict[str, str]:
    """Return headers as strict as those of our other pages, except that every site may frame this one.

    Like them it is kept by no cache, so that a takedown counts in frames when it counts elsewhere.
    """
    policy = [
        "default-src 'none'",
        f"style-src '{source_hash(STYLE)}'",
        "img-src 'self'",
        "media-src 'self'",
        "form-action 'none'",
        "frame-ancestors *",
        "base-uri 'none'",
    ]
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "; ".join(policy),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
    }
