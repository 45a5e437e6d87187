"""The `baike` command. One file a command: parse the arguments, make one call, print.

Results go to standard output, everything else to standard error. Exit codes: `baike_spider.exits`.
"""

import sys

try:
    from baike_spider.cli.main import main
except KeyboardInterrupt:  # Ctrl-C while modules load, before anything can catch it; the commands' own are loaded within `main`
    sys.exit(130)

__all__ = ["main"]
