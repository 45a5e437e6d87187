"""Nothing is acknowledged before it is durable; every page leaves a settled lease and a count."""

from __future__ import annotations

from pathlib import Path

import pytest

from baike_spider.crawl.items import EntryItem
from baike_spider.crawl.ledger import Ledger, identities
from baike_spider.frontier import Candidate, Frontier, Lease
from baike_spider.frontier.intake import Intake
from baike_spider.shards import ShardError, ShardWriter, read_entries, read_rejects, reject_record
from extractors import Entry, EntryRef, NotAnEntry, Page, UnknownLayout

SITE = "baidu_baike"


def entry(title: str, lemma_id: int | None = None, *, asked: str = "", aliases: tuple[str, ...] = ()) -> Entry:
    url = f"https://baike.baidu.com/item/{title}" + (f"/{lemma_id}" if lemma_id else "")
    return Entry(
        site=SITE,
        layout="basicinfo",
        source=f"https://baike.baidu.com/item/{asked}" if asked else url,
        url=url,
        lemma_id=lemma_id,
        title=title,
        sense=None,
        aliases=aliases,
        summary="",
        tags=(),
        updated=None,
        rows=(),
        senses=(),
        relations=(),
        images=(),
        digest="sha256:0",
        fetched_at="2026-01-01T00:00:00Z",
        extractor="0",
    )


def seed(frontier: Frontier, *names: str) -> None:
    refs = [EntryRef(SITE, name) for name in names]
    frontier.add([Candidate(ref.key, ref.locator) for ref in refs])


def next_lease(intake: Intake) -> Lease:
    lease = intake.next()
    assert lease is not None
    return lease


@pytest.fixture
def intake(frontier: Frontier) -> Intake:
    return Intake(frontier, batch=4)


@pytest.fixture
def ledger(intake: Intake, writer: ShardWriter) -> Ledger:
    return Ledger(intake, writer)


def test_acknowledged_only_after_the_commit(frontier: Frontier, intake: Intake, ledger: Ledger, writer: ShardWriter, folder: Path) -> None:
    seed(frontier, "甲")
    ledger.entry(EntryItem(entry("甲"), lease=next_lease(intake)))
    assert frontier.count().done == 0
    ledger.commit()
    assert (frontier.count().done, intake.held) == (1, 0)
    writer.close()
    assert [one["title"] for one in read_entries(folder)] == ["甲"]


def test_a_failing_disk_acknowledges_nothing(frontier: Frontier, intake: Intake, ledger: Ledger, writer: ShardWriter) -> None:
    seed(frontier, "甲")
    ledger.entry(EntryItem(entry("甲"), lease=next_lease(intake)))
    writer.commit = _full_disk  # type: ignore[method-assign]
    with pytest.raises(OSError, match="No space"):
        ledger.commit()
    assert (frontier.count().done, intake.held) == (0, 1)


def _full_disk() -> None:
    raise OSError("No space left on device")


def test_links_are_queued_with_their_depth(frontier: Frontier, intake: Intake, ledger: Ledger) -> None:
    seed(frontier, "甲")
    refs = (EntryRef(SITE, "乙", 2), EntryRef(SITE, "丙"), EntryRef(SITE, "甲"))
    ledger.entry(EntryItem(entry("甲"), links=refs, lease=next_lease(intake)))
    ledger.commit()
    found = [next_lease(intake), next_lease(intake)]
    assert [(lease.key, lease.locator, lease.depth) for lease in found] == [(2, "乙/2", 1), ("丙", "丙", 1)]
    assert intake.next() is None


def test_links_beyond_max_depth_are_not_queued(frontier: Frontier, intake: Intake, writer: ShardWriter) -> None:
    seed(frontier, "甲")
    ledger = Ledger(intake, writer, max_depth=0)
    ledger.entry(EntryItem(entry("甲"), links=(EntryRef(SITE, "乙"),), lease=next_lease(intake)))
    ledger.follow([EntryRef(SITE, "丙")], depth=1)
    ledger.commit()
    assert frontier.count().open == 0


def test_two_names_of_one_entry_are_one_entry(
    frontier: Frontier, intake: Intake, ledger: Ledger, writer: ShardWriter, folder: Path
) -> None:
    seed(frontier, "甲", "甲的别名")
    first, second = next_lease(intake), next_lease(intake)
    assert ledger.entry(EntryItem(entry("甲", 7), lease=first))
    assert not ledger.entry(EntryItem(entry("甲", 7, asked="甲的别名", aliases=("甲的别名",)), lease=second))
    ledger.commit()
    writer.close()
    assert [one["lemma_id"] for one in read_entries(folder)] == [7]
    assert [(one["verdict"], one["reason"], one["url"]) for one in read_rejects(folder)] == [
        ("alias", "甲的别名", "https://baike.baidu.com/item/甲/7")
    ]
    assert frontier.count().open == 0
    frontier.add([Candidate(7, "甲/7", 3)])
    assert frontier.count().open == 0


@pytest.mark.parametrize(
    ("outcome", "delay", "open_", "dead"),
    [("done", 0.0, 0, 0), ("dead", 0.0, 0, 1), ("again", 60.0, 1, 0)],
)
def test_rejects(
    frontier: Frontier, intake: Intake, ledger: Ledger, writer: ShardWriter, folder: Path, outcome: str, delay: float, open_: int, dead: int
) -> None:
    seed(frontier, "甲")
    verdict = UnknownLayout("no layout claims it") if outcome == "dead" else NotAnEntry("a category", reason="category")
    page = Page(b"<html>", "https://baike.baidu.com/item/x", source="x")
    ledger.reject(reject_record(page, verdict), next_lease(intake), outcome=outcome, delay=delay)  # type: ignore[arg-type]
    ledger.commit()
    assert (frontier.count().open, frontier.count().dead, intake.held) == (open_, dead, 0)
    writer.close()
    (record,) = read_rejects(folder)
    assert record["verdict"] == verdict.kind
    assert record["body"] == ("PGh0bWw+" if outcome == "dead" else None)
    assert ledger.counts[f"verdict/{verdict.kind}"] == 1


def test_an_entry_that_found_no_space_is_not_written_again(
    frontier: Frontier, intake: Intake, ledger: Ledger, writer: ShardWriter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(frontier, "甲")
    lease = next_lease(intake)
    take = writer.write

    def write(*args: object) -> None:
        take(*args)  # type: ignore[arg-type]
        raise ShardError("no space", path=folder)

    monkeypatch.setattr(writer, "write", write)
    with pytest.raises(ShardError):
        ledger.entry(EntryItem(entry("甲"), lease=lease))
    ledger.close()
    assert [one["title"] for one in read_entries(folder)] == ["甲"]
    assert frontier.count().open == 0


def test_a_lease_that_no_pipeline_settled(frontier: Frontier, intake: Intake, ledger: Ledger) -> None:
    seed(frontier, "甲", "乙")
    dropped, stored = next_lease(intake), next_lease(intake)
    ledger.entry(EntryItem(entry("乙"), lease=stored))
    ledger.unless_settled(dropped, "dead", error="TypeError: x")
    ledger.unless_settled(stored, "dead", error="never said")
    ledger.commit()
    assert [letter.error for letter in frontier.dead_letters()] == ["TypeError: x"]
    assert (frontier.count().done, frontier.count().dead, intake.held) == (1, 1, 0)


def test_max_entries_counts_entries_and_not_rejects(frontier: Frontier, writer: ShardWriter) -> None:
    intake = Intake(frontier, batch=4, max_entries=2)
    ledger = Ledger(intake, writer)
    seed(frontier, *"甲乙丙丁戊")
    first, second = next_lease(intake), next_lease(intake)
    assert intake.next() is None
    ledger.reject(reject_record(Page(b""), NotAnEntry("nothing")), first)
    ledger.entry(EntryItem(entry("乙"), lease=second))
    ledger.commit()
    third = next_lease(intake)
    assert intake.next() is None
    ledger.entry(EntryItem(entry("丙"), lease=third))
    ledger.commit()
    assert intake.exhausted
    assert intake.drained()


def test_closing_gives_everything_back(frontier: Frontier, intake: Intake) -> None:
    seed(frontier, *"甲乙丙丁戊")
    next_lease(intake)
    assert intake.close() == 4
    assert (frontier.count().leased, frontier.count().open) == (0, 5)


def test_a_lease_given_away_is_dropped_at_renewal(frontier: Frontier, intake: Intake) -> None:
    seed(frontier, "甲")
    lease = next_lease(intake)
    frontier.give_back([lease])
    assert (intake.renew(), intake.held) == (1, 0)


def test_identities() -> None:
    assert identities(entry("甲", 7, asked="乙")) == [7, "乙"]
    assert identities(entry("甲")) == ["甲"]
