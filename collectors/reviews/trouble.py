"""What went wrong with a page, as an event: told by a response or by an error.

``what`` is one of: limited, robots, forbidden, private, captcha, gone, failed, offsite,
redirects, too_large, markup.
"""

from __future__ import annotations

from typing import Any

from collectors._http import retry_after
from collectors._scrapy import Event
from otklik.network import PrivateAddress


def trouble_of_response(response: Any) -> Event | None:
    """Why a response is no page to read; None where it is one."""
    status = int(response.status)
    told = f"{status} for {response.url}"
    header = response.headers.get("Retry-After")
    if status == 429 or (status == 503 and header is not None):
        seconds = retry_after(header.decode("latin-1") if header else None)
        return {"what": "limited", "message": told, "retry_after": seconds}
    if 200 <= status < 300:
        if not response.body.strip():
            return {"what": "failed", "message": f"{told}, and nothing in it"}
        return None
    if status in (401, 403, 407, 451):
        return {"what": "forbidden", "message": told}
    if status in (404, 410):
        return {"what": "gone", "message": told}
    return {"what": "failed", "message": told}


def trouble_of_error(error: BaseException) -> Event:
    """Why a page did not come."""
    told = f"{type(error).__name__}: {str(error)[:300]}"
    if isinstance(error, PrivateAddress):
        return {"what": "private", "message": str(error)}
    for words, what in (
        ("robots.txt", "robots"),
        ("redirections", "redirects"),
        ("offsite", "offsite"),
        ("larger than", "too_large"),
        ("exceeded DOWNLOAD_MAXSIZE", "too_large"),
    ):
        if words in str(error):
            return {"what": what, "message": told}
    return {"what": "failed", "message": told}
