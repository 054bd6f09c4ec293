"""The picture that previews show of videos that have none: a play button of 1200 x 630 pixels."""

from __future__ import annotations

import base64

KEPT_SECONDS = 7 * 86_400
HEADERS = {
    "Content-Type": "image/png",
    "Cache-Control": f"public, max-age={KEPT_SECONDS}",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAABLAAAAJ2AQMAAAB1jukfAAAABlBMVEUXGiHo6vA3t6T2AAAGPElEQVR42u2dTY6sNhhFCzFgSBYQ"
    "xUthadTSWApLYMgA4fx0dfP3maijpO+t6JzR03tPqiP787WpMvbjAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAA8D+mzXnys0r5D2Y3qyb/xWimlV/YFdYHk2VjeTVXu2k5NVe/aa0+VnXeMXhl1iezYx8a9eKhD316sT1quYzF"
    "7qi12GWpU6LWZ63BsbRciqs7ay2WpeVRXPVVazAqrXmbhByKK+1UWp9psd/PhL3LtFgdyulVaE+Til+OaTGYVPx4fDCbPCp+PZXa"
    "7FHx06n19DV/rqXaIuerS+P0DkOxuZRScvguor1INA5DMV0ryWEodtf1VWew5Ap6rNUPxSqYamr9UIwUKv2s2ESR3ssToo1GXZIn"
    "RGjQyhOij8qolk/WcRaoE6KK26UXJ0QdV1ESJ0QTj7lWnBCFz2/ECZHiIqrECdEVhpx4DdEVAqrXapU+vtPmaam0W2meVqUgaKR5"
    "Wpdis5bmabFRKmmelktImqdtccD1Sq1UjKdOGfPlD0/KPC13VavM0/J4a5R5Wk6nWqhVlbO8Esb8XZMIY765qeteF/PNTQp0Oq32"
    "JjOTLubvPrrVxbyp1l39NLrZp78JgVo3+/Q3kVnptG4nGN3s46l130+9alKsbwdbp5oU69toSiqt5u+0RpXWdDtharR2H/zLd6V/"
    "RutXI61dUf/23QHxM1rp6aPVbYGZxihsF5XWV8PN0eyj0ep3WkuktYq01q3Mbv/5hxcQO63hrjF/WGvZtMa70vvhdc28ac1Rfjzl"
    "WquLVr2bXSKFVrOyOWkNJlrNbuUSPcg2mpXNSWvx0Rp2WjnoZIVWe9J63tSeUGv00NqHQgp+Ba40C66z1mqjtf/zteY1Wt1Za7BY"
    "B3a7bkvR7sneQ2ux0OrPWqvF8nTfGCnavN+ZaI0OWvvxn6LN+0myar5qLZ5a2UNrOmsN57lc8oRx0RrPWk8LrdlTa7XQGs9aR41G"
    "oVVHWkNpsa/Vmhy0hovWUvwfUq0s12pCraf6QTHWGg20nletuRQhWq3VUyurtdpYayhMT2KtSa/1CLTmwopMrLV6au0D1Ulr1Gql"
    "gtak/crm8AtBCs+o6I20sqnW4Kk1emrNnlqrp9YWqF5ag1KrK2pNm9Yi0FoKWkv4X+Ra2VTr6ak1emrNnlqLp1Y21Ro8tSZPrdlT"
    "a0Xr/TtxIiDePk5NJx/Tqdp0YWO6DPRcNIsfMSwfyEwfX9/tYd/0qxHTL5JGT63BU+thqSX/Atzy5wLTH1fe66co0x/uDH7mfAZa"
    "Bj8KR1qDWMt0w8Fbbc9w2MwyXLX2HkY7kp5qLdNtZb6b8MaLlsWWxavWINcy3Q7ru3n4XbZaj3ot0238vi89vMkrIhYv1Ji+fmT7"
    "spblq22mLwLavjZp+ZKp6Su5vi8wH7RMXvc2fTne9CgB04MXfI+p2Gu5HOphegSK6YExpsfrmB5GZHp0k+tBV6bHgpkeomZ65Jzp"
    "AX2mxxmaHv5oelSm6cGipsewmh5aa3rEr+mByKbHR3MG+HeXEM9/1sP/tdZwMx5UWqaXBHDTwzfnasfrOkwvNzG9Csb04hzTa4ZM"
    "L2VyvcLK9MIv0+vRTC+TM716z/SiQtNrHU0vwTS9MtT0glXX62hNL+81verY9GJo02u0TS8dN72i3fRC+0cOh2LWpulHuwxR165S"
    "rRTVfCvOh4JBEufDR0KsUc+OUq062BNYZXE+xAqRqiIhpmu9afPhYw2x/O1fSRIiXxtwFmu1l+25TZbnw0tivrTfKNaqLvtze4OB"
    "+FFJ+4ios8FAfDXOdCq2Va513mXdOwzEV+tsJd5kh4H4WUvLPkvVM+LXUPwSqXO2GIivYvqsrj57VPzXyzTTVmgGFf+l8qdL+D6g"
    "tOZzeDaLPOfDY3/kS67woCuP4ore23cqLovSuhaXh9W5uBYTrdaxtC7FZVJanzNhzjYT4mFa9JkQg1606cNDL/r04WEsTkZaD7ss"
    "PTWXVWNtzeVl9XoQk3/3EGfX/LCjtSssAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAf5ff"
    "Abqux1F4jGiZAAAAAElFTkSuQmCC"
)


def video_picture() -> bytes:
    """Return the PNG that is delivered at `sharelinks.share_media.VIDEO_PICTURE_PATH`."""
    return base64.b64decode(_PNG)
