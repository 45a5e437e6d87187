"""kill -9 at random moments of build, export, report and diff: what was there before is whole, or the new is; the next run succeeds.

    python -m tests.bench.corpus_kills FOLDER [--triples 200_000] [--kills 25] [--seed 1]

Every command first writes an earlier output, then is started with another input and killed, so many times over its whole duration: in processor time where
the system tells it, so that other work on the machine moves no kill. After each kill the output must be the earlier one to the byte, or the finished new one;
every fifth time the command is run again to its end, must give the new one, and leave nothing beside it.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.bench.corpora import make_crawls
from tests.bench.rig import cpu_seconds

#: whether the system tells the processor time of a process that runs
TOLD = Path("/proc/self/stat").exists()
BAIKE = (sys.executable, "-m", "baike_spider.cli.main")


@dataclass(frozen=True, slots=True)
class Case:
    """A command that replaces its output."""

    name: str
    earlier: tuple[str, ...]
    """Writes what is there before; the output's path follows."""
    later: tuple[str, ...]
    """The command that is killed; the output's path follows."""


def cases(folder: Path, triples: int) -> list[Case]:
    """Makes what the commands read, and the commands."""
    first, again = map(str, make_crawls(folder / "crawls", triples, shards=4))
    old, new = str(folder / "old"), str(folder / "new")
    run((*BAIKE, "corpus", "build", again, "-o", old))
    run((*BAIKE, "corpus", "build", first, "-o", new))
    return [
        Case("build", ("corpus", "build", again, "-o"), ("corpus", "build", first, "-o")),
        *(
            Case(f"export {name}", ("corpus", "export", name, old, "-o"), ("corpus", "export", name, new, "-o"))
            for name in ("tsv", "nquads", "huggingface", "neo4j")
        ),
        Case("report", ("corpus", "report", old, "-o"), ("corpus", "report", new, "--previous", old, "-o")),
        Case("diff", ("corpus", "diff", old, old, "-o"), ("corpus", "diff", old, new, "--json", "-o")),
    ]


def run(command: tuple[str, ...]) -> float:
    """How long it took."""
    began, spent = time.monotonic(), children_seconds()
    subprocess.run(command, check=True, capture_output=True)
    return children_seconds() - spent if TOLD else time.monotonic() - began


def children_seconds() -> float:
    """Processor time of the processes that were started and have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def wait_for(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Until it has run for so long, or has ended."""
    began = time.monotonic()
    while process.poll() is None and (cpu_seconds(process.pid) if TOLD else time.monotonic() - began) < seconds:
        time.sleep(0.002)


def digests(path: Path) -> dict[str, str]:
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    return {str(one.relative_to(path)): sha256(one.read_bytes()).hexdigest() for one in files}


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def kill_often(case: Case, folder: Path, kills: int, dice: random.Random) -> Counter[str]:
    """How often the earlier and the new output was found. Raises AssertionError where it is neither, or where the next run does not make it good."""
    folder.mkdir()
    output, kept = folder / "output", folder.with_name(f"{folder.name}.earlier")
    command = (*BAIKE, *case.later, str(output))
    run((*BAIKE, *case.earlier, str(output)))
    shutil.copytree(output, kept) if output.is_dir() else shutil.copy2(output, kept)
    earlier = digests(output)
    duration = run(command)
    finished = digests(output)
    assert earlier != finished
    found: Counter[str] = Counter()
    for number in range(kills):
        if digests(output) != earlier:
            remove(output)
            shutil.copytree(kept, output) if kept.is_dir() else shutil.copy2(kept, output)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(process, duration * dice.uniform(0.1, 1.1))
        process.kill()
        killed = process.wait() < 0
        held = digests(output)
        assert held in (earlier, finished), f"{case.name}: neither the earlier output nor the new one"
        found[("earlier" if held == earlier else "new") if killed else "was over"] += 1
        if number % 5 == 4:
            run(command)
            assert digests(output) == finished, f"{case.name}: the next run gives something else"
            assert [one.name for one in folder.iterdir()] == ["output"], f"{case.name}: something is left"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--triples", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    root: Path = args.folder / "kills"
    root.mkdir(parents=True)
    try:
        for case in cases(root, args.triples):
            found = kill_often(case, root / case.name.replace(" ", "-"), args.kills, random.Random(f"{args.seed}/{case.name}"))
            print(f"{case.name:20}" + ", ".join(f"{what} {count}" for what, count in sorted(found.items())), flush=True)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
