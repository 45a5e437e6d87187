"""Which saved page answers which address.

Comes in: folders of saved pages. Goes out: `Catalog.find(target)`: the file to answer with, or where to redirect to. It keeps a small
record a page (about a kilobyte with its keys), never a page. Built once, then only read.

Addresses of entries are looked up by the entry they mean, so that every spelling leads to one page: `/item/<title>/<id>` by the id
alone, `/item/<title>` by title, `/view/<old id>.htm` where a page is known under it, a synonym by a redirect to the entry
it belongs to. Every other address is looked up by path and query, then by path.

A page is also found under the lemma id and title that its own content says, because links to it use those: it may have been saved
from a plain title, a search, an old or a synonym's address.

Several pages for one address: a page saved from an entry's address before one that only its content places there, a page that is no
refusal before one that is, then the one captured last, then the first named. For a plain title: a page saved under the plain title
itself, then one saved under title and id, then any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from baike_spider.exits import BadInput
from baike_spider.mirror.identity import Identity, identity_of
from baike_spider.mirror.saved import SavedPage, saved_pages
from extractors import EntryRef, entry_ref, entry_url, sites
from extractors.urls import decode_segment, spell_segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["ERROR_PATH", "READ_ALL", "Answer", "Catalog"]

#: where the real site sends whoever asks for an entry that is not there
ERROR_PATH = "/error.html"
#: up to so many pages, every page is read at start, about a millisecond each; beyond, only those whose address names no lemma id
READ_ALL = 10_000
#: the one query that makes another page of an entry's address: it asks for the list of senses
_ASKS_FOR_SENSES = "force="
#: `kind` of pages by which a site refused, as indexes call them
_REFUSALS = frozenset({"antibot", "refusal", "refused"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer with: a file, or a redirect."""

    file: str
    """Absolute path; "" for a redirect."""
    status: int = 200
    content_type: str = ""
    """"" when it is to be seen from the file."""
    location: str = ""
    """Path and query to redirect to, percent-encoded."""


@dataclass(slots=True)
class Catalog:
    """The saved pages by address, and counts of what could not be given one."""

    exact: dict[str, Answer] = field(default_factory=dict)
    """By path and query, one spelling."""
    paths: dict[str, Answer] = field(default_factory=dict)
    """By path alone; no addresses of entries."""
    entries: dict[tuple[str, int | str], Answer] = field(default_factory=dict)
    """By (site, key of an entry's address): lemma id, plain title or old path."""
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    """(site, synonym) -> canonical URL of the entry."""
    files: int = 0
    unaddressed: list[str] = field(default_factory=list)
    """Files that neither an index nor their own content gives an address."""
    absent: list[str] = field(default_factory=list)
    """Files that an index names and that are not there."""

    @classmethod
    def of(cls, folders: Iterable[Path]) -> Catalog:
        """The catalog of all pages under `folders`. Raises BadInput for a folder that is missing or holds no page."""
        catalog = cls()
        pages = [page for folder in folders for page in saved_pages(folder, catalog.absent)]
        pages.sort(key=lambda page: page.captured[:10], reverse=True)  # a stable sort: equals stay in their order
        pages.sort(key=lambda page: page.kind in _REFUSALS)
        read_all = len(pages) <= READ_ALL
        places = [_Place.of(page, identity_of(page, read_always=read_all)) for page in pages]
        for place in places:
            catalog._put_address(place)
        for place in sorted(places, key=lambda place: place.named is None):
            catalog._put_identity(place)
        for place in sorted(places, key=lambda place: place.distance_from_plain):
            catalog._put_title(place)
        catalog.files = len({place.answer.file for place in places if place.answer.file}) - len(catalog.unaddressed)
        if not catalog.exact and not catalog.entries:
            raise BadInput(f"{', '.join(map(str, folders))}: no saved page with a known address: an index.jsonl beside them can name it")
        return catalog

    def find(self, target: str, host: str = "") -> Answer | None:
        """The answer to a request for `target` (path and query as sent); None when there is none.

        An entry that is not there is answered as the real site does: by a redirect to `ERROR_PATH`.
        """
        path, mark, query = target.partition("?")
        known = self.exact.get(_one_spelling(path, query))
        if known is not None:
            return known
        refs = list(_refs(path, query if mark else "", host))
        for ref in refs:
            known = self.entries.get((ref.site, ref.key)) or self._synonym(ref)
            if known is not None:
                return known
        if refs:
            return Answer("", 302, location=ERROR_PATH)
        return self.paths.get(_one_spelling(path, ""))

    def _synonym(self, ref: EntryRef) -> Answer | None:
        url = self.aliases.get((ref.site, ref.title)) if ref.lemma_id is None and not ref.path else None
        return Answer("", 302, location=f"{_location(url)}?fromtitle={quote(ref.title, safe='')}") if url else None

    def _put_address(self, place: _Place) -> None:
        """Under the address it was saved from."""
        ref, url = place.named, place.url
        if not url and not place.identity.refs:
            self.unaddressed.append(place.answer.file)
        parts = urlsplit(url)
        if url and (ref is None or (parts.query and not place.refusal)):
            self.exact.setdefault(_one_spelling(parts.path, parts.query), place.answer)
        if url and ref is None:
            self.paths.setdefault(_one_spelling(parts.path, ""), place.answer)
        if ref is not None and (ref.lemma_id is not None or ref.path):
            self.entries.setdefault((ref.site, ref.key), place.answer)

    def _put_identity(self, place: _Place) -> None:
        """Under the lemma id that the page itself says: it may have been saved from an old or a synonym's address."""
        for ref in place.identity.refs:
            if ref.lemma_id is not None or ref.path:
                self.entries.setdefault((ref.site, ref.key), place.answer)

    def _put_title(self, place: _Place) -> None:
        """Under its plain title, and its synonyms as ways to it."""
        for ref in (place.named, *place.identity.refs):
            if ref is not None and ref.title and not place.refusal:
                self.entries.setdefault((ref.site, ref.title), place.answer)
        for ref in place.identity.refs[:1]:
            for alias in place.identity.aliases:
                self.aliases.setdefault((ref.site, alias), entry_url(ref))


class _Place(NamedTuple):
    """A page on its way into the catalog."""

    url: str
    named: EntryRef | None
    """The entry that its address means."""
    identity: Identity
    answer: Answer
    refusal: bool
    distance_from_plain: int
    """0: saved under the plain title; 1: under title and id, or an old address; 2: under no entry's address (a search, an old
    version), or as the list of senses that a query asks for."""

    @classmethod
    def of(cls, page: SavedPage, identity: Identity) -> _Place:
        named = entry_ref(page.url) if page.url else None
        answer = Answer(page.file, page.status, page.content_type, _location(page.redirect) if page.redirect else "")
        distance = 0 if named is not None and named.title and named.lemma_id is None else 1
        if named is None or urlsplit(page.url).query.startswith(_ASKS_FOR_SENSES):
            distance = 2
        return cls(page.url, named, identity, answer, page.kind in _REFUSALS, distance)


def _refs(path: str, query: str, host: str) -> Iterator[EntryRef]:
    """The entries that the address may mean: of the site whose host was asked for, else of any site."""
    every = sites().values()
    asked = [site for site in every if host.partition(":")[0].lower() in site.hosts]
    for site in asked or every:
        ref = site.read_path(path, query)
        if ref is not None:
            yield ref


def _one_spelling(path: str, query: str) -> str:
    """One text for every percent spelling of an address."""
    spelled = "/".join(spell_segment(decode_segment(segment)) for segment in path.split("/"))
    return f"{spelled}?{spell_segment(decode_segment(query))}" if query else spelled


def _location(url: str) -> str:
    """Path and query of an address, as a Location header can hold them."""
    parts = urlsplit(url)
    return quote(parts.path or "/", safe="/%!$&'()*+,-.:;=@_~") + (
        f"?{quote(parts.query, safe='/%!$&()*+,-.:;=@_~?')}" if parts.query else ""
    )
