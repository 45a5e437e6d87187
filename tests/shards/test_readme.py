"""output/README.md names every field there is, in both languages, and its examples are the code's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from baike_spider.shards import COLUMNS, REJECT_FIELDS, load_manifest
from extractors.errors import Malformed, NotAnEntry, QuestionList, Refused, SenseList, UnknownLayout
from extractors.model import Question
from tests.shards.specimens import entry_of, writer_of

README = Path(__file__).parents[2] / "output" / "README.md"
CHINESE, _, ENGLISH = README.read_text(encoding="utf-8").partition("\n# Data format\n")


def section(text: str, folder: str) -> str:
    [body] = re.findall(rf"^## [^\n]*`{folder}`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return str(body)


@pytest.mark.parametrize("text", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_every_field_is_described_in_its_order(text: str, tmp_path: Path) -> None:
    assert re.findall(r"^\| `(\w+)` \|", section(text, "entries/"), re.MULTILINE) == list(entry_of(1).as_dict())
    for folder, fields in (("triples/", COLUMNS), ("questions/", ("url", "question", "tags")), ("rejects/", REJECT_FIELDS)):
        cells = re.findall(r"^\| (`[^|]+`) \|", section(text, folder), re.MULTILINE)
        assert re.findall(r"\w+", " ".join(cells)) == list(fields)
    with writer_of(tmp_path) as writer:
        writer.write(entry_of(1))
    rich = Question("http://zhidao.baidu.com/question/1.html", "x", ()).as_rich_dict()
    assert set(re.findall(r"`(\w+)`", section(text, "questions/"))) >= set(rich)
    manifest = load_manifest(tmp_path)
    named = set(re.findall(r"`(\w+)`", section(text, "manifest.json")))
    assert named >= set(manifest.as_dict()) | set(manifest.counts) | set(manifest.shards[0].as_dict())


@pytest.mark.parametrize("text", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_the_examples_hold_the_columns_and_verdicts(text: str) -> None:
    [names] = re.findall(r"names = \[(.*?)\]", text, re.DOTALL)
    assert re.findall(r"'(\w+)'", names) == list(COLUMNS)
    for verdict in (Malformed, NotAnEntry, QuestionList, Refused, SenseList, UnknownLayout):
        assert f"`{verdict.kind}`" in section(text, "rejects/")
