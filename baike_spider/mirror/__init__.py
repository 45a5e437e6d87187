"""A loopback server that answers with saved pages under the paths of their real addresses.

Comes in: folders of saved pages. Goes out: HTTP, as the real site would answer, so that the same spider with `BAIKE_MIRROR`
set crawls them and every entry keeps its real identity. It fetches nothing and changes nothing.
"""

from baike_spider.mirror.background import Mirror, serve
from baike_spider.mirror.catalog import Answer, Catalog
from baike_spider.mirror.command import run_with
from baike_spider.mirror.server import ALLOW_ALL

__all__ = ["ALLOW_ALL", "Answer", "Catalog", "Mirror", "run_with", "serve"]
