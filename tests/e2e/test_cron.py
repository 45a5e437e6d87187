"""The lines of deploy/ do what they say, in the bare environment that cron and systemd give them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from baike_spider.crawl.plan import PLACEHOLDER
from tests.conftest import ROOT
from tests.e2e.conftest import BIN, PATIENCE, Workplace

DEPLOY = ROOT / "deploy"


@pytest.fixture
def bare(own_site: Workplace) -> dict[str, str]:
    """What cron sets, and where our test's crawl is."""
    done = own_site.run("scrapy", "crawl", "baike", "-a", "seeds=雾屿省", "-a", "max_entries=5")
    assert done.returncode == 0, done.stderr
    ours = {name: own_site.env[name] for name in ("BAIKE_OUTPUT", "BAIKE_MIRROR", "BAIKE_DELAY")}
    return {"HOME": str(own_site.folder), "LOGNAME": "baike", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", **ours}


def here(text: str, workplace: Workplace) -> str:
    places = {
        "/opt/baike-spider/.venv/bin": BIN,
        ".venv/bin": BIN,
        "/opt/baike-spider": ROOT,
        "output/cron.log": workplace.folder / "cron.log",
    }
    return re.sub("|".join(map(re.escape, places)), lambda match: str(places[match[0]]), text)


def nightly(workplace: Workplace) -> str:
    """The command of the crontab line, for this place."""
    (line,) = (line for line in (DEPLOY / "crontab").read_text("utf-8").splitlines() if not line.startswith("#"))
    assert line.split()[:5] == ["17", "3", "*", "*", "*"]
    assert "%" not in line, "cron makes line feeds of it"
    for readme in ("README.md", "README.en.md"):
        assert line in (ROOT / readme).read_text("utf-8")
    return here(line.split(maxsplit=5)[5], workplace).replace("refresh=30d", "refresh=0h -a max_entries=3")


def mailed(command: str, env: dict[str, str]) -> str:
    """What cron would send: all that the command prints, whatever its exit code."""
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=env, cwd=env["HOME"], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return done.stdout + done.stderr


def test_the_crontab_line(own_site: Workplace, bare: dict[str, str]) -> None:
    assert mailed(nightly(own_site), bare) == ""
    assert "Spider closed (finished)" in (own_site.folder / "cron.log").read_text("utf-8")
    report = json.loads((own_site.folder / "baike" / "last_run.json").read_text("utf-8"))
    assert report["exit_code"] == 0


def test_cron_sends_mail_of_a_run_that_failed(own_site: Workplace, bare: dict[str, str]) -> None:
    no_folder = str(own_site.folder / "baike" / "manifest.json")
    assert "refresh failed: exit code 4, see " in mailed(nightly(own_site), {**bare, "BAIKE_OUTPUT": no_folder})


@pytest.mark.parametrize(("code", "mail"), [(8, ""), (5, "refresh failed: exit code 5, see output/cron.log\n")])
def test_the_one_code_that_is_no_error(workplace: Workplace, tmp_path: Path, code: int, mail: str) -> None:
    stub = tmp_path / "scrapy"
    stub.write_text(f"#!/bin/sh\necho said >&2\nexit {code}\n")
    stub.chmod(0o755)
    workplace.folder.mkdir()
    command = nightly(workplace).replace(str(BIN / "scrapy"), str(stub))
    assert mailed(command, {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}).replace(str(workplace.folder), "output") == mail
    assert (workplace.folder / "cron.log").read_text() == "said\n"


def test_no_example_holds_a_contact_that_would_be_taken_for_one() -> None:
    texts = [*DEPLOY.iterdir(), *ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "Makefile"]
    found = {contact for path in texts for contact in re.findall(r"BAIKE_CONTACT=([^\s`)，。]+)", path.read_text("utf-8"))}
    assert found == {PLACEHOLDER}


def test_the_systemd_units(own_site: Workplace, bare: dict[str, str], tmp_path: Path) -> None:
    units = {unit.name: unit.read_text("utf-8") for unit in DEPLOY.glob("baike-refresh.*")}
    assert set(units) == {"baike-refresh.service", "baike-refresh.timer"}
    lines = [line.partition("=") for line in units["baike-refresh.service"].splitlines() if not line.startswith("#")]
    (start,) = (value for name, _, value in lines if name == "ExecStart")
    environment = dict(value.split("=", 1) for name, _, value in lines if name == "Environment")
    done = subprocess.run(
        [*shlex.split(here(start, own_site)), "-a", "max_entries=3"],
        env={**bare, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["reason"] == "finished"
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here to check the units with")
    for name, text in units.items():
        (tmp_path / name).write_text(here(text, own_site))
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "baike-refresh.timer"), str(tmp_path / "baike-refresh.service")],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "baike-refresh" not in checked.stderr, checked.stderr
