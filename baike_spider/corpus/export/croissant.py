"""Croissant 1.0 metadata beside the Parquet files it describes, as mlcroissant and dataset searches read it.

croissant.json                   files with their sha256, record sets `triples` and `entries`, a field a column
data/triples/train-*.parquet     the corpus' own files
data/entries/train-*.parquet
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from baike_spider.corpus.export.copies import copy_table
from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import text_file
from baike_spider.corpus.schema import ENTRIES, TRIPLES

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.manifest import CorpusManifest, CorpusShard
    from baike_spider.corpus.schema import Column, Table

__all__ = ["FORMAT"]

_TABLES = (TRIPLES, ENTRIES)
_TYPES = {"VARCHAR": "sc:Text", "VARCHAR[]": "sc:Text", "BIGINT": "sc:Integer", "DOUBLE": "sc:Float"}
_PARQUET = "application/x-parquet"

#: the context of the specification, in the order that it gives
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def _write(work: Work, path: Path) -> list[str]:
    path.mkdir()
    copied = {table.name: copy_table(work, table.name, path / "data" / table.name) for table in _TABLES}
    with text_file(path / "croissant.json") as file:
        file.write((json.dumps(_described(work.corpus.manifest, copied), ensure_ascii=False, indent=1) + "\n").encode())
    files = sum(map(len, copied.values()))
    return [f"{work.corpus.manifest.counts['triples']:,} triples in {files} files, described in croissant.json"]


def _described(manifest: CorpusManifest, copied: dict[str, list[tuple[str, CorpusShard]]]) -> dict[str, Any]:
    counts = manifest.counts
    distribution: list[dict[str, Any]] = []
    for name, files in copied.items():
        objects = [_file(name, file, shard) for file, shard in files]
        distribution += objects
        distribution.append(
            {
                "@type": "cr:FileSet",
                "@id": f"{name}-files",
                "name": f"{name}-files",
                "encodingFormat": _PARQUET,
                "includes": f"data/{name}/*.parquet",
            }
        )
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": "chinese-encyclopedia-triples",
        "description": f"{counts['triples']:,} triples of {counts['entries']:,} entries of a Chinese encyclopedia, each with the page that it was read from.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "inLanguage": "zh",
        "version": "1.0.0",
        "distribution": distribution,
        "recordSet": [_records(table) for table in _TABLES],
    }


def _file(table: str, name: str, shard: CorpusShard) -> dict[str, Any]:
    path = f"data/{table}/{name}"
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{shard.bytes} B",
        "encodingFormat": _PARQUET,
        "sha256": shard.sha256,
    }


def _records(table: Table) -> dict[str, Any]:
    return {"@type": "cr:RecordSet", "@id": table.name, "name": table.name, "field": [_field(table, column) for column in table.columns]}


def _field(table: Table, column: Column) -> dict[str, Any]:
    field = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": f"{table.name}/{column.name}",
        "description": column.meaning,
        "dataType": _TYPES[column.type],
        "source": {"fileSet": {"@id": f"{table.name}-files"}, "extract": {"column": column.name}},
    }
    return field | {"repeated": True} if column.type.endswith("[]") else field


FORMAT = Format("Parquet files with Croissant 1.0 metadata (mlcroissant)", _write, folder=True, reads=())
