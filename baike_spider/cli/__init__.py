"""The `baike` command. One file a command: parse the arguments, make one call, print.

Results go to standard output, everything else to standard error. Exit codes: `baike_spider.exits`.
"""

from baike_spider.cli.main import main

__all__ = ["main"]
