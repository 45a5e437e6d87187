"""Pages as they were fetched: WARC files out, and WARC, ARC, WACZ, zip, tar, JSON lines and HTML files in.

A crawl writes with `ArchiveWriter`, everybody reads `Piece`s and `Damage`. The WARC library stays in here. This room knows no Scrapy and no Redis.
"""

from baike_spider.archive.bundles import PLAIN, Piece, Reading, holds_records, read_file, read_tape, read_zip
from baike_spider.archive.cdxj import cdxj_line
from baike_spider.archive.checking import verify_record
from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.endings import NAMES, is_hidden
from baike_spider.archive.exchange import Exchange
from baike_spider.archive.files import FOLDER, archive_in, file_names, is_begun, mend, rows_of
from baike_spider.archive.index import INDEX_FILE, Index, IndexFailed, Row
from baike_spider.archive.json_lines import Fields
from baike_spider.archive.originals import Originals
from baike_spider.archive.payload import decoded
from baike_spider.archive.reading import members_follow, open_tape, read_at, read_records
from baike_spider.archive.record import Record
from baike_spider.archive.tape import Tape
from baike_spider.archive.writer import ROLL_BYTES, ArchiveWriter
from baike_spider.archive.zip_files import is_zip, page_names

__all__ = [
    "FOLDER",
    "INDEX_FILE",
    "NAMES",
    "PLAIN",
    "ROLL_BYTES",
    "ArchiveWriter",
    "Broken",
    "Damage",
    "Exchange",
    "Fields",
    "Index",
    "IndexFailed",
    "Originals",
    "Piece",
    "Reading",
    "Record",
    "Row",
    "Tape",
    "archive_in",
    "cdxj_line",
    "decoded",
    "file_names",
    "holds_records",
    "is_begun",
    "is_hidden",
    "is_zip",
    "members_follow",
    "mend",
    "open_tape",
    "page_names",
    "read_at",
    "read_file",
    "read_records",
    "read_tape",
    "read_zip",
    "rows_of",
    "verify_record",
]
