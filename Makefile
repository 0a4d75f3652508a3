# Everything that `make demo` and `make test` need, they install: Python packages into .venv at the versions of
# requirements.lock, Chromium and Java through the system's package manager where they are missing and it may be used.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock

.PHONY: demo studio test lint docs bench mutants clean

demo: $(VENV)/.runs
	$(BIN)/marketfold demo
	@echo "The same in a browser: make studio"

# An order file or a run folder below this one: make studio FILE=orders.csv
studio: $(VENV)/.runs
	$(BIN)/marketfold studio $(FILE)

# One thread of BLAS and OpenMP in each of two workers: a second would wait for the other worker's. Three workers on two
# cores took 30 minutes, for 26 of two: each pays for what it shares within itself.
test: $(VENV)/.tests
	$(BIN)/lint-imports --no-cache > /dev/null
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

lint: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m handbook

# The documentation as a site, in `site`; a broken link or anchor stops it.
docs: $(VENV)/.tests
	$(BIN)/python -m handbook

bench: $(VENV)/.tests
	$(BIN)/python -m bench

# A hundred small faults: how many do the tests find? Another sample: make mutants SEED=1
mutants: $(VENV)/.mutants
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.mutants --seed $(or $(SEED),0)

clean:
	rm -rf $(VENV) runs demo site bench/data

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Marketfold needs Python 3.11 or later; say which with: make demo PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runs: $(VENV)/bin/python pyproject.toml requirements.lock
	@echo "Installing Marketfold into $(VENV) (a few minutes the first time) ..."
	$(PIP) --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs
	@echo "Installing what the tests need ..."
	$(PIP) --editable '.[dev]'
	@sh tests/system_packages.sh
	@touch $@

$(VENV)/.mutants: $(VENV)/.tests
	$(PIP) --editable '.[mutants]'
	@touch $@
