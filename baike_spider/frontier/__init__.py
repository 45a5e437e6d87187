"""The frontier room: the crawl's queue in Redis, and a Redis when there is none.

The door for the rest of the shell; `redis` is imported in no other room. The Scrapy adapter is `scheduler.py`, not imported here.
"""

from baike_spider.frontier.embedded import EmbeddedServer
from baike_spider.frontier.errors import FrontierError, FrontierLost, FrontierMisconfigured, FrontierUnreachable, ServerNotStarted
from baike_spider.frontier.frontier import Frontier
from baike_spider.frontier.item import Key
from baike_spider.frontier.lease import Candidate, Lease, Revisit
from baike_spider.frontier.status import Counts, DeadLetter, FrontierStatus, HostStatus, WorkerStatus
from baike_spider.frontier.throttle import Grant, HostState, Report, Throttle, Trouble
from baike_spider.frontier.worker import is_alive, worker_name

__all__ = [
    "Candidate",
    "Counts",
    "DeadLetter",
    "EmbeddedServer",
    "Frontier",
    "FrontierError",
    "FrontierLost",
    "FrontierMisconfigured",
    "FrontierStatus",
    "FrontierUnreachable",
    "Grant",
    "HostState",
    "HostStatus",
    "Key",
    "Lease",
    "Report",
    "Revisit",
    "ServerNotStarted",
    "Throttle",
    "Trouble",
    "WorkerStatus",
    "is_alive",
    "worker_name",
]
