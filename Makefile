# Two commands matter: `make demo` (see it work) and `make test` (prove it works). Both need only Python >= 3.11, make and a package index.
# All paths are relative, so that the checkout may lie in a folder whose name has spaces.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup bench-classify bench-crawl bench-labels bench-obfuscation bench-spelling quality data-card demo test lint format types imports unit clean

help:  ## Show this list.
	@grep -E '^[a-z-]+:.*##' Makefile | awk -F':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

setup: $(STAMP)  ## Make .venv with everything in it; the command is then .venv/bin/kiemtin.

# pip is upgraded first: the version that comes with Python 3.11 (23.2) crashes while resolving some of these packages.
$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d: make PYTHON=/path/to/python3.11" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $(STAMP)

demo: setup  ## Run the whole way on sample posts, then serve the desk at http://127.0.0.1:8000 (CHECK=1: check it and exit).
	$(BIN)/kiemtin demo $(if $(CHECK),--check)

test: lint types imports unit  ## Run every check: linter, formatter, types, import directions, tests.

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/python -m pytest

format: setup  ## Let the formatter and the linter mend what they can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

BENCH_STAMP := .venv-bench/.installed

$(BENCH_STAMP):
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --upgrade pip
	.venv-bench/bin/python -m pip install --quiet 'scrapy>=2.13,<3'
	touch $(BENCH_STAMP)

bench-classify: setup  ## Count posts classified per CPU second, beside underthesea's tokeniser alone: DATA=FILE of JSON lines.
	$(BIN)/python -m tests.benchmarks.bench_classify $(DATA)

bench-crawl: setup $(BENCH_STAMP)  ## Count pages read per CPU second, beside Scrapy (installed for this alone).
	$(BIN)/python -m tests.benchmarks.bench_crawl .venv-bench/bin/python

bench-labels: setup  ## Count the labels a new place needs: DATA="vihsd=POOL:EVALUATION reintel=FILE", as published.
	$(BIN)/python -m tests.benchmarks.bench_labels $(DATA)

bench-obfuscation: setup  ## Count what a model still sees of disguised abuse: DATA=vihsd=LEARN:MEASURE, as published.
	$(BIN)/python -m tests.benchmarks.bench_obfuscation $(DATA)

bench-spelling: setup  ## Measure how chat spelling is respelt: DATA=FILE of pairs, as ViLexNorm is published.
	$(BIN)/python -m tests.benchmarks.bench_spelling $(DATA)

quality: setup  ## Measure the default model anew: floors.toml and docs/quality.md (LOWER=1: limits may become more lenient).
	$(BIN)/python -m tests.quality.measure_anew $(if $(LOWER),--lower)

data-card: setup  ## Write docs/data-card.md from the project's posts.
	$(BIN)/kiemtin data card --to docs/data-card.md

clean:  ## Remove .venv and caches; data folders stay.
	rm -rf $(VENV) .venv-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
