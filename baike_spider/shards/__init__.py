"""The on-disk contract: a crawl's entries and triples, or questions, and rejects as compressed shards under one manifest.

A worker writes with `ShardWriter`, a run begins with `salvage`, everybody reads with `read_entries`, `read_triples`,
`read_questions`, `read_rejects` and checks with `verify`. The format is described in output/README.md. This room knows no Scrapy and no Redis.
"""

from baike_spider.shards.adopt import adopt
from baike_spider.shards.errors import IsCorpus, ManifestDamaged, ShardDamaged, ShardError
from baike_spider.shards.jsonl import REJECT_FIELDS
from baike_spider.shards.manifest import MANIFEST, Manifest, Shard, load_manifest
from baike_spider.shards.names import ENTRY_KINDS, QUESTION_KINDS, TriplesFormat
from baike_spider.shards.reader import read_entries, read_questions, read_rejects, read_triples
from baike_spider.shards.recovery import Damage
from baike_spider.shards.rejects import alias_records, reject_record, unread_record
from baike_spider.shards.salvage import Salvage, salvage
from baike_spider.shards.tsv import COLUMNS
from baike_spider.shards.verify import Problem, verify
from baike_spider.shards.writer import ROLL_BYTES, ShardWriter

__all__ = [
    "COLUMNS",
    "ENTRY_KINDS",
    "MANIFEST",
    "QUESTION_KINDS",
    "REJECT_FIELDS",
    "ROLL_BYTES",
    "Damage",
    "IsCorpus",
    "Manifest",
    "ManifestDamaged",
    "Problem",
    "Salvage",
    "Shard",
    "ShardDamaged",
    "ShardError",
    "ShardWriter",
    "TriplesFormat",
    "adopt",
    "alias_records",
    "load_manifest",
    "read_entries",
    "read_questions",
    "read_rejects",
    "read_triples",
    "reject_record",
    "salvage",
    "unread_record",
    "verify",
]
