"""From what a layout has read to an `Entry`: rows put together, identity and provenance filled in.

Comes in: a `Document` and the parts that a layout found in it. Goes out: rows with their values, and the entry. Everything
that is the same for every layout stands here once; nothing here looks at markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from extractors.model import Entry, Link, Relation, Row, Sense, Value
from extractors.sites import canonical_url, entry_url
from extractors.text import tidy
from extractors.urls import EntryRef
from extractors.values import read_values
from extractors.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractors.document import Document

__all__ = ["Cell", "Infobox", "assemble", "infobox"]


class Cell(NamedTuple):
    """One row as a layout sees it, before its values are read."""

    name: str
    """Tidy; "" for a row that continues the one above."""
    text: str
    links: tuple[Link, ...] = ()
    images: tuple[str, ...] = ()
    values: tuple[Value, ...] | None = None
    """Where the page types its values itself; None to have them read from the text."""


class Infobox(NamedTuple):
    """The rows of a page and the pictures in them."""

    rows: tuple[Row, ...] = ()
    images: tuple[str, ...] = ()


_NO_BOX = Infobox()


def infobox(cells: Iterable[Cell]) -> Infobox:
    """Rows with their values. A cell without a name continues the row above; one without text and pictures says nothing and is left out."""
    joined = list(cells)
    if not all(cell.name for cell in joined):
        joined = _with_continued(joined)
    rows = [
        Row(name, text, read_values(name, text, links) if values is None else values, links)
        for name, text, links, _, values in joined
        if text
    ]
    return Infobox(tuple(rows), tuple(dict.fromkeys(image for cell in joined for image in cell.images)))


def _with_continued(cells: list[Cell]) -> list[Cell]:
    groups: list[list[Cell]] = []
    for cell in cells:
        if cell.name:
            groups.append([cell])
        elif groups:
            groups[-1].append(cell)
    return [group[0] if len(group) == 1 else _joined(group) for group in groups]


def _joined(cells: list[Cell]) -> Cell:
    typed = all(cell.values is not None for cell in cells)
    return Cell(
        cells[0].name,
        "\n".join(cell.text for cell in cells if cell.text),
        tuple(link for cell in cells for link in cell.links),
        tuple(image for cell in cells for image in cell.images),
        tuple(value for cell in cells for value in cell.values or ()) if typed else None,
    )


def assemble(  # noqa: PLR0913 - one argument a field that a layout may find
    document: Document,
    *,
    site: str,
    layout: str,
    title: str,
    url: str = "",
    sense: str | None = None,
    lemma_id: int | None = None,
    aliases: Iterable[str] = (),
    summary: str = "",
    summary_links: tuple[Link, ...] = (),
    tags: Iterable[str] = (),
    updated: str | None = None,
    box: Infobox = _NO_BOX,
    senses: tuple[Sense, ...] = (),
    relations: tuple[Relation, ...] = (),
    images: Iterable[str] = (),
) -> Entry:
    """The entry of a page. Where the page does not say its id, the id in its address serves, when that names this entry.

    `url` is for sites whose entries have another address than their title.
    """
    page, ref = document.page, document.ref
    if lemma_id is None and ref is not None and ref.site == site and ref.title in ("", title):
        lemma_id = ref.lemma_id
    names = [tidy(alias) for alias in (*aliases, *_names_in_query(page.url))]
    return Entry(
        site=site,
        layout=layout,
        source=page.source,
        url=url or _url(document, site, title, lemma_id),
        lemma_id=lemma_id,
        title=title,
        sense=sense,
        aliases=tuple(dict.fromkeys(name for name in names if name and name != title)),
        summary=summary,
        tags=tuple(dict.fromkeys(tag for tag in map(tidy, tags) if tag)),
        updated=updated,
        rows=box.rows,
        senses=senses,
        relations=relations,
        images=tuple(dict.fromkeys((*images, *box.images))),
        digest=document.digest,
        fetched_at=page.fetched_at,
        extractor=__version__,
        summary_links=summary_links,
    )


def _url(document: Document, site: str, title: str, lemma_id: int | None) -> str:
    """One address for one entry: by title and id where the id is known, else the address it was found at, else by title."""
    ref = document.ref
    if lemma_id is None and ref is not None and ref.site == site:
        return canonical_url(document.page.url)
    return entry_url(EntryRef(site, title, lemma_id))


def _names_in_query(url: str) -> list[str]:
    """The name that was asked for when the site led on to this entry: `?fromtitle=`."""
    if "fromtitle=" not in url:
        return []
    try:
        return [value for key, value in parse_qsl(urlsplit(url).query, max_num_fields=32) if key == "fromtitle"]
    except ValueError:
        return []
