# Two commands matter: `make demo` (see it work) and `make test` (prove it works). Both need only Python >= 3.11, make and a package index.
# All paths are relative, so that the checkout may lie in a folder whose name has spaces.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FULL := $(VENV)/.installed-full
UV := .venv-uv/bin/uv
SUPPORTED := 3.11 3.12 3.13 3.14

# uv must take the interpreters that are there and never bring its own.
export UV_PYTHON_DOWNLOADS := never
# Compiled once, at installation: the tests start a thousand processes, also where the environment forbids Python to keep
# what it compiles.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
# As pip does: behind a proxy that signs for itself, the system knows it and uv's own list does not.
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help
.PHONY: help setup full lock upgrade architecture bench-classify bench-crawl bench-desk bench-load bench-start bench-today chaos evidence default-model real-posts quality pictures-quality conformance fuzz messages docs sbom audit data-card demo check test browser gate long test-busy test-pythons test-lowest lint format types imports unit clean

help:  ## Show this list; [on two cores, how long it takes].
	@grep -E '^[a-z-]+:.*##' Makefile | awk -F':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

setup: $(STAMP)  ## [half a minute] Make .venv with what uv.lock names; the command is then .venv/bin/kiemtin.

full: $(FULL)  ## [a minute] Add Dask, PyArrow, PostgreSQL and what drives a browser to it; targets that need them do so.

$(UV):
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d: make PYTHON=/path/to/python3.11" % sys.version_info[:2])'
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian: apt install python3-venv)" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv-uv
	.venv-uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

# The interpreter is asked for its own path: what lies on the search path may be pyenv's wrapper, which is not one.
SYNC = UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --quiet --locked --all-extras --python "$$("$(PYTHON)" -c 'import sys; print(sys.executable)')"

# An environment that was made full stays so.
$(STAMP): pyproject.toml uv.lock | $(UV)
	$(SYNC) $(if $(wildcard $(FULL)),--group full,--inexact --no-extra cluster --no-extra parquet)
	touch $(STAMP)

$(FULL): $(STAMP)
	$(SYNC) --group full
	touch $(FULL)

lock: $(UV)  ## [seconds] Write what changed in pyproject.toml into uv.lock; all else stays as it is.
	$(UV) lock

upgrade: $(UV)  ## [seconds] Renew uv.lock: the newest versions that pyproject.toml allows.
	$(UV) lock --upgrade

demo: setup  ## [a minute] Run the whole way on sample posts, then serve the desk at http://127.0.0.1:8000 (CHECK=1: check it and exit).
	$(BIN)/$(if $(CHECK),python -m tests.demo_walk kiemtin-demo 8000,kiemtin demo)

check: setup  ## [a minute] Look at what was changed: linter, formatter, types, and the tests of it.
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.changed

# Checking types keeps one processor busy for a minute, so that two checks run at once.
test: setup  ## [7 min] Run every check: linter, formatter, types, import directions, tests.
	@$(MAKE) --no-print-directory --jobs=2 lint types imports unit

# Each worker is a process of its own, so that none of them needs several threads for its sums.
WORKERS := -n auto --maxprocesses 4 --dist worksteal
TESTS ?=
check unit gate long test-busy: export OMP_NUM_THREADS := 1

BROWSER_STAMP := .venv-browser/.installed

$(BROWSER_STAMP): tests/browser/package-lock.json tests/browser/install.sh
	tests/browser/install.sh .venv-browser
	touch $(BROWSER_STAMP)

browser: full $(BROWSER_STAMP)  ## [5 min] Run the tests in a real browser alone; screenshots of every page go to screenshots/.
	$(BIN)/python -m pytest -m "gate or long" tests/browser $(TESTS)

gate: full $(BROWSER_STAMP)  ## [12 min] Run the slow checks: quality floors, notebooks, the wheel, all on PostgreSQL, kills, a browser.
	$(BIN)/python -m pytest $(WORKERS) -m "(gate or hypothesis) and not long" --hypothesis-profile gate $(TESTS)

long: full $(BROWSER_STAMP)  ## [an hour] Run what takes longest: a day of hostile sources, pages that limits end, a hundred kills of reports, more looks of the desk.
	$(BIN)/python -m pytest $(WORKERS) -m long $(TESTS)

# Linux shares the processor by session first, and by priority within one: each loop is a session, or the tests would get
# a hundredth of it.
test-busy: setup  ## [20 min] Run the tests at the lowest priority beside four busy loops (TESTS=PATH: some): none may depend on speed.
	@loops=; trap 'kill $$loops 2>/dev/null || true' EXIT; trap 'exit 130' INT TERM; \
	for _ in 1 2 3 4; do $(shell command -v setsid) sh -c 'while :; do :; done' & loops="$$loops $$!"; done; \
	nice -n 19 $(BIN)/python -m pytest $(WORKERS) -m "not gate and not long" $(TESTS)

test-pythons: $(UV)  ## [7 min each] Run `make test` on every supported Python that is on this machine.
	@for version in $(SUPPORTED); do \
	  if python="$$($(UV) python find --system --no-project $$version 2>/dev/null)"; \
	  then echo "== Python $$version"; $(MAKE) test PYTHON="$$python" VENV=.venv-$$version || exit 1; \
	  else echo "== Python $$version is not on this machine: left out"; fi; \
	done

test-lowest: $(UV)  ## [10 min] Run the tests on the oldest Python with the lowest versions that pyproject.toml allows.
	$(UV) venv --quiet --clear --python $(firstword $(SUPPORTED)) .venv-lowest
	$(UV) pip install --quiet --python .venv-lowest --resolution lowest-direct --group dev --editable '.[alerts,backup,notebooks,postgres]'
	.venv-lowest/bin/python -m pytest $(WORKERS) -m "not gate and not long"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deptry .
	$(BIN)/deptry tests examples/jetstream/tests --exclude '\.venv' --ignore DEP002,DEP004

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/python -m pytest $(WORKERS) -m "not gate and not long" $(TESTS)

format: setup  ## [seconds] Let the formatter and the linter mend what they can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

architecture: setup  ## [seconds] Write the tables of rooms in docs/architecture.md from the packages.
	$(BIN)/python -m tests.architecture_page

messages: setup  ## [seconds] Write the texts of the desk into the catalogue of English, and list those that nobody has translated.
	$(BIN)/python -m tests.catalogue

BENCH_STAMP := .venv-bench/.installed

$(BENCH_STAMP): tests/benchmarks/requirements.txt | $(UV)
	$(UV) venv --quiet --clear --python "$(PYTHON)" .venv-bench
	$(UV) pip install --quiet --python .venv-bench --requirements tests/benchmarks/requirements.txt
	touch $(BENCH_STAMP)

bench-classify: setup  ## [a minute] Count posts classified per CPU second, beside underthesea's tokeniser alone: DATA=FILE of JSON lines.
	$(BIN)/python -m tests.benchmarks.bench_classify $(DATA)

bench-crawl: setup $(BENCH_STAMP)  ## [a minute] Count pages read per CPU second, beside Scrapy (installed for this alone).
	$(BIN)/python -m tests.benchmarks.bench_crawl .venv-bench/bin/python

DESK_POSTS ?= 24000
ON ?= sqlite,postgresql
AT ?=
bench-desk: full  ## [15 min] Measure the desk's pages: DATA="FILE …" of texts to vary (DESK_POSTS=24000, AT=DIR keeps them).
	$(BIN)/python -m tests.benchmarks.bench_desk $(ON) --posts $(DESK_POSTS) $(if $(AT),--at "$(AT)") $(DATA)

bench-load: full  ## [12 min] Let twenty people decide at one desk: ON=sqlite, DATA="FILE …" of texts to vary (MINUTES=10, AT=DIR keeps the database).
	$(BIN)/python -m tests.benchmarks.bench_load $(ON) --posts $(DESK_POSTS) --minutes $(or $(MINUTES),10) $(if $(AT),--at "$(AT)") $(DATA)

bench-today: setup  ## [20 min] Count what of the first 40 flags matters here, in a month of own posts and in DATA="FILE …", posts to import (SHOW=1 prints them).
	$(BIN)/python -m tests.benchmarks.bench_today $(if $(SHOW),--show) $(DATA)

bench-start: setup $(BENCH_STAMP)  ## [2 min] Measure CPU time and memory of commands, beside datasette (installed for this alone): ONLY="help list".
	$(BIN)/python -m tests.benchmarks.bench_start .venv-bench/bin/datasette $(ONLY)

conformance: setup  ## [a minute] Compare what is read with other projects' test material: FIXTURES=DIR of checkouts, see docs/conformance.md.
	$(BIN)/python -m tests.conformance $(if $(FIXTURES),"$(FIXTURES)")

COUNT ?= 20000
fuzz: setup  ## [10 min] Feed so many changed payloads (COUNT=20000) to every parser, within the limits of parsing (ONLY="rss": one).
	$(BIN)/python -m tests.fuzz --count $(COUNT) $(if $(ONLY),--only "$(ONLY)")

chaos: full  ## [an hour] Kill programs at random points, a thousand times on each database, and look at what is left (KILLS=N SEED=N).
	$(BIN)/python -m tests.chaos

default-model: setup  ## [5 min] Learn the default model anew: DATA=DIR of real posts, labelled by the guide, as tests/quality/default_model.py says.
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.quality.default_model $(DATA)

real-posts: setup  ## [10 min] Fit the corrections of the default model anew: REAL=FILE, labelled real posts as JSON lines.
	$(BIN)/python -m tests.quality.calibrate_on_real_posts $(REAL)

evidence: setup  ## [5 min] Measure how often the answer to a claim is found among news: NEWS=FILE, packed JSON lines of id, title and abstract; SETS=FILES, claims on them.
	$(BIN)/python -m tests.quality.evidence $(NEWS) $(SETS)

quality: setup  ## [15 min] Measure the default model anew: floors.toml and docs/quality.md (LOWER=1: limits may become more lenient).
	$(BIN)/python -m tests.quality.measure_anew $(if $(LOWER),--lower)

pictures-quality: setup  ## [10 min] Draw 200 pictures and measure what is read in them, and how often a changed one is found (SEED=2).
	OMP_THREAD_LIMIT=1 $(BIN)/python -m tests.pictures.measure --seed $(or $(SEED),2)

docs: $(UV)  ## [a minute] Build the documentation as a site in site/, strictly: a link that leads nowhere is an error.
	UV_PROJECT_ENVIRONMENT=.venv-docs $(UV) sync --quiet --locked --only-group docs --python "$$("$(PYTHON)" -c 'import sys; print(sys.executable)')"
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet --strict

sbom: $(UV)  ## [seconds] List everything that is installed to run it, with versions and hashes, as CycloneDX 1.5 in sbom.json.
	$(UV) export --quiet --locked --no-dev --all-extras --format cyclonedx1.5 --output-file sbom.json

audit: $(UV)  ## [a minute] Compare all that is installed to run it with known faults; needs the advisory database of PyPI.
	mkdir -p .venv-audit
	$(UV) export --quiet --locked --no-dev --all-extras --no-emit-project --output-file .venv-audit/requirements.txt
	$(UV) tool run pip-audit --strict --disable-pip --require-hashes --requirement .venv-audit/requirements.txt

data-card: setup  ## [a minute] Write docs/data-card.md from the project's posts.
	$(BIN)/python -m tests.quality.data_card

clean:  ## [seconds] Remove environments and caches; data folders stay.
	rm -rf .venv .venv-* site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
