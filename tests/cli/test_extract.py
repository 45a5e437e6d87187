"""`baike extract` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baike_spider.cli.main import main
from baike_spider.corpus.extract import Done
from extractors.predicates import predicate_aliases

PAGES = "pages"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_entry_a_page_in_the_order_of_the_names(encyclopedia: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "entries.jsonl"
    assert main(["extract", str(encyclopedia / PAGES), "-o", str(out)]) == 9  # the verification page and the unknown layout among them
    entries = lines(out)
    assert [entry["source"] for entry in entries] == sorted(entry["source"] for entry in entries)
    assert len(entries) == 43
    told = capsys.readouterr().err
    assert "verification.html: refused: " in told
    assert "clock-shop.html: unknown_layout: " in told
    assert "43 entry" in told


def test_a_title_that_begins_with_a_dot(encyclopedia: Path, tmp_path: Path) -> None:
    pages = sorted((encyclopedia / PAGES).rglob("*.html"))
    body = next(path for path in pages if main(["extract", str(path), "-o", str(tmp_path / "one.jsonl")]) == 0).read_bytes()
    folder = tmp_path / "pages"
    (folder / ".cache.html").mkdir(parents=True)
    for name in (".NET.html", "._NET.html", ".cache.html/NET.html"):
        (folder / name).write_bytes(body)
    assert main(["extract", str(folder), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert [Path(entry["source"]).name for entry in lines(tmp_path / "out.jsonl")] == [".NET.html"]
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as bundle:
        for name in (".NET.html", "._NET.html"):
            bundle.write(folder / name, name)
    assert main(["extract", str(packed), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert [Path(entry["source"]).name for entry in lines(tmp_path / "out.jsonl")] == [".NET.html"]


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_same_bytes_over_processes_jobs_and_hash_seeds(encyclopedia: Path, tmp_path: Path, seed: str) -> None:
    outputs = []
    for jobs in ("1", "2"):
        out = tmp_path / f"{jobs}.jsonl"
        command = [sys.executable, "-m", "baike_spider.cli.main", "extract", str(encyclopedia / PAGES), "--jobs", jobs, "-o", str(out)]
        subprocess.run(command, check=False, capture_output=True, env={"PYTHONHASHSEED": seed})
        outputs.append(out.read_bytes())
    main(["extract", str(encyclopedia / PAGES), "-o", str(tmp_path / "here.jsonl")])
    assert outputs[0] == outputs[1] == (tmp_path / "here.jsonl").read_bytes()


def test_triples_and_their_normalised_predicates(encyclopedia: Path, tmp_path: Path) -> None:
    plain, normal = tmp_path / "plain.jsonl", tmp_path / "normal.jsonl"
    main(["extract", str(encyclopedia / PAGES), "--format", "triples", "-o", str(plain)])
    main(["extract", str(encyclopedia / PAGES), "--format", "triples", "--normalise-predicates", "-o", str(normal)])
    raw, canonical = lines(plain), lines(normal)
    assert {triple["raw_predicate"] for triple in raw} == {None}
    renamed = [triple for triple in canonical if triple["raw_predicate"]]
    assert renamed
    assert all(predicate_aliases()[triple["raw_predicate"]] == triple["predicate"] for triple in renamed)


def test_standard_input(encyclopedia: Path) -> None:
    page = next((encyclopedia / PAGES / "basicinfo").glob("*.html")).read_bytes()
    done = subprocess.run([sys.executable, "-m", "baike_spider.cli.main", "extract", "-"], input=page, capture_output=True, check=True)
    assert json.loads(done.stdout)["source"] == "-"


def test_explain_names_the_rule_of_every_value(encyclopedia: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "--explain", str(encyclopedia / PAGES / "react" / "haideng-group.html")]) == 0
    told = capsys.readouterr().out
    assert "1978年5月1日  date 1978-05-01    (" in told
    assert "quantity 28600000000 元" in told


def test_pages_whose_two_sources_disagree_are_counted(encyclopedia: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (encyclopedia / PAGES / "react" / "haideng-group.html").read_text(encoding="utf-8")
    at = page.index("itemValue", page.index("公司类型", page.index("J-basic-info")))
    changed = tmp_path / "changed.html"
    changed.write_text(page[:at] + page[at:].replace("有限责任公司", "股份有限公司", 1), encoding="utf-8")
    assert main(["extract", str(changed), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert "in 1 of them PAGE_DATA and the page itself disagree" in capsys.readouterr().err


def test_a_failed_run_leaves_no_output(encyclopedia: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "entries.jsonl"
    out.write_text("earlier\n")
    assert main(["extract", str(encyclopedia / PAGES), str(tmp_path / "missing"), "-o", str(out)]) == 2
    monkeypatch.setattr("baike_spider.cli.extract.extract_tasks", interrupted)
    assert main(["extract", str(encyclopedia / PAGES), "-o", str(out)]) == 130
    assert out.read_text() == "earlier\n"
    assert list(tmp_path.iterdir()) == [out]


def test_a_page_that_we_fail_on_does_not_end_the_run(
    encyclopedia: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baike_spider.corpus.extract.extract_record", broken)
    assert main(["extract", str(encyclopedia / PAGES / "biitem")]) == 9
    assert "2 error" in capsys.readouterr().err


def interrupted(*_: object, **__: object) -> Iterator[Done]:
    yield Done(lines="{}\n")
    raise KeyboardInterrupt


def broken(_: object) -> None:
    raise RuntimeError("a fault of ours")


def test_a_reader_that_has_seen_enough(encyclopedia: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} -m baike_spider.cli.main extract {encyclopedia / PAGES} 2>{tmp_path}/errors | head -c 100 >/dev/null; cat {tmp_path}/errors"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stdout
    assert "BrokenPipe" not in done.stdout


def test_neither_the_input_nor_a_device_is_replaced(encyclopedia: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes((encyclopedia / PAGES / "biitem" / "zhou-heming.html").read_bytes())
    before = page.read_bytes()
    assert main(["extract", str(page), "-o", str(page)]) == 2
    assert page.read_bytes() == before
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert main(["extract", str(page), "-o", str(pipe)]) == 0
    assert b'"title"' in reader.communicate(timeout=20)[0]
    assert pipe.is_fifo()


def test_verify_of_a_folder_without_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err
