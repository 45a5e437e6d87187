"""Pages as they were fetched: WARC files out, and WARC, ARC, WACZ, zip, tar, JSON lines and HTML files in.

A crawl writes with `ArchiveWriter`, everybody reads `Piece`s and `Damage`. The WARC library stays in here. This room knows no Scrapy and no Redis.
"""

from baike_spider.archive.bundles import PLAIN, Fields, Piece, Reading, holds_records, is_zip, page_names, read_file, read_tape, read_zip
from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.reading import members_follow, open_tape, read_records
from baike_spider.archive.record import Record
from baike_spider.archive.tape import Tape

__all__ = [
    "PLAIN",
    "Broken",
    "Damage",
    "Fields",
    "Piece",
    "Reading",
    "Record",
    "Tape",
    "holds_records",
    "is_zip",
    "members_follow",
    "open_tape",
    "page_names",
    "read_file",
    "read_records",
    "read_tape",
    "read_zip",
]
