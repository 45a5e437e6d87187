"""The report: right numbers, safe markup, nothing from elsewhere, whole or not at all."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from baike_spider.cli.main import main
from baike_spider.corpus import build as build_module
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.reader import open_corpus, views
from baike_spider.corpus.report import MEMORY, write_report
from baike_spider.corpus.report.gather import gather
from baike_spider.corpus.report.model import Report
from extractors import Row, Target, Value
from tests.corpus.crawls import write_crawl
from tests.corpus.odd import ENTRIES, LONG, build, entry, value
from tests.shards.specimens import entry_of

VOID = {"meta", "br", "line", "rect", "text", "link", "img"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_module, "PARTITION_BYTES", 200_000)
        return build(tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("older"), ENTRIES[1:-1])


@pytest.fixture(scope="module")
def report(folder: Path, older: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    temp = tmp_path_factory.mktemp("spill")
    return gather(open_corpus(folder), open_corpus(older), memory=MEMORY, threads=1, temp=temp)


def counted(folder: Path, sql: str) -> int:
    with views(open_corpus(folder)) as db:
        return int(db.execute(sql).fetchone()[0])


def test_numbers(report: Report, folder: Path) -> None:
    assert report.totals.triples == report.manifest.counts["triples"] == counted(folder, "SELECT count(*) FROM triples")
    assert report.totals.entries == counted(folder, "SELECT count(*) FROM (SELECT DISTINCT entry, predicate FROM triples)")
    assert report.predicate_count == counted(folder, "SELECT count(DISTINCT predicate) FROM triples")
    assert (report.totals.dates, report.totals.amounts, report.empty) == (1, 1, 1)
    assert report.totals.links == report.manifest.counts["links"] == 6
    assert report.links_inside == 4
    work = next(row for row in report.predicates if row.name == "职业")
    assert (work.triples, work.entries, work.split, work.links) == (3, 2, 1, 1)
    assert sum(count for _, count in report.per_entry) == len(ENTRIES)
    assert dict(report.per_entry)["0"] == 1
    assert dict(report.fetched) == {"": 1, "2026-01": len(ENTRIES) - 1}
    assert dict(report.updated) == {"": len(ENTRIES) - 1, "2019": 1}


def test_what_stands_out(report: Report) -> None:
    assert report.longest[0].size == len(LONG.encode())
    assert len(report.longest[0].text) < 200
    assert [(odd.size, odd.text, odd.where) for odd in report.unclosed] == [(2, "《甲（上", "著作")]
    assert {odd.text for odd in report.numbers} == {"1", "-3.5"}
    assert {odd.text: odd.size for odd in report.shared} == {"刘德华": 2, "华仔": 2, "重名": 2}
    assert [(odd.size, odd.text, odd.where) for odd in report.targets] == [
        (2, "演员", "baidu_baike#30485"),
        (1, "刘德华（中国香港男演员、歌手）", "baidu_baike#114923"),
        (1, "朱丽倩", "baidu_baike/朱丽倩"),
    ]
    assert [(odd.size, odd.text, odd.where[-5:]) for odd in report.wanted] == [(1, "演员", "30486"), (1, "怪", "z[1]\\")]
    assert report.largest[0].where == "baidu_baike#103"


def test_what_changed(report: Report) -> None:
    assert report.changes["entries"] == {"before": len(ENTRIES) - 2, "after": len(ENTRIES), "added": 2, "removed": 0, "changed": 0}
    assert report.changes["triples"]["added"] == report.totals.triples - report.changes["triples"]["before"]
    assert ("标签", 0, 4) in report.shifts


class Checked(HTMLParser):
    """Collects what a browser would fetch, and tags that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID or tag == "text":
            self.open.append(tag)
        self.fetched += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "xlink:href", "srcset", "data")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("rect", "line")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def html(folder: Path, older: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("out") / "report.html"
    assert main(["corpus", "report", str(folder), "-o", str(out), "--previous", str(older)]) == 0
    return out.read_text(encoding="utf-8")


def test_one_file_that_needs_nothing_else(html: str) -> None:
    page = Checked()
    page.feed(html)
    assert page.open == []
    assert page.fetched == []
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "@font-face" not in style
    assert "<script" not in html
    assert "prefers-color-scheme: dark" in style
    assert len(html) < 300_000


def test_texts_of_the_corpus_are_no_markup(html: str) -> None:
    assert "<p>{}|" not in html
    assert "<b>&amp;amp;</b>" not in html
    assert "&lt;p&gt;{}|" in html
    assert "（空 0）" in html  # the predicate without a name


def test_every_section_is_there(html: str) -> None:
    assert re.findall(r"<h2>(.*?)<small>", html) == ["与 corpus 相比", "词条", "谓语", "值", "链接", "少见的行", "拒收", "输入"]
    assert html.count("<svg") > 20


def test_an_almost_empty_corpus(tmp_path: Path) -> None:
    corpus = open_corpus(build(tmp_path, [ENTRIES[-2] | {"fetched_at": None, "updated": None}]))
    write_report(corpus, tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "相比" not in html
    assert "未知 unknown: 1" in html
    # without triples there is nothing to say of predicates and values
    assert re.findall(r"<h2>(.*?)<small>", html) == ["词条", "链接", "少见的行", "拒收", "输入"]


def test_a_bracket_of_another_width_closes_one(tmp_path: Path) -> None:
    texts = ["(花目）Flora", "Iron (俗称）", "a) 一", ":)", "甲（1-2", "《甲", "（一）（"]
    corpus = open_corpus(build(tmp_path, [entry("甲", 1, {"别名": [value(text) for text in texts]})]))
    (tmp_path / "spill").mkdir()
    (odd,) = gather(corpus, memory=MEMORY, threads=1, temp=tmp_path / "spill").unclosed
    assert (odd.size, odd.text) == (3, "《甲")


def test_labels_beside_bars_fit_and_an_empty_one_says_so(html: str) -> None:
    labels = re.findall(r'text-anchor="end">(.*?)</text>', html)
    assert "（空）" in labels
    assert max(len(unescape(label)) for label in labels) <= 15


def test_a_file_of_entries_tells_no_triples_and_no_rejects(html: str) -> None:
    (row,) = re.findall(r"<h2>输入.*?<tbody>(.*?)</tbody>", html, re.DOTALL)
    assert re.findall(r'data-head="(.*?)">(.*?)<', row) == [("词条", str(len(ENTRIES))), ("三元组", "–"), ("拒收", "–")]


def test_same_corpus_same_bytes(folder: Path, html: str, older: Path, tmp_path: Path) -> None:
    write_report(open_corpus(folder), tmp_path / "report.html", previous=open_corpus(older), threads=2)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html


def test_killed_with_9_in_the_middle_leaves_the_earlier_report(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    program = (
        "import sys, time\nfrom baike_spider.corpus import report\nfrom baike_spider.cli.main import main\n"
        "def stop(*_):\n    print('half', flush=True)\n    time.sleep(60)\nreport.page = stop\nsys.exit(main(sys.argv[1:]))"
    )
    words = ["corpus", "report", str(folder), "-o", str(out)]
    assert main(words) == 0
    before = out.read_bytes()
    with subprocess.Popen([sys.executable, "-c", program, *words], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    assert out.read_bytes() == before
    assert main(words) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_damaged_corpus_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = build(tmp_path)
    (corpus / "triples" / "00000.parquet").write_bytes(b"PAR1 no more")
    assert main(["corpus", "report", str(corpus), "-o", str(tmp_path / "report.html")]) == 2
    assert "baike corpus verify" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()


def test_what_is_there_under_another_address_is_not_wanted(tmp_path: Path) -> None:
    base = "https://baike.baidu.com"
    addresses = {
        "/item/乙": "乙君",  # the title of one entry
        "/item/AC%2FDC%20乐队": "乐队",
        "/item/别名7": "某",  # an alias
        "/view/1758.htm": "乙",  # an old number: the link says who it is
        "/view/1759.htm": "丙",  # nobody knows
        "/item/甲": "甲",  # two entries are called so: which of them is a guess
        "/item/丁": "乙",  # the address knows better than the link
        "/item/7": "七",  # the number of an entry is no name
    }
    rows = tuple(Row("作者", text, (Value(text, link=Target(base + path)),)) for path, text in addresses.items())
    entries = [
        entry_of(7, title="乙", rows=(), relations=()),
        entry_of(8, title="AC/DC 乐队", sense=None, rows=rows, relations=()),
        *(entry_of(number, title="甲", sense=str(number), rows=(), relations=()) for number in (2, 3)),
    ]
    build_corpus([write_crawl(tmp_path / "crawl", entries)], tmp_path / "corpus")
    found = gather(open_corpus(tmp_path / "corpus"), memory=MEMORY, threads=1, temp=tmp_path)
    assert sorted(one.where.removeprefix(base) for one in found.wanted) == sorted(["/view/1759.htm", "/item/甲", "/item/丁", "/item/7"])
    assert found.links_inside == 0


def test_an_entry_that_is_pointed_to_in_two_ways_is_one(tmp_path: Path) -> None:
    url = "https://baike.baidu.com/item/乙"
    links = [Row("作者", "乙", (Value("乙", link=Target(url, 7)),)), Row("编者", "乙", (Value("乙", link=Target(url)),))]
    pointing = [entry_of(number, rows=tuple(links), relations=()) for number in (1, 2, 3)]
    build_corpus(
        [write_crawl(tmp_path / "crawl", [entry_of(7, title="乙", url=url, rows=(), relations=()), *pointing])], tmp_path / "corpus"
    )
    found = gather(open_corpus(tmp_path / "corpus"), memory=MEMORY, threads=1, temp=tmp_path).targets
    assert [(one.size, one.text, one.where) for one in found] == [(6, "乙（虚构人物）", "baidu_baike#7")]
