# The few commands a contributor needs. `make` alone lists them.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
ENGINES := $(VENV)/.engines
BASE_PYTHON ?= python3
PHOENIX := .cache/phoenix/bin/phoenix

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format lock prices golden docs site bench phoenix privacy acceptance audit reliability lake-engines clean

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## Make .venv with everything pinned and Afteraction installed in it

$(READY): requirements-dev.txt pyproject.toml
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say which: make BASE_PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(BASE_PYTHON) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## Run a real Claude Code session with subagents and show what was recorded
	$(PYTHON) -m demo.run

test: lint $(ENGINES) ## Check everything: style, types, imports, and all tests, the real client included
	$(PYTHON) -m pytest tests engines

lint: $(READY) ## Check style, types and which way imports point
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(READY) ## Format the code and mend what can be mended
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

lock: ## Pin all requirements anew, with hashes
	$(VENV)/bin/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --strip-extras --no-header -o requirements.txt pyproject.toml
	$(VENV)/bin/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --strip-extras --allow-unsafe --no-header -o requirements-dev.txt requirements-dev.in
	$(VENV)/bin/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --strip-extras --no-header -o requirements-engines.txt requirements-engines.in

prices: $(READY) ## Write the price table anew from the price library
	$(PYTHON) -m tests.test_price_table

golden: $(READY) ## Write the expected records of all recorded sessions anew
	$(PYTHON) -m tests.collector.test_golden_sessions

docs: $(READY) ## Write the pages that follow from code
	$(PYTHON) -m docs.generate_outcomes
	$(PYTHON) -m docs.generate_commands
	$(PYTHON) -m docs.generate_questions
	$(PYTHON) -m docs.generate_plugin_hooks
	$(PYTHON) -m docs.generate_acceptance
	$(PYTHON) -m docs.generate_task_types

site: $(READY) ## Build the documentation as a site into build/site; it loads nothing from elsewhere
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build

bench: $(READY) ## Measure the hook, what a session feels of it, the import, and the index
	$(PYTHON) benchmarks/hook_latency.py
	$(PYTHON) -m benchmarks.session_overhead
	$(PYTHON) -m benchmarks.import_speed
	$(PYTHON) -m benchmarks.index_speed
	$(PYTHON) -m benchmarks.live_view

phoenix: $(READY) ## Send spans to a real Arize Phoenix, fetched from PyPI, and ask it what it shows
	test -x $(PHOENIX) || { $(BASE_PYTHON) -m venv .cache/phoenix && .cache/phoenix/bin/pip install --quiet arize-phoenix==20.26.1; }
	$(PYTHON) -m tests.otel.check_phoenix $(PHOENIX)

privacy: $(READY) ## Score the redactor, on CORPUS=FILE or on generated texts
	$(PYTHON) benchmarks/privacy_score.py $(if $(CORPUS),--corpus $(CORPUS))

reliability: $(READY) ## Provoke kills, failing calls, full disks, damage and bursts, and count the harm
	$(PYTHON) -m pytest -q tests/reliability

$(ENGINES): $(READY) requirements-engines.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-engines.txt
	@touch $(ENGINES)

lake-engines: $(ENGINES) ## Try every question on Spark and ClickHouse alone
	$(PYTHON) -m pytest engines

acceptance: $(READY) ## Score inferred acceptance on the labelled set
	$(PYTHON) -m benchmarks.acceptance_score

audit: $(READY) ## Ask the advisory service about the pinned requirements (needs the network)
	$(VENV)/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.txt

clean: ## Remove everything that can be made again
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist build
