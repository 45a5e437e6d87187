"""Every export, opened by the tool that reads it or its reference parser, gives back the corpus' triples."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph
import pytest

from baike_spider.cli.main import main
from baike_spider.corpus import build as build_module
from baike_spider.corpus.errors import CorpusDamaged, CorpusError
from baike_spider.corpus.export import export_corpus, formats
from baike_spider.corpus.export.format import Format
from baike_spider.corpus.export.neo4j import OTHER, write_types
from baike_spider.corpus.export.su import NO_ROWS
from baike_spider.corpus.reader import Corpus, open_corpus, views
from baike_spider.corpus.schema import ENTRIES, ENTRY_CORPUS, TRIPLES
from tests.corpus.odd import LONG, build, entry, link, value

Plain = set[tuple[str, str, str]]

NOT_HERE = "the extra `interop` is not installed; `make test-interop` installs it and runs this"

#: longer than any value
csv.field_size_limit(1 << 24)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The odd corpus in sixteen partitions, some of them empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_module, "PARTITION_BYTES", 200_000)
        return build(tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return open_corpus(folder)


def asked(corpus: Corpus, sql: str) -> list[tuple[Any, ...]]:
    with views(corpus) as db:
        return list(db.execute(sql).fetchall())


@pytest.fixture(scope="module")
def plain(corpus: Corpus) -> Plain:
    triples = set(asked(corpus, "SELECT subject, predicate, object FROM triples"))
    assert len(triples) > 40
    assert ('引号"逗号,分号;\\反斜杠（方[括]号）', "长", LONG) in triples
    assert corpus.manifest.partitions == 16
    return triples


@pytest.fixture
def exported(corpus: Corpus, tmp_path: Path) -> Callable[[str], Path]:
    def run(name: str) -> Path:
        export_corpus(corpus, formats()[name], tmp_path / name, rows=3)
        return tmp_path / name

    return run


def test_formats_are_found() -> None:
    assert list(formats()) == ["croissant", "huggingface", "jsonl", "neo4j", "nquads", "ownthink", "pykeen", "su", "tsv", "zhidao-json"]


def test_tsv_is_what_sort_makes_of_it(exported: Callable[[str], Path], plain: Plain) -> None:
    path = exported("tsv")
    lines = path.read_bytes().decode().split("\n")
    assert lines.pop() == ""
    assert {tuple(line.split("\t")) for line in lines} == plain
    shuffled = "".join(f"{line}\n" for line in sorted(lines, key=lambda line: hashlib.md5(line.encode()).digest()))
    environment = os.environ | {"LC_ALL": "C"}
    ordered = subprocess.run(["sort", "-u"], input=shuffled.encode(), env=environment, capture_output=True, check=True).stdout
    assert path.read_bytes() == ordered


def test_su_holds_the_infoboxes_alone(exported: Callable[[str], Path], plain: Plain) -> None:
    lines = exported("su").read_text(encoding="utf-8").split("\n")[:-1]
    assert {tuple(line.split("\t")) for line in lines} == {triple for triple in plain if triple[1] not in NO_ROWS}


def test_ownthink_by_pythons_csv(exported: Callable[[str], Path], corpus: Corpus) -> None:
    with exported("ownthink").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == ["实体", "属性", "值"]
    named = asked(corpus, "SELECT e.title, e.sense, predicate, object FROM triples t JOIN entries e ON e.entry = t.entry")
    expected = {(f"{title}[{sense}]" if sense else title, predicate, text) for title, sense, predicate, text in named}
    assert set(map(tuple, rows)) == expected
    assert len(rows) == len(expected)


@pytest.mark.interop
def test_tsv_and_ownthink_by_pandas(exported: Callable[[str], Path], corpus: Corpus, plain: Plain) -> None:
    pandas = pytest.importorskip("pandas", reason=NOT_HERE)
    words = {"dtype": str, "keep_default_na": False}
    tsv = pandas.read_csv(exported("tsv"), sep="\t", header=None, quoting=csv.QUOTE_NONE, **words)
    assert set(tsv.itertuples(index=False, name=None)) == plain
    ownthink = pandas.read_csv(exported("ownthink"), **words)
    with exported("ownthink").open(encoding="utf-8", newline="") as file:
        assert [list(ownthink.columns), *ownthink.to_numpy().tolist()] == list(csv.reader(file))


def test_nquads_by_pyoxigraph(exported: Callable[[str], Path], corpus: Corpus, plain: Plain) -> None:
    store = pyoxigraph.Store()
    store.bulk_load(path=str(exported("nquads")), format=pyoxigraph.RdfFormat.N_QUADS)
    label = pyoxigraph.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    labels = {quad.subject.value: quad.object.value for quad in store.quads_for_pattern(None, label, None)}
    said: dict[str, set[tuple[str, ...]]] = {"predicate": set(), "link": set(), "date": set()}
    for quad in store:
        kind, mark, predicate = quad.predicate.value.removeprefix("urn:baike:").partition(":")
        if mark and kind in said:
            page = quad.graph_name.value.removeprefix("urn:baike:page:")
            said[kind].add((labels[quad.subject.value], unquote(predicate), quad.object.value, page))
    assert said["predicate"] == set(asked(corpus, "SELECT subject, predicate, object, digest FROM triples"))
    assert {quad[:3] for quad in said["predicate"]} == plain
    assert said["date"] == set(asked(corpus, "SELECT subject, predicate, date, digest FROM triples WHERE date IS NOT NULL"))
    target = "coalesce('urn:baike:id:' || site || ':' || object_id, object_url)"
    links = asked(corpus, f"SELECT subject, predicate, {target}, digest FROM triples WHERE object_id IS NOT NULL OR object_url IS NOT NULL")
    assert len(links) == 6
    # an address may be spelled with more percent signs
    assert {(*quad[:2], unquote(quad[2]), quad[3]) for quad in said["link"]} == {(*row[:2], unquote(row[2]), row[3]) for row in links}
    found = {
        str(binding["n"])
        for binding in store.query(
            "SELECT ?n { GRAPH ?g { ?e <urn:baike:link:职业> <urn:baike:id:baidu_baike:30485> } ?g <http://www.w3.org/ns/prov#wasDerivedFrom> ?n }"
        )
    }
    assert found == {"<https://baike.baidu.com/item/刘德华/114923>"}


@pytest.mark.interop
def test_nquads_by_rdflib(exported: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A second parser reads the same quads as the first."""
    rdflib = pytest.importorskip("rdflib", reason=NOT_HERE)
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)  # it would spell a time's Z as +00:00
    path = exported("nquads")
    found = rdflib.Dataset()
    found.parse(path, format="nquads")
    default = str(found.default_graph.identifier)
    read = pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.N_QUADS)
    expected = {tuple(getattr(term, "value", default) for term in (q.subject, q.predicate, q.object, q.graph_name)) for q in read}
    assert {tuple(map(str, quad)) for quad in found.quads()} == expected


def _neo4j(path: Path) -> tuple[list[str], list[list[str | None]]]:
    """A CSV file by the rules of neo4j-admin: a field with no quotes around it and nothing in it is missing, "" is an empty text."""
    text = path.read_text(encoding="utf-8")
    field = r'(?:"((?:[^"]|"")*)"|([^",\n]*))'
    records: list[list[str | None]] = []
    row: list[str | None] = []
    at = 0
    pattern = re.compile(rf"{field}(,|\n)")
    while at < len(text):
        match = pattern.match(text, at)
        assert match, text[at : at + 50]
        row.append(match[1].replace('""', '"') if match[1] is not None else match[2] or None)
        if match[3] == "\n":
            records.append(row)
            row = []
        at = match.end()
    header = [str(name) for name in records[0]]
    assert all(len(record) == len(header) for record in records)
    return header, records[1:]


def test_neo4j_by_the_rules_of_its_import(exported: Callable[[str], Path], corpus: Corpus, plain: Plain) -> None:
    path = exported("neo4j")
    header, entries = _neo4j(path / "entries.csv")
    assert header[0] == "id:ID(Entry)"
    subjects = {row[0]: row[1] for row in entries}
    assert len(subjects) == len(entries) == corpus.manifest.counts["entries"]
    _, values = _neo4j(path / "values.csv")
    texts = {row[0]: row[1] for row in values}
    assert len(texts) == len(values) == len(set(texts.values()))
    back, types = set(), set()
    for name, ends in (("links.csv", subjects), ("facts.csv", texts)):
        header, rows = _neo4j(path / name)
        at = {column: number for number, column in enumerate(header)}
        for row in rows:
            # neo4j-admin stops at an end that no node has
            assert row[0] in subjects
            assert row[-1] in ends
            assert name == "links.csv" or ends[row[-1]] == row[at["text"]]
            back.add((subjects[row[0]], row[at["predicate"]], row[at["text"]]))
            types.add(row[at[":TYPE"]])
    assert back == plain
    # the empty name can be no type
    assert types == {predicate or OTHER for _, predicate, _ in plain}
    assert len(_neo4j(path / "links.csv")[1]) == 4
    line = (path / "import.sh").read_text(encoding="utf-8").splitlines()[-1]
    assert line.startswith("neo4j-admin database import full ")
    files = re.findall(r"--(?:nodes|relationships)=(\S+)", line)
    assert sorted(files) == sorted(file.name for file in path.glob("*.csv"))
    assert line.split()[4] == "neo4j"
    assert line.endswith(" --read-buffer-size=16m")


def test_neo4j_reads_with_a_buffer_for_the_longest_value(tmp_path: Path) -> None:
    corpus = open_corpus(build(tmp_path, [entry("长", 1, {"长": [value("x" * (9 << 20))]})]))
    told = export_corpus(corpus, formats()["neo4j"], tmp_path / "two words")
    assert "--read-buffer-size=19m" in told[-1]


@pytest.mark.parametrize("name", ["two words", "a,b", 'it\'s "so" $HOME `id`', "a=b.*[0-9](x)", "-n", "斜\\杠 ;&|", "行\n行"])
def test_the_lines_that_import_are_valid_whatever_the_folder_is_called(corpus: Corpus, tmp_path: Path, name: str) -> None:
    """Run by a shell, with a neo4j-admin of ours that reads its arguments as the documentation says."""
    program = tmp_path / "bin" / "neo4j-admin"
    program.parent.mkdir()
    reads = """
for option in sys.argv[5:]:
    if option.startswith(("--nodes=", "--relationships=")):
        for file in option.split("=")[-1].split(","):
            open(file).close()
            print(file)
"""
    program.write_text(f"#!{sys.executable}\nimport sys\n{reads}")
    program.chmod(0o755)
    (told := tmp_path / "elsewhere" / name).mkdir(parents=True)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "CDPATH": str(told.parent)}
    line = export_corpus(corpus, formats()["neo4j"], tmp_path / name)[-1]
    ways = (["sh", "-c", line], ["sh", "--", f"./{name}/import.sh"], ["sh", "--", f"{tmp_path}/{name}/import.sh"])
    for words in ways:
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.stderr, done.returncode) == ("", 0)
        assert sorted(done.stdout.splitlines()) == sorted(file.name for file in (tmp_path / name).glob("*.csv"))


def test_neo4j_bounds_the_types(corpus: Corpus, tmp_path: Path, plain: Plain) -> None:
    bounded = Format("", lambda work, path: write_types(work, path, types=3), folder=True)
    export_corpus(corpus, bounded, tmp_path / "out")
    rows = [row for name in ("links.csv", "facts.csv") for row in _neo4j(tmp_path / "out" / name)[1]]
    assert len({row[-2] for row in rows}) == 4
    assert OTHER in {row[-2] for row in rows}
    assert {row[1] for row in rows} == {predicate for _, predicate, _ in plain}


@pytest.mark.interop
def test_huggingface_by_datasets(exported: Callable[[str], Path], corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    datasets = pytest.importorskip("datasets", reason=NOT_HERE)
    path = exported("huggingface")
    for table in (TRIPLES, ENTRIES):
        # the first is what is loaded without a name
        names = () if table is TRIPLES else (table.name,)
        loaded = datasets.load_dataset(str(path), *names, split="train", cache_dir=str(tmp_path / "cache"))
        assert tuple(loaded.column_names) == table.names
        assert [tuple(row.values()) for row in loaded] == asked(corpus, f"SELECT * FROM {table.name}")


@pytest.mark.interop
def test_datasets_reads_a_later_export_to_the_same_path_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason=NOT_HERE)
    for number in (1, 2):
        corpus = open_corpus(build(tmp_path / str(number), [entry("甲", number, {"高": [value(str(number))]})]))
        export_corpus(corpus, formats()["huggingface"], tmp_path / "out")
        loaded = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
        assert loaded["object"][:] == [str(number)]


@pytest.mark.interop
def test_the_card_by_the_hubs_library(exported: Callable[[str], Path]) -> None:
    hub = pytest.importorskip("huggingface_hub", reason=NOT_HERE)
    card = hub.DatasetCard.load(exported("huggingface") / "README.md").data
    assert (card.language, card.license, card.size_categories) == (["zh"], "other", ["n<1K"])
    assert [(one["config_name"], one.get("default", False)) for one in card.configs] == [("triples", True), ("entries", False)]


def test_the_card_says_what_is_inside(exported: Callable[[str], Path], corpus: Corpus) -> None:
    card = (exported("huggingface") / "README.md").read_text(encoding="utf-8")
    assert f"{corpus.manifest.counts['triples']} triples of {corpus.manifest.counts['entries']} entries" in card
    assert "size_categories:\n- n<1K\n" in card
    assert "| pages fetched | 2026-01-02T03:04:05Z |" in card


@pytest.mark.interop
def test_croissant_by_mlcroissant(exported: Callable[[str], Path], corpus: Corpus) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason=NOT_HERE)
    dataset = mlcroissant.Dataset(str(exported("croissant") / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors

    def text(value: Any) -> Any:
        return [text(one) for one in value] if isinstance(value, list) else value.decode() if isinstance(value, bytes) else value

    for table in (TRIPLES, ENTRIES):
        back = [tuple(text(record[f"{table.name}/{name}"]) for name in table.names) for record in dataset.records(table.name)]
        assert sorted(back, key=repr) == sorted(asked(corpus, f"SELECT * FROM {table.name}"), key=repr)


def test_croissant_names_every_file_and_its_digest(exported: Callable[[str], Path]) -> None:
    path = exported("croissant")
    described = json.loads((path / "croissant.json").read_bytes())
    files = {one["contentUrl"]: one["sha256"] for one in described["distribution"] if one["@type"] == "cr:FileObject"}
    assert files == {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in path.rglob("*.parquet")}


def many_links() -> list[dict[str, Any]]:
    # predicates that begin with a quotation mark, and one that occurs once
    names = ["职业", '"引号"开头', "1", "地区"]
    entries = [
        entry(
            f"条{number}",
            number,
            {names[number % 4]: [link(f"条{(number * 7 + step) % 300}", "x", (number * 7 + step) % 300) for step in range(4)]},
        )
        for number in range(300)
    ]
    return [*entries, entry("独", 1000, {"只此一次": [link("条1", "x", 1)]})]


@pytest.mark.interop
def test_pykeen_as_pykeen_reads_it(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason=NOT_HERE)
    corpus = open_corpus(build(tmp_path, many_links()))
    export_corpus(corpus, formats()["pykeen"], tmp_path / "out")
    splits = {}
    for split in ("train", "valid", "test"):
        # PyKEEN's load_triples; PyKEEN itself needs a gigabyte of torch
        frame = pandas.read_csv(
            tmp_path / "out" / f"{split}.txt", sep="\t", encoding="utf-8", dtype=str, header=None, keep_default_na=False
        )
        splits[split] = set(frame.itertuples(index=False, name=None))
    assert set.union(*splits.values()) == set(asked(corpus, "SELECT entry, predicate, target FROM links"))
    assert sum(map(len, splits.values())) == corpus.manifest.counts["links"] == 1201
    assert 20 <= len(splits["valid"]) <= 110
    assert 20 <= len(splits["test"]) <= 110
    for split in ("valid", "test"):
        for column in (0, 1, 2):
            known = {triple[0] for triple in splits["train"]} | {triple[2] for triple in splits["train"]}
            known = {triple[1] for triple in splits["train"]} if column == 1 else known
            assert {triple[column] for triple in splits[split]} <= known
    labels = dict(line.split("\t") for line in (tmp_path / "out" / "labels.tsv").read_text(encoding="utf-8").splitlines())
    assert labels["baidu_baike#1000"] == "独"


def test_same_corpus_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    for name, form in formats().items():
        if ENTRY_CORPUS not in form.kinds:
            continue
        made = []
        for threads in (1, 2):
            out = tmp_path / f"{name}-{threads}"
            export_corpus(corpus, form, out, threads=threads, rows=3)
            files = [out] if out.is_file() else sorted(path for path in out.rglob("*") if path.is_file())
            made.append([(str(path.relative_to(out)), path.read_bytes()) for path in files])
        assert made[0] == made[1], name


KILLED = """
import sys, time
from baike_spider.corpus.export import lines, tsv, copies
from baike_spider.cli.main import main
real = lines.put_lines
def put(work, file, sql):
    file.write(b"half a line")
    file.flush()
    print("half", flush=True)
    time.sleep(60)
tsv.put_lines = put
def copy(work, table, folder):
    folder.mkdir(parents=True)
    (folder / "half").write_bytes(b"half")
    print("half", flush=True)
    time.sleep(60)
from baike_spider.corpus.export import huggingface
huggingface.copy_table = copy
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("name", ["tsv", "huggingface"])
def test_killed_with_9_in_the_middle_leaves_the_earlier_export(folder: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"

    def held() -> dict[str, bytes]:
        files = [out] if out.is_file() else sorted(path for path in out.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    words = ["corpus", "export", name, str(folder), "-o", str(out)]
    for earlier in (False, True):
        before = held() if earlier else {}
        with subprocess.Popen([sys.executable, "-c", KILLED, *words], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"half\n"
            process.send_signal(signal.SIGKILL)
        assert out.exists() is earlier
        assert (held() if earlier else {}) == before
        assert main(words) == 0
        assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_only_an_export_is_replaced(corpus: Corpus, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("ten years")
    for output in (tmp_path / "mine", folder):
        with pytest.raises(CorpusError, match="is there and is no export"):
            export_corpus(corpus, formats()["huggingface"], output)
        with pytest.raises(CorpusError, match="is a folder; a file is written"):
            export_corpus(corpus, formats()["tsv"], output)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "ten years"
    (tmp_path / "link").symlink_to(tmp_path / "mine" / "thesis.txt")
    with pytest.raises(CorpusError, match="is no regular file"):
        export_corpus(corpus, formats()["tsv"], tmp_path / "link")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "ten years"


def test_interrupted_it_says_nothing_more_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom baike_spider.corpus.export import lines, tsv\nfrom baike_spider.cli.main import main\n"
        "def put(work, file, sql):\n    print('half', flush=True)\n"
        "    work.db.execute('SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range <> b.range')\n"
        "tsv.put_lines = put\nsys.exit(main(sys.argv[1:]))"
    )
    words = ["corpus", "export", "tsv", str(folder), "-o", str(tmp_path / "out.tsv"), "--threads", "1"]
    with subprocess.Popen([sys.executable, "-c", program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == b""
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_corpus_is_not_published(tmp_path: Path) -> None:
    folder = build(tmp_path)
    path = folder / "triples" / "00000.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    for name in ("huggingface", "croissant"):
        with pytest.raises(CorpusDamaged, match=r"00000\.parquet"):
            export_corpus(open_corpus(folder), formats()[name], tmp_path / name)
        assert not (tmp_path / name).exists()
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(CorpusDamaged, match="baike corpus verify"):
        export_corpus(open_corpus(folder), formats()["tsv"], tmp_path / "out.tsv")
    assert not (tmp_path / "out.tsv").exists()


def test_an_unknown_format_names_those_there_are(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["corpus", "export", "excel", str(folder), "-o", str(tmp_path / "x")])
    assert exit_.value.code == 2
    assert "nquads" in capsys.readouterr().err
