"""Every knob, with its unit and meaning. Each reads its default from the environment variable beside it.

Order of precedence: `scrapy crawl -s NAME=VALUE`, then the environment, then the value here.
"""

from __future__ import annotations

import math
import os
import sys

from extractors import __version__


def _env(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def _number(name: str, default: str) -> float:
    """A number of the environment. What is none ends the program as bad input does: no crawl can begin."""
    text = _env(name, default)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        print(f"{name}={text!r} in the environment: give a number", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    return number


# --- the crawl ---------------------------------------------------------------------------------------------------

#: folder that holds one folder a crawl
BAIKE_OUTPUT = _env("BAIKE_OUTPUT", "output")
#: name of the crawl: its folder, its keys in Redis; the same name continues it. Default: the spider's name
BAIKE_CRAWL = _env("BAIKE_CRAWL", "")
#: base address that stands in for the site's own (`http://127.0.0.1:8000`); entry identities stay those of the real site
BAIKE_MIRROR = _env("BAIKE_MIRROR", "")
#: a mail address or web page that reaches you, sent in the User-Agent; a live crawl refuses to start without one
BAIKE_CONTACT = _env("BAIKE_CONTACT", "")
#: bytes of one compressed shard before the next begins
BAIKE_SHARD_BYTES = int(_number("BAIKE_SHARD_BYTES", str(64 << 20)))
#: `tsv` (columns of output/README.md) or `jsonl` (the same fields, verbatim, at twice the cost)
BAIKE_TRIPLES_FORMAT = _env("BAIKE_TRIPLES_FORMAT", "tsv")
#: 1: questions are stored with detail, time, number of answers and the best one behind `url`, `question`, `tags`
BAIKE_RICH_QUESTIONS = _env("BAIKE_RICH_QUESTIONS", "0")
#: 1: every response is kept in output/<crawl>/warc/, to be extracted again; 0: none is
BAIKE_ARCHIVE = bool(_number("BAIKE_ARCHIVE", "1"))
#: bytes of one WARC file before the next begins
BAIKE_ARCHIVE_BYTES = int(_number("BAIKE_ARCHIVE_BYTES", str(1 << 30)))
#: a crawl's folder, or one of WARC files, that answers instead of the network; empty: the network
BAIKE_REPLAY = _env("BAIKE_REPLAY", "")
#: seconds between two durable commits; what a killed worker fetches again at most
BAIKE_COMMIT_SECONDS = _number("BAIKE_COMMIT_SECONDS", "1")

#: 1: `scrapy crawl` prints its report, one JSON object, as the last line of standard output
BAIKE_SUMMARY = _env("BAIKE_SUMMARY", "0")

# --- the frontier ------------------------------------------------------------------------------------------------

#: redis://, rediss:// or unix:// address; empty: an embedded Redis is started in the crawl's folder
REDIS_URL = _env("REDIS_URL", "")
#: seconds a worker may hold an entry without a sign of life before another takes it
BAIKE_LEASE_SECONDS = _number("BAIKE_LEASE_SECONDS", "120")
#: failures after which an entry goes to the dead letters
BAIKE_MAX_ATTEMPTS = int(_number("BAIKE_MAX_ATTEMPTS", "5"))
#: seconds before an entry that failed is tried again; doubled with every failure
BAIKE_RETRY_SECONDS = _number("BAIKE_RETRY_SECONDS", "30")
#: seconds for which a drained queue is watched for more (`redis-cli lpush baike:start_urls URL`) before the crawl ends
BAIKE_IDLE_SECONDS = _number("BAIKE_IDLE_SECONDS", "0")

#: seconds for which a run waits for a Redis that went away before it ends with exit code 3; nothing is lost
BAIKE_REDIS_PATIENCE = _number("BAIKE_REDIS_PATIENCE", "600")
#: 1: the queue stays in Redis when the crawl is finished. 0: it is cleared by the last worker of a crawl that finished by itself, without dead letters
SCHEDULER_PERSIST = _env("SCHEDULER_PERSIST", "1")

# --- manners -----------------------------------------------------------------------------------------------------

#: seconds between two requests to one host, of all workers of the crawl together; robots.txt, redirects and retries count
DOWNLOAD_DELAY = _number("BAIKE_DELAY", "1")
# that pace is kept in Redis: Scrapy's own, which knows one process, must not add to it
DOWNLOAD_SLOTS = {"gate": {"delay": 0, "concurrency": 1024}}
#: longest interval in seconds between two requests that the back-off from 429, 503 and refusals reaches
BAIKE_BACKOFF_SECONDS = _number("BAIKE_BACKOFF_SECONDS", "60")
#: longest pause in seconds that a Retry-After is granted; then the host is asked again
BAIKE_PAUSE_SECONDS = _number("BAIKE_PAUSE_SECONDS", "3600")
#: requests under way at once
CONCURRENT_REQUESTS = int(_number("BAIKE_CONCURRENCY", "8"))
# one site is all that a crawl has: CONCURRENT_REQUESTS alone is the limit
CONCURRENT_REQUESTS_PER_DOMAIN = 1024
#: refusals (verification pages, 403) in a row, over all workers, after which every worker stops with reason `refused`
BAIKE_REFUSALS_TO_STOP = int(_number("BAIKE_REFUSALS_TO_STOP", "5"))
#: seconds before a refused entry is asked for again
BAIKE_REFUSAL_SECONDS = _number("BAIKE_REFUSAL_SECONDS", "60")
ROBOTSTXT_OBEY = True
#: seconds until a request counts as failed
DOWNLOAD_TIMEOUT = _number("BAIKE_TIMEOUT", "30")
USER_AGENT = f"baike-spider/{__version__} (+{BAIKE_CONTACT or 'contact not set'})"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9",
}

# --- wiring: not meant to be changed -----------------------------------------------------------------------------

BOT_NAME = "baike_spider"
SPIDER_MODULES = ["baike_spider.spiders"]
NEWSPIDER_MODULE = "baike_spider.spiders"
COMMANDS_MODULE = "baike_spider.commands"
SCHEDULER = "baike_spider.frontier.scheduler.FrontierScheduler"
ITEM_PIPELINES = {"baike_spider.pipelines.shards.ShardPipeline": 900}
DOWNLOADER_MIDDLEWARES = {
    "baike_spider.downloader.contact.ContactMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "baike_spider.downloader.robots.RobotsMiddleware": 100,
    "baike_spider.downloader.offsite.OffsiteRedirectMiddleware": 610,
    "baike_spider.downloader.conditions.ConditionsMiddleware": 620,
    "baike_spider.downloader.manners.MannersMiddleware": 950,
    # next to the network: the bytes as served, before anything undoes their encoding
    "baike_spider.downloader.tap.ArchiveTap": 990,
    # what a crawl of one site by leases has no use for: each is paid for by every page
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    "baike_spider.pipelines.verdicts.VerdictMiddleware": 50,
    # these look at requests that callbacks yield, of which ours yield none, and at statuses, which are verdicts here (the redirects want the one for Referer)
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
# Scrapy starts so many tasks a page, whatever the page yields, and ours yield one item
CONCURRENT_ITEMS = 1
# it decodes every page to look for a tag that sends browsers elsewhere; a page that does is no entry, and the extractors say so
METAREFRESH_ENABLED = False
SPIDER_CONTRACTS = {
    "baike_spider.spiders.contracts.SavedPageContract": 10,
    "baike_spider.spiders.contracts.EntryContract": 20,
    "baike_spider.spiders.contracts.QuestionContract": 30,
}
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = _env("BAIKE_LOG_LEVEL", "INFO")
LOGSTATS_INTERVAL = 60.0
COOKIES_ENABLED = False
# what is not an entry is a verdict of the extractors, which need the body to say so
HTTPERROR_ALLOW_ALL = True
# one quick retry for a torn connection; lasting failures go back to the frontier, where any worker may try later
RETRY_TIMES = 1
RETRY_HTTP_CODES: list[int] = []
DOWNLOAD_MAXSIZE = 32 << 20
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
