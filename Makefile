# `make crawl` sets everything up and runs the main job; `make test` passes the tests. Needs Python 3.11+, make, a C compiler.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUTPUT ?= output
export SEEDS OUTPUT

.DEFAULT_GOAL := help
.PHONY: help crawl test test-spark lint floors clean

help:
	@echo "make crawl                        crawl the small encyclopedia that comes with the project (offline)"
	@echo "make crawl SEEDS=刘德华,清华大学   crawl the live site, politely (set BAIKE_CONTACT=you@example.org)"
	@echo "make test                         run the tests"
	@echo "make test-spark                   run the tests of the Spark job (installs pyspark, needs Java 17)"
	@echo "make lint                         linters, types, import rules"
	@echo "make floors                       quality floors on the real pages, where they are at hand"
	@echo "make test-interop                 open the exports with the tools they are for (installs 500 MB)"

crawl: $(VENV)/.installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh deploy/crawl.sh

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not interop"

test-spark: $(VENV)/.installed-spark
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17: on Debian, apt-get install openjdk-17-jre-headless" >&2; exit 1; }
	$(BIN)/python -m pytest tests/jobs

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

floors: $(VENV)/.installed-dev
	$(BIN)/python -m tests.floors

.PHONY: test-interop
test-interop: $(VENV)/.installed-interop
	$(BIN)/python -m pytest -m interop tests/corpus

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; choose one with make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

# with the tools there no test may be skipped: an import that fails is told here
$(VENV)/.installed-interop: pyproject.toml $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[interop]'
	$(BIN)/python -c 'import datasets, mlcroissant, pandas, pyarrow, rdflib'
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-spark: pyproject.toml $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]'
	@touch $@
