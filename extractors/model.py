"""The types that cross the door: what comes in (`Page`) and what goes out (`Entry`, `Triple`, `Question`).

Frozen and plain; tuples where a page makes them by the dozen. `as_dict()` of an `Entry` or a `Question` is the JSON object of one line of a shard,
`from_dict()` its inverse.
This module holds no rule about pages, text or values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

__all__ = ["SCHEMA", "Entry", "Link", "Page", "Quantity", "Question", "Relation", "Row", "Sense", "Target", "Triple", "Value"]

#: version of the entry object; rises when a field changes its meaning
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Page:
    """One saved or fetched page: bytes and where they came from."""

    body: bytes
    """The body as received, transfer and content encodings undone."""
    url: str = ""
    """The real site's URL of the page (not a mirror's); "" when nobody knows."""
    encoding: str | None = None
    """Charset of the HTTP Content-Type, None when unknown. The page may lie: see `document.decode`."""
    status: int = 200
    """HTTP status."""
    fetched_at: str | None = None
    """UTC time of the fetch, ISO 8601 with Z, None when unknown."""
    source: str = ""
    """Where the bytes lie: a file path, a WARC record, or the URL asked for."""


class Target(NamedTuple):
    """What a link points to."""

    url: str
    """Absolute, canonical."""
    lemma_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"url": self.url, "lemma_id": self.lemma_id}


class Link(NamedTuple):
    """One anchor of a row, in reading order."""

    text: str
    url: str
    lemma_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"text": self.text, "url": self.url, "lemma_id": self.lemma_id}


class Quantity(NamedTuple):
    """One measured or counted amount. Equal bounds are a point; a missing bound is None."""

    low: int | float | None
    high: int | float | None
    unit: str
    """As written, without spaces; "" when there is none."""

    def as_dict(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "unit": self.unit}


class Value(NamedTuple):
    """One atomic value that a row asserts."""

    text: str
    """A verbatim part of the row's text."""
    date: str | None = None
    """EDTF, when the whole value is a point or a period of time."""
    quantity: Quantity | None = None
    link: Target | None = None

    def as_dict(self) -> dict[str, Any]:
        value: dict[str, Any] = {"text": self.text}
        if self.date is not None:
            value["date"] = self.date
        if self.quantity is not None:
            value["quantity"] = self.quantity.as_dict()
        if self.link is not None:
            value["link"] = self.link.as_dict()
        return value

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        quantity, link = data.get("quantity"), data.get("link")
        return cls(data["text"], data.get("date"), Quantity(**quantity) if quantity else None, Target(**link) if link else None)


class Row(NamedTuple):
    """One row of the infobox."""

    name: str
    text: str
    """What a reader sees; lines separated by a newline."""
    values: tuple[Value, ...]
    links: tuple[Link, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "text": self.text,
            "values": [value.as_dict() for value in self.values],
            "links": [link.as_dict() for link in self.links],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        return cls(data["name"], data["text"], tuple(map(Value.from_dict, data["values"])), tuple(Link(**link) for link in data["links"]))


@dataclass(frozen=True, slots=True)
class Sense:
    """One other meaning of the entry's name (义项)."""

    label: str
    url: str
    lemma_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"label": self.label, "url": self.url, "lemma_id": self.lemma_id}


@dataclass(frozen=True, slots=True)
class Relation:
    """One card of the relation block: `name` is the relation (妻子), `title` whom it points to."""

    name: str
    title: str
    url: str
    lemma_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title, "url": self.url, "lemma_id": self.lemma_id}


@dataclass(frozen=True, slots=True)
class Entry:
    """One encyclopedia entry. Fields that a page does not hold are None or empty, never guessed."""

    site: str
    layout: str
    source: str
    url: str
    """Absolute, canonical."""
    lemma_id: int | None
    title: str
    sense: str | None
    aliases: tuple[str, ...]
    """Names that lead here: synonym notes, `fromtitle=`, `redirectFrom`; without the title itself."""
    summary: str
    """Paragraphs separated by a newline; "" when there is none."""
    tags: tuple[str, ...]
    updated: str | None
    """Day of the last edit, YYYY-MM-DD, as the page says it."""
    rows: tuple[Row, ...]
    senses: tuple[Sense, ...]
    relations: tuple[Relation, ...]
    images: tuple[str, ...]
    digest: str
    """`sha256:<hex>` of the page's bytes."""
    fetched_at: str | None
    extractor: str
    """Version of the extractors."""
    summary_links: tuple[Link, ...] = ()
    """Links of the summary, to be followed; not part of the entry's JSON."""

    @property
    def subject(self) -> str:
        """The plain-text subject: `title（sense）` where the entry has a sense, else the title."""
        return f"{self.title}（{self.sense}）" if self.sense else self.title

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of the entry, keys in the order of the contract."""
        return {
            "schema": SCHEMA,
            "site": self.site,
            "layout": self.layout,
            "source": self.source,
            "url": self.url,
            "lemma_id": self.lemma_id,
            "title": self.title,
            "sense": self.sense,
            "aliases": list(self.aliases),
            "summary": self.summary,
            "tags": list(self.tags),
            "updated": self.updated,
            "rows": [row.as_dict() for row in self.rows],
            "senses": [sense.as_dict() for sense in self.senses],
            "relations": [relation.as_dict() for relation in self.relations],
            "images": list(self.images),
            "digest": self.digest,
            "fetched_at": self.fetched_at,
            "extractor": self.extractor,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The entry of one line of a shard. Raises KeyError or TypeError when a field is missing or unknown."""
        return cls(
            site=data["site"],
            layout=data["layout"],
            source=data["source"],
            url=data["url"],
            lemma_id=data["lemma_id"],
            title=data["title"],
            sense=data["sense"],
            aliases=tuple(data["aliases"]),
            summary=data["summary"],
            tags=tuple(data["tags"]),
            updated=data["updated"],
            rows=tuple(map(Row.from_dict, data["rows"])),
            senses=tuple(Sense(**sense) for sense in data["senses"]),
            relations=tuple(Relation(**relation) for relation in data["relations"]),
            images=tuple(data["images"]),
            digest=data["digest"],
            fetched_at=data["fetched_at"],
            extractor=data["extractor"],
        )


@dataclass(frozen=True, slots=True)
class Triple:
    """One (subject, predicate, object) with ids, the typed object and provenance."""

    subject: str
    predicate: str
    object: str
    subject_id: int | None = None
    subject_url: str = ""
    object_id: int | None = None
    object_url: str = ""
    date: str | None = None
    quantity: Quantity | None = None
    raw_predicate: str | None = None
    """The row's own name, when `predicate` is a normalised one; else None."""
    source: str = ""
    """URL of the page the triple was read from."""
    digest: str = ""
    layout: str = ""
    extractor: str = ""
    fetched_at: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "predicate": self.predicate,
            "object": self.object,
            "subject_id": self.subject_id,
            "subject_url": self.subject_url,
            "object_id": self.object_id,
            "object_url": self.object_url,
            "date": self.date,
            "quantity": self.quantity.as_dict() if self.quantity else None,
            "raw_predicate": self.raw_predicate,
            "source": self.source,
            "digest": self.digest,
            "layout": self.layout,
            "extractor": self.extractor,
            "fetched_at": self.fetched_at,
        }


#: keys of a question's record, in their order: the three that every one has, and those of a rich one
_QUESTION_KEYS = ("url", "question", "tags")
_DETAIL_KEYS = ("detail", "asked", "answers", "best_answer")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a question-and-answer site. What a page does not hold is None or empty, never guessed."""

    url: str
    """Absolute, canonical; ends in the question's id."""
    question: str
    """The full text, on one line."""
    tags: tuple[str, ...]
    """Tags, then categories, as the page itself carries them."""
    site: str = ""
    """Not part of the record, like `layout`, `source` and `extractor`: "" in a question that was read back."""
    layout: str = ""
    source: str = ""
    extractor: str = ""
    detail: str = ""
    """What the asker added below the question; lines separated by a newline. This and the fields below are filled by `with_details`."""
    asked: str | None = None
    """When it was asked: `2008-07-23T17:08+08:00`."""
    answers: int | None = None
    """How many answers the page says there are."""
    best_answer: str | None = None
    """Text of the accepted or recommended answer; lines separated by a newline."""

    @property
    def question_id(self) -> int:
        """The identity. Raises ValueError when the url names none."""
        return int(self.url.rpartition("/")[2].removesuffix(".html"))

    def as_dict(self) -> dict[str, Any]:
        """The record: `url`, `question`, `tags`, in this order."""
        return {"url": self.url, "question": self.question, "tags": list(self.tags)}

    def as_rich_dict(self) -> dict[str, Any]:
        """The record, and behind it `detail`, `asked`, `answers`, `best_answer`."""
        return self.as_dict() | {"detail": self.detail, "asked": self.asked, "answers": self.answers, "best_answer": self.best_answer}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The question of a plain or a rich record. Raises KeyError, TypeError or ValueError when it is neither."""
        if tuple(data) not in (_QUESTION_KEYS, _QUESTION_KEYS + _DETAIL_KEYS):
            raise ValueError(
                f"a question has the keys {', '.join(_QUESTION_KEYS)}, in this order; this one has {', '.join(map(str, data))}"
            )
        if not isinstance(data["url"], str) or not isinstance(data["question"], str) or not isinstance(data["tags"], list):
            raise TypeError("url and question are texts, tags is a list")
        question = cls(**{**data, "tags": tuple(data["tags"])})
        if question.question_id <= 0:
            raise ValueError(f"{question.url!r} names no question")
        return question
