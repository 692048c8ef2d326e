# `make run` shows the product at work, `make test` proves it; `make` lists the rest.
# Each makes its own virtual environment; PYTHON=… and VENV=… choose another one.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
# the tests wait for servers more than they compute; a few chosen ones need no company
WORKERS ?= $(if $(ARGS),0,3)
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip --disable-pip-version-check --quiet --quiet install --prefer-binary -c constraints.txt
PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test check fix docs bench proof soak clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-6s %s\n' "$$name" "$$what"; done

run: $(VENV)/.run-stamp ## show everything at work on a local comment server; Ctrl-C ends it
	@$(VENV)/bin/otklik demo $(ARGS)

test: $(VENV)/.dev-stamp ## run all tests; ARGS="tests/store -k chain" chooses some
	@$(PY) -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/.dev-stamp ## what CI checks besides the tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m otklik.documentation --check

fix: $(VENV)/.dev-stamp ## mend what a machine can mend: style, order of imports, generated docs
	-$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(PY) -m otklik.documentation

docs: $(VENV)/.dev-stamp ## write docs/settings.md and docs/platforms.md again
	$(PY) -m otklik.documentation

bench: $(VENV)/.dev-stamp $(VENV)/fasttext/.stamp $(VENV)/profanity/.stamp ## mentions per second, comments beside other tools, clicks at the desk
	@$(PY) -m tests.bench --fasttext $(VENV)/fasttext/bin/python \
		--profanity $(VENV)/profanity/bin/python $(ARGS)

proof: $(VENV)/.dev-stamp ## the long proofs at full size
	@PROOF=full $(PY) -m pytest -q -m proof $(ARGS)
	@$(PY) -m tests.scenarios
	@$(PY) -m tests.latency

soak: $(VENV)/.dev-stamp ## the whole system for an hour at 10 mentions a second, on each database
	@$(PY) -m tests.soak --on sqlite $(ARGS)
	@$(PY) -m tests.soak --on postgresql $(ARGS)

clean: ## remove environment, caches and artefacts; the database in var/ stays
	rm -rf .venv build dist artefacts .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@command -v $(PYTHON) >/dev/null || { \
		echo "Otklik needs Python 3.11 or newer; there is no $(PYTHON) here."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Otklik needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }

# an environment of its own: fastText's training takes the import name of a library we use
$(VENV)/fasttext/.stamp: | $(PY)
	@echo "Installing fastText to compare with, once"
	@$(PYTHON) -m venv $(VENV)/fasttext
	@$(VENV)/fasttext/bin/python -m pip --disable-pip-version-check --quiet --quiet install \
		fasttext-wheel==0.9.2 numpy==1.26.4 pybind11==3.1.0
	@touch $@

# it pins libraries of its own
$(VENV)/profanity/.stamp: | $(PY)
	@$(PYTHON) -m venv $(VENV)/profanity
	@$(VENV)/profanity/bin/python -m pip --disable-pip-version-check --quiet --quiet install \
		alt-profanity-check==1.9.1
	@touch $@

$(VENV)/.run-stamp: $(PINS) | $(PY)
	@echo "Installing the pinned packages that Otklik and its demo need: a minute or two, once"
	@$(INSTALL) -e '.[demo]'
	@touch $@

$(VENV)/.dev-stamp: $(PINS) | $(PY)
	@echo "Installing the pinned packages that the tests need: a few minutes, once"
	@$(INSTALL) -e '.[dev]' hatchling
	@touch $@
