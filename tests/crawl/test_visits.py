"""The book of visits: who is due, what was replaced, and that it can be written again from the shards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import baike_spider.crawl.visits as visits_module
from baike_spider.crawl.items import EntryItem
from baike_spider.crawl.ledger import Ledger
from baike_spider.crawl.look import Look, Validators, record_print
from baike_spider.crawl.refresh import Refresh
from baike_spider.crawl.versions import Versions
from baike_spider.crawl.visits import VISITS, Visits
from baike_spider.frontier import Candidate, Frontier
from baike_spider.frontier.intake import Intake
from baike_spider.shards import ShardError, ShardWriter, read_entries
from extractors import Entry, site_named
from tests.crawl.test_ledger import entry

SITE = site_named("baidu_baike")
DAY = 86400


def dated(name: str, number: int, day: int, *, updated: str | None = None) -> Entry:
    return replace(entry(name, number), fetched_at=f"2026-01-{day:02}T00:00:00Z", digest=f"sha256:{day:064x}", updated=updated)


def at(day: int) -> int:
    return 1767225600 + (day - 1) * DAY


@pytest.fixture
def written(folder: Path) -> Path:
    """A folder with three entries of three days."""
    with ShardWriter(folder, worker="w", site=SITE.name, crawl="c") as writer:
        for day, name in ((3, "丙"), (1, "甲"), (2, "乙")):
            writer.write(dated(name, day, day))
    return folder


def names(visits: Visits, before: int) -> list[str]:
    return [visit.look.entry for visit in visits.due(before, n=10)]


def test_the_longest_unseen_first_from_the_shards(written: Path) -> None:
    with Visits.open(written) as visits:
        assert visits.catch_up() == 3
        assert visits.catch_up() == 0
        assert names(visits, at(10)) == ["#1", "#2", "#3"]
        assert names(visits, at(3)) == ["#1", "#2"]
        first, *_ = visits.due(at(10), n=1)
        assert (first.source, first.url, first.look.stored_at) == ("甲/1", "", at(1))
        assert [visit.look.entry for visit in visits.due(at(10), after=first.place, n=1)] == ["#2"]
        visits.looked(first.look, "2026-01-20T00:00:00Z", validators=Validators('"x"', ""))
        visits.commit("")
        assert names(visits, at(10)) == ["#2", "#3"]
        (seen,) = visits.due(at(30), after=(at(10), 0), n=9)
        assert (seen.look.etag, seen.look.digest, seen.look.stored_at) == ('"x"', first.look.digest, at(1))


def test_a_newer_version_replaces_the_older_one_whatever_order_they_are_read_in(written: Path) -> None:
    for worker, day in (("v", 9), ("u", 5)):
        with ShardWriter(written, worker=worker, site=SITE.name, crawl="c") as writer:
            writer.write(dated("甲", 1, day, updated="2026-01-01"))
    with Visits.open(written) as visits:
        visits.catch_up()
        assert names(visits, at(30)) == ["#2", "#3", "#1"]
    versions = Versions(written)
    assert versions.count_replaced() == 2
    told = {day: versions.is_replaced(1, None, f"2026-01-{day:02}T00:00:00Z") for day in (1, 5, 9)}
    assert told == {1: True, 5: True, 9: False}
    versions.close()


def test_an_older_version_is_told_until_the_newer_one_is_listed(written: Path) -> None:
    with Visits.open(written) as visits:
        visits.catch_up()
        (first,) = visits.due(at(30), n=1)
        visits.stored(dated("甲", 1, 9).as_dict(), depth=0, before=first.look)
        visits.commit("worker-00007")
    assert not Versions(written).is_replaced(1, None, "2026-01-01T00:00:00Z")
    assert Versions(written).count_replaced() == 0


def test_a_book_that_cannot_be_read_is_set_aside(written: Path) -> None:
    (written / VISITS).write_bytes(b"no database at all, but some bytes" * 100)
    with Visits.open(written) as visits:
        assert visits.catch_up() == 3
    assert list(written.glob(f"{VISITS}.damaged-*"))


@pytest.mark.parametrize("what", ["the header", "its pages", "everything"])
def test_who_reads_a_damaged_book_is_told_what_to_do(written: Path, what: str) -> None:
    with Visits.open(written) as visits:
        visits.catch_up()
    data = (written / VISITS).read_bytes()
    left = {"the header": b"no database at all" * 100, "its pages": data[:100] + b"\xff" * (len(data) - 100), "everything": b""}
    (written / VISITS).write_bytes(left[what])
    with pytest.raises(ShardError, match=r"cannot read .*visits\.sqlite") as told:
        Versions(written).count_replaced()
    assert told.value.cure == "delete it: the next refresh writes it again"


def test_a_book_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="it may be deleted, the shards are the truth"):
        Visits.open(tmp_path / "no-such-folder")


def test_a_note_of_another_version_is_no_look() -> None:
    look = Look("#1", '"e"', "", "aa", "bb", 5)
    assert Look.of(look.note()) == look
    assert Look.of("") is Look.of("[1]") is Look.of("no json") is None


def test_pages_that_differ_in_circumstances_say_the_same() -> None:
    one, other = dated("甲", 1, 1), dated("甲", 1, 2)
    assert record_print(one.as_dict()) == record_print(other.as_dict())
    assert record_print(one.as_dict()) != record_print(replace(one, updated="2026-01-01").as_dict())


def test_a_refresh_queues_no_more_than_is_needed(frontier: Frontier, folder: Path) -> None:
    with ShardWriter(folder, worker="w", site=SITE.name, crawl="c") as writer:
        for number in range(3000):
            writer.write(dated(f"n{number}", number, 1 + number % 9))
    with Visits.open(folder) as visits:
        visits.catch_up()
        refresh = Refresh(frontier, visits, SITE, before=at(20))
        refresh.feed()
        assert 1000 <= frontier.count().open < 1500
        refresh.feed()
        assert 1000 <= frontier.count().open < 1500
        seen = []
        while frontier.count().open:
            leases = frontier.lease(500)
            seen += [Look.of(lease.note) for lease in leases]
            frontier.ack(leases)
            refresh.feed()
        assert refresh.exhausted
        dates = [look.stored_at for look in seen if look]
        assert len({look.entry for look in seen if look}) == len(dates) == 3000
        assert dates == sorted(dates)


def test_what_never_answers_does_not_come_first_for_ever(frontier: Frontier, intake: Intake, written: Path) -> None:
    with Visits.open(written) as visits, ShardWriter(written, worker="x", site=SITE.name, crawl="c") as writer:
        visits.catch_up()
        ledger = Ledger(intake, writer, visits=visits)
        frontier.max_attempts = 1
        Refresh(frontier, visits, SITE, before=at(30), most=1).feed()
        lease = intake.next()
        assert lease is not None
        ledger.failed(lease, "HTTP 503")
        ledger.commit()
        assert frontier.counts.dead == 1
        assert names(visits, at(30)) == ["#2", "#3"]


@pytest.fixture
def intake(frontier: Frontier) -> Intake:
    return Intake(frontier, batch=4)


def test_the_same_content_under_other_bytes_is_not_written(frontier: Frontier, intake: Intake, folder: Path) -> None:
    with ShardWriter(folder, worker="x", site=SITE.name, crawl="c") as writer, Visits.open(folder) as visits:
        ledger = Ledger(intake, writer, visits=visits)
        frontier.add([Candidate(1, "甲/1")])
        ledger.entry(EntryItem(dated("甲", 1, 1), lease=intake.next(), validators=Validators("", "some day")))
        ledger.commit()
        writer.roll()
        visits.catch_up()
        for day, updated, stored in ((2, None, False), (3, "2026-01-03", True), (4, "2026-01-03", False)):
            refresh = Refresh(frontier, visits, SITE, before=at(day))
            refresh.feed()
            lease = intake.next()
            assert lease is not None
            look = Look.of(lease.note)
            assert look is not None
            assert look.headers() == ({"If-Modified-Since": "some day"} if day <= 3 else {})
            assert ledger.entry(EntryItem(dated("甲", 1, day, updated=updated), lease=lease)) is stored
            ledger.commit()
            writer.roll()
            visits.catch_up()
        assert (ledger.counts["unchanged"], ledger.counts["changed"], ledger.counts["entries"]) == (2, 1, 2)
        assert frontier.count().done == 1


def test_an_address_that_leads_to_another_entry_now(written: Path) -> None:
    with Visits.open(written) as visits:
        visits.catch_up()
        first, *_ = visits.due(at(30), n=1)
        visits.stored(dated("甲", 99, 9).as_dict(), depth=0, before=first.look)
        visits.commit("w-00000")
        assert names(visits, at(8)) == ["#2", "#3"]
        assert visits.count_replaced() == 0


def test_other_workers_write_while_a_shard_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ShardWriter(folder, worker="w", site=SITE.name, crawl="c") as writer:
        for number in range(4500):
            writer.write(dated(f"n{number}", number, 1))
    with Visits.open(folder) as visits, Visits.open(folder) as other:
        other._db.execute("PRAGMA busy_timeout = 0")  # it does not wait: the book is free, or the test fails
        written = 0

        def write() -> None:
            nonlocal written
            written += 1
            other.stored(dated("新", 100_000 + written, 2).as_dict(), depth=0)
            other.commit("x-00000")

        def slowly(source: Path | str) -> Iterator[dict[str, Any]]:
            for number, data in enumerate(read_entries(source)):
                if number % 500 == 0:
                    write()
                yield data

        monkeypatch.setattr(visits_module, "read_entries", slowly)
        assert visits.catch_up(write) == 4500
        assert written == 9 + 2
        assert visits.count_due(at(30)) == 4500 + written


def test_a_reading_that_was_cut_off_begins_again(folder: Path) -> None:
    with ShardWriter(folder, worker="w", site=SITE.name, crawl="c") as writer:
        for number in range(4500):
            writer.write(dated(f"n{number}", number, 1))

    def cut_off() -> None:
        raise InterruptedError

    with Visits.open(folder) as visits:
        with pytest.raises(InterruptedError):
            visits.catch_up(cut_off)
        assert 0 < visits.count_due(at(30)) < 4500
        assert visits.catch_up() == 4500
        assert (visits.count_due(at(30)), visits.count_replaced()) == (4500, 0)
