"""The sites we can read. Every module or package in this folder is one site; there is no list to edit.

A site module says how its entries are addressed (`SITE`) and holds its layouts (`LAYOUT`s, found by `extractors.layouts`).
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from extractors.urls import EntryRef, absolute

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Site", "canonical_url", "entry_ref", "entry_url", "link_target", "site_named", "site_of", "sites"]

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def _no_link(_href: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Site:
    """How one site addresses its entries."""

    name: str
    title: str
    """What people call it, for messages."""
    base: str
    """`https://host` (`http://` where canonical addresses have it), no slash at the end."""
    hosts: frozenset[str]
    """Every host whose entries are this site's, old and mobile ones included."""
    read_path: Callable[[str, str], EntryRef | None]
    """(path, query) of a URL -> the entry it addresses, or None when it is no entry's address."""
    find_refs: Callable[[bytes, int, int], Sequence[EntryRef]]
    """(UTF-8 bytes of a page, from, to) -> the entries that the links between lead to, in reading order, repeats and all."""
    read_link: Callable[[str], tuple[str, int | None] | None] = _no_link
    """A short cut for links that need no reading: href -> canonical address and id, or None when it is not for it."""
    prefix: str = "/item/"
    """What stands before an entry's locator in its path."""
    suffix: str = ""
    """What stands behind it."""
    holds: Literal["entries", "questions"] = "entries"
    """What its pages become."""
    fetch_base: str = ""
    """`https://host` to fetch from, where the canonical `base` is another; "" for `base`."""
    read_name: Callable[[str], EntryRef] | None = None
    """What a bare name stands for that a person types as a seed; None: the title of an entry."""

    missing_paths: tuple[str, ...] = ()
    """Beginnings of the paths that the site leads to instead of a page that it does not have."""

    def locate(self, locator: str) -> EntryRef | None:
        """The reference that `EntryRef.locator` was made from."""
        path, _, query = locator.partition("?") if locator.startswith("/") else (self.prefix + locator, "", "")
        return self.read_path(path, query)

    def named(self, name: str) -> EntryRef:
        """What a bare name stands for."""
        return self.read_name(name) if self.read_name else EntryRef(self.name, " ".join(name.split()))


@cache
def sites() -> dict[str, Site]:
    """Every site by name, in the order of their names."""
    found: dict[str, Site] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        site = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SITE", None)
        if isinstance(site, Site):
            found[site.name] = site
    return found


def site_named(name: str) -> Site:
    """The site of that name. Raises KeyError with the names there are."""
    try:
        return sites()[name]
    except KeyError:
        raise KeyError(f"no site {name!r}; there are: {', '.join(sites())}") from None


@cache
def _site_by_host() -> dict[str, Site]:
    return {host: site for site in sites().values() for host in site.hosts}


def site_of(url: str) -> Site | None:
    """The site that a URL lies on; None when it is none of ours."""
    parts = _parts(url, url)
    return _site_by_host().get(parts[0]) if parts else None


def entry_ref(url: str, *, base: str = "") -> EntryRef | None:
    """The entry that a URL addresses in any spelling; None when it is of no known site or no entry's address."""
    if url[:1] == "/" != url[1:2] and _is_plain(url) and (above := _site_above(base)):
        path, _, query = url.partition("#")[0].partition("?")
        return above.read_path(path, query)
    parts = _parts(url, base or url)
    site = _site_by_host().get(parts[0]) if parts else None
    return site.read_path(parts[1], parts[2]) if site and parts else None


def _is_plain(url: str) -> bool:
    """Whether an address holds nothing that needs resolving: dot segments, parameters, white space, back slashes."""
    return url.isprintable() and "/." not in url and ";" not in url and " " not in url and "\\" not in url


@lru_cache(maxsize=256)
def _site_above(base: str) -> Site | None:
    parts = _parts(base, base)
    return _site_by_host().get(parts[0]) if parts else None


def _parts(url: str, base: str) -> tuple[str, str, str] | None:
    """Host, path and query of an address; None when it is no web address. Nearly all are plain, and need no `urljoin`."""
    if _is_plain(url) and url.startswith(("https://", "http://")):
        host, _, path = url.partition("//")[2].partition("/")
        if host in _site_by_host() or _HOST.fullmatch(host):
            path, _, query = path.partition("#")[0].partition("?")
            return host, "/" + path, query
    address = absolute(url, base)
    if not address:
        return None
    parts = urlsplit(address)
    return parts.hostname or "", parts.path, parts.query


def link_target(href: str, base: str) -> tuple[str, int | None]:
    """Where a link leads: its canonical address ("" when it is none) and the lemma id that it names."""
    above = _site_above(base)
    # nearly all links are of the plainest kind
    return (above and above.read_link(href)) or _other_target(href, base)


@lru_cache(maxsize=4096)
def _other_target(href: str, base: str) -> tuple[str, int | None]:
    ref = entry_ref(href, base=base)
    if ref is None:
        return canonical_url(href, base=base), None
    return entry_url(ref), ref.lemma_id if site_named(ref.site).holds == "entries" else None


def entry_url(ref: EntryRef) -> str:
    """The canonical URL of an entry."""
    site = site_named(ref.site)
    locator = ref.locator
    return site.base + (locator if ref.path else site.prefix + locator + site.suffix)


def canonical_url(url: str, *, base: str = "") -> str:
    """The one spelling of a page's address: entries canonical, other addresses absolute and https without fragment, "" when no address."""
    ref = entry_ref(url, base=base)
    if ref is not None:
        return entry_url(ref)
    return absolute(url, base or url).partition("#")[0]
