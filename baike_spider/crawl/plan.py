"""What a crawl is asked to do: spider arguments and settings, checked before anything starts.

Comes in: strings as a person types them. Goes out: a frozen `Plan`, or `BadInput` / `NoContact` with the cure.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

from baike_spider.exits import BadInput, NoContact
from extractors import EntryRef, Site, entry_ref, entry_url, site_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scrapy.settings import BaseSettings

__all__ = [
    "ARGUMENTS",
    "PLACEHOLDER",
    "Follow",
    "Plan",
    "check_contact",
    "is_loopback",
    "make_plan",
    "named_site",
    "read_seed",
    "read_seeds",
]

logger = logging.getLogger(__name__)

Follow = Literal["none", "infobox", "summary", "page", "related"]
#: what a site holds -> which links can be followed, the default first
_FOLLOWS = {"entries": ("infobox", "summary", "page", "none"), "questions": ("related", "page", "none")}
#: spider -> the site that it crawls where none is named; its other sites hold the same
_SITES = {"zhidao": "baidu_zhidao"}
_SITE = "baidu_baike"
ARGUMENTS = ("seeds", "max_entries", "max_depth", "follow", "site", "refresh", "exclusive")
#: seeds that are told of by name when many are wrong
_WRONG_SEEDS = 20
#: of a number that is one
_DIGITS = 18
#: seconds
_UNITS = {"h": 3600, "d": 86400, "w": 7 * 86400}
#: the contact of our own examples, which reaches nobody
PLACEHOLDER = "you@example.org"
#: settings of scrapy-redis that are not read -> what does the same
_FORMER = {
    "SCHEDULER_FLUSH_ON_START": "`baike frontier purge FOLDER --yes` begins a new queue",
    "SCHEDULER_IDLE_BEFORE_CLOSE": "BAIKE_IDLE_SECONDS says for how long an empty queue is watched",
}
#: settings that are numbers, and the least of each
_NUMBERS = {
    "BAIKE_ARCHIVE_BYTES": 1,
    "BAIKE_BACKOFF_SECONDS": 0,
    "BAIKE_COMMIT_SECONDS": 0.01,
    "BAIKE_IDLE_SECONDS": 0,
    "BAIKE_LEASE_SECONDS": 3,
    "BAIKE_MAX_ATTEMPTS": 1,
    "BAIKE_PAUSE_SECONDS": 0,
    "BAIKE_REDIS_PATIENCE": 0,
    "BAIKE_REFUSALS_TO_STOP": 1,
    "BAIKE_REFUSAL_SECONDS": 0,
    "BAIKE_RETRY_SECONDS": 0,
    "BAIKE_SHARD_BYTES": 1,
    "CONCURRENT_REQUESTS": 1,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_TIMEOUT": 0.01,
}
_SWITCHES = ("BAIKE_SUMMARY", "SCHEDULER_PERSIST")
_CRAWL_NAME = re.compile(r"[\w.\-]{1,64}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Plan:
    """One crawl, as asked for."""

    crawl: str
    folder: Path
    site: Site
    mirror: str
    """Base address that stands in for the site's, "" for the site itself; no slash at the end."""
    seeds: tuple[EntryRef, ...]
    follow: Follow
    max_entries: int | None
    max_depth: int | None
    rich: bool = False
    """Whether questions are stored with all that their page says of them."""
    refresh_seconds: int | None = None
    """Entries that nobody has looked at for so long are fetched again; None: no refresh."""
    exclusive: bool = False
    """Whether the run is refused while another exclusive one is under way."""

    def fetch_url(self, ref: EntryRef) -> str:
        """Where the entry is fetched: the real address, or the mirror's."""
        url = entry_url(ref)
        place = self.mirror or self.site.fetch_base
        return place + url[len(self.site.base) :] if place else url

    def real_url(self, url: str) -> str:
        """The real site's address of a fetched one."""
        return self.site.base + url[len(self.mirror) :] if self.mirror and url.startswith(self.mirror) else url


def make_plan(spider: str, arguments: Mapping[str, str | None], settings: BaseSettings) -> Plan:
    """The plan of `scrapy crawl <spider> -a ...`. Raises BadInput, or NoContact for a live crawl without one."""
    unknown = sorted(set(arguments) - set(ARGUMENTS))
    if unknown:
        raise BadInput(f"unknown argument {', '.join(unknown)}; there are: {', '.join(ARGUMENTS)}")
    usual = _SITES.get(spider, _SITE)
    site = named_site(arguments.get("site") or usual)
    if site.holds != named_site(usual).holds:
        fitting = next((name for name in ("baike", *_SITES) if named_site(_SITES.get(name, _SITE)).holds == site.holds), spider)
        raise BadInput(f"site={site.name}: {site.title} holds {site.holds}; crawl it with `scrapy crawl {fitting}`")
    follow = arguments.get("follow") or _FOLLOWS[site.holds][0]
    if follow not in _FOLLOWS[site.holds]:
        raise BadInput(f"follow={follow!r}: choose one of {', '.join(_FOLLOWS[site.holds])}")
    crawl = settings.get("BAIKE_CRAWL") or spider
    if not _CRAWL_NAME.fullmatch(crawl) or crawl.startswith("."):
        raise BadInput(f"BAIKE_CRAWL={crawl!r}: a crawl's name is 1-64 letters, digits, `_`, `-` or `.`, and begins with no dot")
    plan = Plan(
        crawl=crawl,
        folder=Path(settings["BAIKE_OUTPUT"]) / crawl,
        site=site,
        mirror=_mirror(settings.get("BAIKE_MIRROR") or ""),
        seeds=tuple(read_seeds(arguments.get("seeds"), site)),
        follow=cast("Follow", follow),
        max_entries=_count(arguments, "max_entries", least=1),
        max_depth=_count(arguments, "max_depth", least=0),
        rich=_switch(settings, "BAIKE_RICH_QUESTIONS"),
        refresh_seconds=(refresh := _span(arguments, "refresh")),
        exclusive=_flag(arguments, "exclusive") or refresh is not None,
    )
    if plan.refresh_seconds is not None and site.holds != "entries":
        raise BadInput(f"refresh={arguments['refresh']!r}: {site.title} holds {site.holds}, and only entries are refreshed")
    _check_numbers(settings)
    _check_former(settings)
    return plan


def read_seeds(seeds: str | None, site: Site) -> Iterator[EntryRef]:
    """The entries that `seeds` names: `刘德华,https://baike.baidu.com/item/X/1`, or `@FILE` with one a line (# begins a comment)."""
    if seeds is None:
        return
    if seeds.startswith("@"):
        path = Path(seeds[1:])
        lines = [line.strip() for line in _read(path).splitlines()]
        named = [(f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    else:
        named = [("seeds", seed) for part in re.split(r"[,，\n]", seeds) if (seed := part.strip())]
    if not named:
        raise BadInput(f"seeds={seeds!r} holds no seed: give entry names, entry URLs, or @FILE with one a line")
    wrong: list[str] = []
    for where, seed in named:
        try:
            yield read_seed(seed, where=where, site=site)
        except BadInput as error:
            wrong.append(str(error))
    if wrong:
        more = f"\n... and {len(wrong) - _WRONG_SEEDS} more" if len(wrong) > _WRONG_SEEDS else ""
        raise BadInput("\n".join(wrong[:_WRONG_SEEDS]) + more)


def read_seed(seed: str, *, where: str, site: Site) -> EntryRef:
    """The entry that one name or entry URL means. Raises BadInput, which says `where` it stood."""
    if not seed.strip():
        raise BadInput(f"{where}: an empty seed; give a name or an entry URL")
    if any("\ud800" <= character <= "\udfff" for character in seed):
        raise BadInput(f"{where}: {seed!r} is not UTF-8 (a GBK terminal?); give it in UTF-8")
    host = urlsplit(site.base).netloc
    if "://" not in seed and not seed.lower().startswith((f"{host}/", f"//{host}/")):
        return site.named(seed)
    ref = entry_ref(seed if "://" in seed else f"https://{seed.lstrip('/')}")
    if ref is None or ref.site != site.name:
        raise BadInput(
            f"{where}: {seed} is no entry of {site.title} ({site.base}); give a name or an entry URL of that site, or choose site="
        )
    return ref


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise BadInput(f"seed file {path}: not a regular file; it is read twice, so save it first")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"seed file {path}: {error.strerror or error}; give seeds=@FILE with one name or URL a line") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"seed file {path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error


def named_site(name: str) -> Site:
    """The site of that name. Raises BadInput with the names there are."""
    try:
        return site_named(name)
    except KeyError as error:
        raise BadInput(f"site={name!r}: {error.args[0]}") from error


def _check_former(settings: BaseSettings) -> None:
    """Settings of scrapy-redis that would go unheard. Raises BadInput where the crawl would then run apart from the others."""
    if settings.get("REDIS_HOST") and not settings.get("REDIS_URL"):
        raise BadInput(
            "REDIS_HOST is not read: give REDIS_URL=redis://HOST:PORT/DATABASE, or this machine crawls alone with its embedded Redis"
        )
    for name, instead in _FORMER.items():
        if settings.get(name):
            logger.warning("%s is not read: %s", name, instead)


def _count(arguments: Mapping[str, str | None], name: str, *, least: int) -> int | None:
    text = arguments.get(name)
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS or int(text) < least:
        raise BadInput(f"{name}={text[:40]!r}: give a whole number from {least}")
    return int(text)


def _switch(settings: BaseSettings, name: str) -> bool:
    try:
        return settings.getbool(name)
    except ValueError:
        raise BadInput(f"{name}={settings.get(name)!r}: give 0 or 1") from None


def _span(arguments: Mapping[str, str | None], name: str) -> int | None:
    """Seconds of `30d`, `12h`, `2w`."""
    text = (arguments.get(name) or "").strip()
    if not text:
        return None
    number, unit = text[:-1], text[-1].lower()
    if unit not in _UNITS or not (number.isascii() and number.isdigit()) or len(number) > 6:
        raise BadInput(f"{name}={text!r}: give a whole number of hours, days or weeks, such as 12h, 30d or 2w")
    return int(number) * _UNITS[unit]


def _flag(arguments: Mapping[str, str | None], name: str) -> bool:
    text = (arguments.get(name) or "0").strip().lower()
    if text not in ("0", "1", "no", "yes", "false", "true"):
        raise BadInput(f"{name}={text!r}: give 1 or 0")
    return text in ("1", "yes", "true")


def _mirror(address: str) -> str:
    address = address.rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise BadInput(f"BAIKE_MIRROR={address!r}: give a base address such as http://127.0.0.1:8000")
    return address


def _check_numbers(settings: BaseSettings) -> None:
    for name, least in _NUMBERS.items():
        try:
            sound = least <= settings.getfloat(name) < inf
        except (TypeError, ValueError):
            sound = False
        if not sound:
            raise BadInput(f"{name}={settings.get(name)!r}: give a number from {least:g}")
    for name in _SWITCHES:
        _switch(settings, name)
    if settings.get("BAIKE_TRIPLES_FORMAT") not in ("jsonl", "tsv"):
        raise BadInput(f"BAIKE_TRIPLES_FORMAT={settings.get('BAIKE_TRIPLES_FORMAT')!r}: choose jsonl or tsv")


def check_contact(plan: Plan, contact: str) -> None:
    """Raises NoContact for a live crawl without a contact, or with the example's."""
    if is_loopback(plan.mirror or plan.site.base) or (contact and contact != PLACEHOLDER):
        return
    raise NoContact(
        f"a live crawl of {plan.site.title} needs a contact in its User-Agent; set one and run again: "
        f"export BAIKE_CONTACT={PLACEHOLDER}  (真站抓取须留联系方式)"
    )


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    return (urlsplit(url).hostname or "") in _LOOPBACK
