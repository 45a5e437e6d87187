"""What a report says of a corpus of questions, as numbers and rows; nothing of how it looks.

Comes in: a corpus, perhaps an earlier one. Goes out: a `QuestionReport`. Memory: the engine's limit; examples come from the first partition, which is a fair
sample: the hash of a number chooses its partition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from baike_spider.corpus.diff import count_changes
from baike_spider.corpus.engine import literal
from baike_spider.corpus.reader import views
from baike_spider.corpus.report.gather import ROWS, SHOWN
from baike_spider.corpus.report.model import Odd
from baike_spider.corpus.schema import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.manifest import CorpusManifest
    from baike_spider.corpus.reader import Corpus

__all__ = ["QuestionReport", "gather_questions"]

#: tags that are shown one by one
TAGS = 40
#: classes, in characters, tags, answers: least, most, label
_LENGTHS = (
    *((0, 5, "0–5"), (6, 10, "6–10"), (11, 15, "11–15"), (16, 20, "16–20")),
    *((21, 30, "21–30"), (31, 50, "31–50"), (51, 100, "51–100"), (101, 1 << 62, "101+")),
)
_FEW = (*((number, number, str(number)) for number in range(6)), (6, 1 << 62, "6+"))


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """Everything that the page shows."""

    name: str
    manifest: CorpusManifest
    untagged: int
    """Questions without a tag."""
    tag_count: int
    """Different tags."""
    tags: list[tuple[str, int]]
    """The commonest, with their questions."""
    per_question: list[tuple[str, int]]
    """Questions by number of tags."""
    lengths: list[tuple[str, int]]
    """Questions by characters of their text."""
    characters: tuple[int, float]
    """Of a question: the median, the mean."""
    repeated: int
    """Questions whose text another number bears as well."""
    examples: list[tuple[int, str, list[str]]]
    """Number, text (at most SHOWN characters), tags."""
    longest: list[Odd]
    same: list[Odd]
    """Texts that most numbers bear."""
    detailed: int
    """Questions that were stored with their details; the two below are of these."""
    asked: list[tuple[str, int]]
    """By year, YYYY; "" unknown."""
    answers: list[tuple[str, int]]
    """By number of answers."""
    best: int
    """With a best answer."""
    previous: str
    """Name of the earlier corpus, "" where none was given."""
    changes: dict[str, int]
    """before, after, added, removed, changed; empty without an earlier one."""


def gather_questions(corpus: Corpus, previous: Corpus | None = None, *, memory: int, threads: int | None, temp: Path) -> QuestionReport:
    """Reads the corpus, and compares it with `previous` where one is given. Raises CorpusError where that is one of entries."""
    changes = count_changes(previous, corpus, memory=memory, threads=threads, temp=temp)[QUESTIONS.name] if previous else {}
    with views(corpus, threads=threads, memory=memory, temp=temp) as db:
        untagged, detailed, best, median, mean = db.execute(
            "SELECT count(*) FILTER (len(tags) = 0), count(detail), count(best_answer), coalesce(quantile_disc(length(question), 0.5), 0), "
            "coalesce(avg(length(question)), 0) FROM questions"
        ).fetchone()
        db.execute(
            "CREATE TEMP TABLE tagged AS SELECT tag, count(*) AS n FROM (SELECT unnest(list_distinct(tags)) AS tag FROM questions) GROUP BY tag"
        )
        return QuestionReport(
            name=corpus.folder.resolve().name,
            manifest=corpus.manifest,
            untagged=untagged,
            tag_count=_one(db, "SELECT count(*) FROM tagged"),
            tags=db.execute(f"SELECT tag, n FROM tagged ORDER BY n DESC, tag LIMIT {TAGS}").fetchall(),
            per_question=_classes(db, "len(tags)", _FEW),
            lengths=_classes(db, "length(question)", _LENGTHS),
            characters=(median, mean),
            **_repeated(db),
            examples=_examples(db, corpus),
            longest=_longest(db),
            detailed=detailed,
            asked=db.execute(
                "SELECT coalesce(asked[:4], '') AS year, count(*) FROM questions WHERE detail IS NOT NULL GROUP BY year ORDER BY year"
            ).fetchall(),
            answers=_classes(db, "answers", _FEW, where="answers IS NOT NULL"),
            best=best,
            previous=previous.folder.resolve().name if previous else "",
            changes=changes,
        )


def _one(db: Connection, sql: str) -> int:
    ((count,),) = db.execute(sql).fetchall()
    return int(count)


def _classes(db: Connection, expression: str, steps: Sequence[tuple[int, int, str]], *, where: str = "true") -> list[tuple[str, int]]:
    filters = ", ".join(f"count(*) FILTER ({expression} BETWEEN {low} AND {high})" for low, high, _ in steps)
    counts = db.execute(f"SELECT {filters} FROM questions WHERE {where}").fetchone()
    return [(label, count) for (_, _, label), count in zip(steps, counts, strict=True)]


def _repeated(db: Connection) -> dict[str, Any]:
    """Texts that several numbers bear: found by digest, so that not all texts are held at once."""
    db.execute(
        "CREATE TEMP TABLE alike AS SELECT md5_number(question) AS digest, count(*) AS n FROM questions GROUP BY digest HAVING n > 1"
    )
    rows = db.execute(
        f"""
        WITH most AS (SELECT * FROM alike ORDER BY n DESC, digest LIMIT {ROWS})
        SELECT n, min(question)[:{SHOWN}] AS text FROM questions JOIN most ON digest = md5_number(question) GROUP BY digest, n ORDER BY n DESC, text
        """
    ).fetchall()
    return {"repeated": _one(db, "SELECT coalesce(sum(n), 0) FROM alike"), "same": [Odd(*row) for row in rows]}


def _examples(db: Connection, corpus: Corpus) -> list[tuple[int, str, list[str]]]:
    # in the order of a digest: the same at every run, and of all ages
    rows: list[tuple[int, str, list[str]]] = db.execute(
        f"SELECT question_id, question[:{SHOWN}], tags FROM read_parquet({literal(str(corpus.paths(QUESTIONS.name)[0]))}, hive_partitioning = false) "
        f"ORDER BY md5(question_id::VARCHAR) LIMIT {ROWS}"
    ).fetchall()
    return rows


def _longest(db: Connection) -> list[Odd]:
    rows = db.execute(
        f"SELECT length(question) AS n, question[:{SHOWN}], regexp_replace(url, '^https?://', '') FROM questions ORDER BY n DESC, question_id LIMIT {ROWS}"
    ).fetchall()
    return [Odd(size, text if size <= SHOWN else f"{text}…", where) for size, text, where in rows]
