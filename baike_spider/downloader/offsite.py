"""Redirects that leave the site are refusals (the captcha lives on another host): they are not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from extractors import entry_ref

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

__all__ = ["OffsiteRedirectMiddleware"]


class OffsiteRedirectMiddleware:
    """Marks the request so that Scrapy hands the redirect to the spider, which calls it a refusal."""

    def process_response(self, request: Request, response: Response) -> Response:
        location = response.headers.get("Location")
        if location and 300 <= response.status < 400 and request.meta.get("lease") is not None:
            target = urljoin(request.url, location.decode("latin-1"))
            if urlsplit(target).hostname != urlsplit(request.url).hostname and entry_ref(target) is None:
                request.meta["dont_redirect"] = True
        return response
