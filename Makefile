# Everything runs in .venv, which the first target makes from the locks; a second run skips that.
SHELL := /bin/bash
BIN := .venv/bin
DEMO := silero-vad fairlearn

# The first Python on the path that is new enough; set PYTHON=… to choose another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	command -v $$name >/dev/null 2>&1 && $$name -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $$name && break; done)
PROCESSES ?= 3
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input

.PHONY: help demo hub test lint docs campaign table lock licences clean
.DELETE_ON_ERROR:

help:  ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: .venv/core  ## vet a real model and a real tool, and write demo/*.html
	@mkdir -p demo
	@for name in $(DEMO); do for out in "--format text" "--quiet --format html -o demo/$$name.html"; do \
		$(BIN)/guildmark vet pypi:$$name $$out; code=$$?; \
		case $$code in 0|1|3) ;; *) exit $$code;; esac; \
	done; done
	@echo; echo "The same reports, to read in a browser:"; for name in $(DEMO); do echo "  $(CURDIR)/demo/$$name.html"; done

HUB := $(BIN)/guildmark hub --data .hub
PORT ?= 8000
hub: .venv/hub .hub/edition.gz  ## the alliance's site on this machine, until Ctrl-C
	@$(HUB) load .hub/edition.gz
	@if [ -n "$$CI" ] || ! [ -t 0 ] || ! [ -t 1 ]; then $(HUB) try; else $(HUB) serve --port $(PORT); fi

# many tests start processes, and each would compile every module anew where Python is not to keep them
test: .venv/dev .venv/real/here  ## run all tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

lint: .venv/dev  ## ruff, mypy and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: .venv/dev  ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "the documentation is in site/index.html"

campaign: .venv/dev .venv/fuzz/here  ## the long, seeded, resumable counts; each adds a line to races/RESULTS.md
	@for part in walks readers shapes guided; do $(BIN)/python -m races.campaign --part $$part || exit; done
	@$(BIN)/python -m races.differential
	@$(BIN)/python -m races.claims
	@$(BIN)/python -m races.tallies --record
	@$(BIN)/python -m races.clean --record

table: .venv/dev  ## vet the real releases again and rewrite docs/real-subjects.md
	@$(BIN)/python -m races.real_subjects

LOCK := $(BIN)/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --upgrade --group build pyproject.toml
lock: .venv/dev  ## resolve the dependencies anew into the three locks
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(LOCK) --extra hub --extra tools --extra attestations --extra sign --constraint requirements-dev.lock \
		--output-file requirements-hub.lock

licences: .venv/dev licences.lock  ## write the fingerprints of licences anew from the packages of licences.lock
	@$(PIP) download --no-deps --only-binary :all: --require-hashes -r licences.lock --python-version 3.11 -d .venv/licences
	@$(BIN)/python -m races.licence_references .venv/licences $(or $(GUILDMARK_MIRROR),../shared/data)

clean:  ## remove what make made
	@rm -rf .venv .campaign .hub demo site .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Guildmark needs Python 3.11 or newer, and none is on the path: install it, or say" \
		"make PYTHON=/where/it/is" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment: install its venv" \
		"module (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }

.venv/core: requirements.lock pyproject.toml | .venv/bin/python
	@echo "setting up .venv …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/dev: requirements-dev.lock .venv/core | .venv/bin/python
	@echo "adding what the tests need …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv/hub: requirements-hub.lock .venv/core | .venv/bin/python
	@echo "adding what the hub needs …"
	@$(PIP) install --require-hashes -r requirements-hub.lock || { echo "the hub's packages could not be fetched:" \
		"look whether the package index can be reached, and run make hub again" >&2; exit 1; }
	@touch $@

# An edition that is there is not made again; `guildmark catalog build` makes the whole one.
.hub/edition.gz: | .venv/hub
	@echo "making a small edition of the entries in catalog/small.txt …"
	@mkdir -p .hub
	@$(BIN)/guildmark catalog vet --only $$(cat catalog/small.txt) --into .hub/made; code=$$?; \
		ls .hub/made/vetted 2>/dev/null | grep -qv 'told\.json$$' && [ $$code = 0 -o $$code = 3 ] || { \
		echo "nothing could be vetted:" \
		"look whether the package index can be reached, and run make hub again" >&2; exit 1; }
	@$(BIN)/guildmark catalog build --only $$(cat catalog/small.txt) --into .hub/made -o $@

# Without the index the tests on real releases skip, and say so; the rest passes.
.venv/real/here: real.lock | .venv/dev
	@$(PIP) download --no-deps --only-binary :all: --require-hashes -r real.lock -d .venv/real && touch $@ || \
		echo "the real releases of real.lock could not be fetched: the tests on them will skip"

# Where no wheel fits this Python, the guided part of the campaign is left out, and says so.
.venv/fuzz/here: fuzz.lock | .venv/dev
	@$(PIP) install --no-deps --only-binary :all: --require-hashes -r fuzz.lock --target .venv/fuzz --upgrade && touch $@ || \
		echo "atheris of fuzz.lock could not be fetched: the campaign runs without its guided part"
