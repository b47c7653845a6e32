# Two commands do everything: `make reports` and `make test`. Both set themselves up.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
YEAR   ?= 2017
QUARTER ?= 2017Q3
EXAMPLE := data/raw/exempelstad/datapackage.json
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile

.PHONY: reports example test test-all truth lab bench lint lock clean

reports: $(VENV)/ready $(EXAMPLE)  ## every report of the real city and of the made-up one
	$(BIN)/lagesbild run goteborg $(YEAR)
	$(BIN)/lagesbild run exempelstad $(QUARTER)

example: $(EXAMPLE)             ## the made-up city, the same to the byte each time

$(EXAMPLE): $(VENV)/ready $(wildcard src/analysis/example/*.py src/analysis/example/by_hand/*)
	$(BIN)/lagesbild example

test: $(VENV)/ready             ## the tests
	$(PYTEST) -m "not browser"

test-all: $(VENV)/ready         ## the heavier suites: the browser, and simulated truths in full
	$(PYTEST) --recovery=full tests/browser tests/recovery

truth: $(VENV)/ready $(EXAMPLE)  ## docs on how the methods did: numbers in print, simulations, cards
	$(BIN)/python -m tests.replication
	$(BIN)/python -m tests.recovery
	$(BIN)/python -m tests.docs_methods
	$(BIN)/python -m tests.docs_sources
	$(BIN)/python -m tests.verdicts    # of what make reports left

lab: $(VENV)/ready              ## JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=.

bench: $(VENV)/ready            ## speed as a ratio, in one run
	$(BIN)/python -m tests.bench_reports
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_feed

lint: $(VENV)/ready             ## style of code and notebooks
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

lock:                           ## requirements.lock anew, from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra cluster --extra geo --extra survey --extra test --extra build --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q -o requirements.lock

clean:                          ## what was made, not what was received
	rm -rf data/processed/*/ reports/*/ .pytest_cache .ruff_cache

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q $(VENV)/lib src || true
	touch $@
