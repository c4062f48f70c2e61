# `make` alone lists the targets. It needs Python 3.11 or later and make, nothing else; all is kept in .venv.

PYTHON ?= python3
JOBS ?= 2
SIZE ?= 50000
ROUNDS ?= 3
GROW ?= 1000000
SIZES ?= 100000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.bench-ready
SPARK_READY := $(VENV)/.spark-ready

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo autumn-2024 test test-deep test-spark check lint format lock bench bench-growth bench-signals spec mutants docs clean bench-latency

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)  ## the whole story on the bundled fixtures: load, ingest, run, counts, a trace, a fault and its diff
	@$(BIN)/adapter demo

autumn-2024: $(READY)  ## autumn 2024 as a worked example: the fault, the alarm, the incident, the lists, the released counts
	@$(BIN)/python -m examples.autumn_2024

test: $(READY)  ## every test but the deep ones, on SQLite and on a real PostgreSQL
	$(BIN)/pytest -m "not deep" -n $(JOBS)

test-deep: $(READY)  ## the deep ones too: large files, kills, many generated cases
	$(BIN)/pytest -n $(JOBS)

test-spark: $(SPARK_READY)  ## the tests that need Spark, with a Java of its own: fetches 500 MB once
	$(BIN)/pytest tests/parity/test_spark_*.py

check: lint  ## formatter, linter, strict types and the fast tests
	$(BIN)/pytest -m "not slow and not deep" -n $(JOBS)

lint: $(READY)  ## formatter, linter and strict types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

format: $(READY)  ## format the code and sort its imports
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

lock:  ## lock the dependencies with their hashes (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: '$(PYTHON) -m pip install uv', or see https://docs.astral.sh/uv/" >&2; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --output-file requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra bench --constraint requirements-dev.txt pyproject.toml --output-file requirements-bench.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra spark --constraint requirements-dev.txt pyproject.toml --output-file requirements-spark.txt

bench: $(BENCH_READY)  ## measure beside what bounds it: SIZE=50000 records, ROUNDS=3
	@$(BIN)/python -m bench.table --records $(SIZE) --rounds $(ROUNDS)

bench-http: $(READY)  ## POST /fhir on both databases: records a second, and how long a request waits
	@$(BIN)/python -m bench.http_load --rounds $(ROUNDS)

bench-growth: $(BENCH_READY)  ## measure from 100,000 records to GROW=1000000: 10000000 takes hours and 100 GB
	@$(BIN)/python -m bench.growth --most $(GROW)

bench-signals: $(BENCH_READY)  ## plant faults of known size in invented regions: how small, how soon, how often wrong
	@$(BIN)/python -m bench.signals

bench-latency: $(BENCH_READY)  ## how long traces and differences take: SIZES="100000 1000000"
	@$(BIN)/python -m bench.latency --sizes $(SIZES)

spec: $(READY)  ## print the rule book: every rule, indicator and hold with its cases, each held to the code first
	@$(BIN)/python tests/spec/book.py

mutants: $(READY)  ## change the rules line by line and see whether a test notices: an hour, goes on where it stopped
	$(BIN)/python tests/mutation.py

docs: $(READY)  ## write the reference pages anew
	$(BIN)/python docs/make_reference.py

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) .demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .mutants mutants
	find adapter tests bench docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The packages come first and with their hashes; then the project itself, as it stands in this folder.
$(READY): requirements-dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed, and there is no '$(PYTHON)': try 'make PYTHON=/path/to/python3.11'." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed, and '$(PYTHON)' is older: try 'make PYTHON=python3.11'." >&2; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# What the bench compares with; the product needs none of it.
$(BENCH_READY): $(READY) requirements-bench.txt
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

# Spark and a Java: too large for those who need neither.
$(SPARK_READY): $(READY) requirements-spark.txt
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-spark.txt
	@touch $@
