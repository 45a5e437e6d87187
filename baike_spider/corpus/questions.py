"""A build of questions: every record of the inputs, one a question.

    sources -> stage/part=<n>/*.parquet -> questions/<n>.parquet -> manifest

Comes in: sources of questions. Goes out: the files of the table `questions` and the manifest. The identity is the question's number. A record bears no date:
that of the crawl it comes from is taken. Memory: the partitions that are sorted at once.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baike_spider.corpus.engine import EngineError, engine_version, literal, paths_literal
from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.manifest import CorpusManifest
from baike_spider.corpus.partitions import each_partition, finished
from baike_spider.corpus.records import blame, checked, lines_of
from baike_spider.corpus.schema import QUESTION_CORPUS, QUESTIONS, shard_path
from baike_spider.corpus.shape import misshapen
from baike_spider.corpus.tables import write_empty, write_sorted
from extractors import __version__

if TYPE_CHECKING:
    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.manifest import CorpusShard
    from baike_spider.corpus.partitions import Work
    from baike_spider.corpus.sources import Source

__all__ = ["ID_OF", "build_questions"]

#: the number that an address names, in SQL; NULL when it names none that a corpus can hold
ID_OF = r"nullif(TRY_CAST(regexp_extract({url}, '/([0-9]+)(\.html)?$', 1) AS BIGINT), 0)"

_PLAIN = ["url", "question", "tags"]
_RICH = [*_PLAIN, "detail", "asked", "answers", "best_answer"]
_TYPES = json.dumps({name: {"tags": ["VARCHAR"], "answers": "BIGINT"}.get(name, "VARCHAR") for name in _RICH})
_ODD = misshapen(texts=["url", "question", "detail", "asked", "best_answer"], text_lists=["tags"], wholes=["answers"])
#: whether a line is what `Question.from_dict` reads, and each field what it should be
_SOUND = (
    f"coalesce(json_keys(json) IN ({_PLAIN}, {_RICH}) AND NOT regexp_matches(json, {literal(_ODD)}) "
    f"AND json_type(json, {[f'$.{name}' for name in _PLAIN]}) = ['VARCHAR', 'VARCHAR', 'ARRAY'], false)"
)
#: of several records of a question the first: from the crawl that was written to last (a file's is oldest), with the most answers, the most tags, the
#: longest text; what is still unknown is settled by the texts, so that only equal records are left
_NEWEST = "crawled DESC NULLS LAST, answers DESC NULLS LAST, len(tags) DESC, length(question) DESC, " + ", ".join(
    f"{column} DESC NULLS LAST" for column in ("question", "tags", "best_answer", "detail", "asked", "url")
)


def build_questions(db: Connection, sources: list[Source], work: Work) -> CorpusManifest:
    """Writes the questions' files below `work.root`. Raises InputDamaged, with the file, for what is no question, CorpusError where there is none at all."""
    work.told("reading the questions")
    held = _stage(db, sources, work)
    if not held:
        raise CorpusError("the inputs hold no questions", cure="crawl or extract something first")
    db.execute("CREATE TABLE dated (file VARCHAR, crawled VARCHAR)")
    dates = [(str(file.path), source.crawled[1] if source.crawled else None) for source in sources for file in source.questions]
    db.executemany("INSERT INTO dated VALUES (?, ?)", dates)
    (work.root / QUESTIONS.name).mkdir()
    work.told(f"{sum(held.values()):,} records: writing {work.partitions} partitions, {work.jobs} at once")
    return _manifest(sources, held, each_partition(db, work, _write), work)


def _stage(db: Connection, sources: list[Source], work: Work) -> Counter[str]:
    """Writes every record to its partition; how many each file held."""
    expected = {str(file.path): file.records for source in sources for file in source.questions}
    files = list(map(Path, expected))
    try:
        db.execute(f"""
            COPY (SELECT partition_of(coalesce(question_id, 0)::VARCHAR, {work.partitions}) AS part, *
                  FROM (SELECT filename AS file, {_SOUND} AS sound, {ID_OF.format(url="record.url")} AS question_id, record.*
                        FROM (SELECT filename, json, from_json(json, {literal(_TYPES)}) AS record FROM {lines_of(files)})))
            TO {literal(str(work.scratch / "questions"))} (FORMAT parquet, PARTITION_BY (part), COMPRESSION snappy, WRITE_BLOOM_FILTER false)
            """)
    except EngineError as error:
        raise blame(db, files, error) from error
    return checked(db, _staged(work.scratch / "questions"), expected, bad="NOT sound OR question_id IS NULL", noun="questions")


def _staged(folder: Path, *, partition: int | None = None) -> str:
    """The staged records as an SQL relation."""
    # listed here, not by the engine: the folder's own name may hold what a pattern would take for its own
    files = sorted(folder.glob(f"part={'*' if partition is None else partition}/*.parquet"))
    return f"read_parquet({paths_literal(files)}, hive_partitioning = false)"


def _write(db: Connection, work: Work, part: int) -> list[CorpusShard]:
    path = work.root / shard_path(QUESTIONS.name, part)
    stage = work.scratch / "questions"
    if not (stage / f"part={part}").is_dir():
        write_empty(db, QUESTIONS, path)
    else:
        # both windows have one order: the records are sorted once
        write_sorted(
            db,
            QUESTIONS,
            path,
            f"""SELECT *, row_number() OVER same AS place, count(*) OVER (same ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS versions
                FROM {_staged(stage, partition=part)} JOIN dated USING (file)
                WINDOW same AS (PARTITION BY question_id ORDER BY {_NEWEST}) QUALIFY place = 1""",
        )
        shutil.rmtree(stage / f"part={part}")
    return [finished(db, work.root, QUESTIONS.name, part)]


def _manifest(sources: list[Source], held: Counter[str], shards: list[CorpusShard], work: Work) -> CorpusManifest:
    inputs = tuple(source.about._replace(questions=sum(held[str(file.path)] for file in source.questions)) for source in sources)
    verdicts: Counter[str] = Counter()
    for one in inputs:
        verdicts.update(one.rejects)
    counts: dict[str, Any] = {QUESTIONS.name: sum(shard.rows for shard in shards), "versions": sum(held.values())}
    counts |= {"verdicts": dict(sorted(verdicts.items()))}
    crawled = [source.crawled for source in sources if source.crawled]
    return CorpusManifest(
        partitions=work.partitions,
        builder=__version__,
        engine=engine_version(),
        extractors=tuple(sorted({version for source in sources for version in source.extractors})),
        counts=counts,
        fetched=(min(first for first, _ in crawled), max(last for _, last in crawled)) if crawled else None,
        inputs=inputs,
        shards=tuple(sorted(shards, key=lambda shard: shard.partition)),
        kind=QUESTION_CORPUS,
    )
