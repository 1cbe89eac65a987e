# Two commands are enough on a fresh machine with Python 3.11 or newer: `make demo`, `make test`.
PYTHON ?= python3
VENV ?= .venv
BENCH ?= benchmarks/.venv
BIN := $(VENV)/bin
JOBS ?= 2
# One thread for each test process: more would fight for the same cores.
TEST_ENV := OMP_NUM_THREADS=1 MPLBACKEND=Agg

.PHONY: demo setup test lint docs bench bench-growth soak clean

## demo: train a variational autoencoder on handwritten digits and write a report with pictures
demo: $(VENV)/ready
	$(BIN)/latentia fit digits --latent 2 --out runs/demo --overwrite
	@echo "Open runs/demo/report.html; the pictures lie in runs/demo/pictures, the model in runs/demo."

## test: run every test and every example of the documentation
test: $(VENV)/ready
	$(TEST_ENV) $(BIN)/python -m pytest -n $(JOBS)

## lint: formatting, lint and types
lint: $(VENV)/ready
	$(BIN)/ruff format --check src tests docs benchmarks
	$(BIN)/ruff check src tests docs benchmarks
	$(BIN)/mypy

## docs: build the documentation into docs/_build
docs: $(VENV)/ready
	$(BIN)/pip install --quiet --editable ".[docs]" --constraint constraints.txt
	$(BIN)/sphinx-build -W -q -b html docs docs/_build

## bench: training beside other libraries, in an environment of its own, as one table
bench: $(BENCH)/ready
	$(BENCH)/bin/python -m benchmarks $(if $(MNIST),--mnist $(MNIST))

## bench-growth: how a step's cost grows with rows, features, code size, batch and processes
bench-growth: $(BENCH)/ready
	$(BENCH)/bin/python -m benchmarks.growth

$(BENCH)/ready: pyproject.toml constraints.txt benchmarks/requirements.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet "torch==2.13.0" --constraint constraints.txt
	$(BENCH)/bin/pip install --quiet --editable . --requirement benchmarks/requirements.txt --constraint constraints.txt
	touch $@

## soak: stop every recipe and go on, compile every one, kill training a hundred times: an hour
soak: $(VENV)/ready
	$(TEST_ENV) LATENTIA_SOAK=1 $(BIN)/python -m pytest -q tests/estimators/test_resume.py
	$(TEST_ENV) LATENTIA_SOAK=1 $(BIN)/python -m pytest -q tests/training/test_compiled_recipes.py
	$(TEST_ENV) $(BIN)/python tests/soak/killed.py 100

## setup: the environment, with the pinned versions for later installs too
setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'latentia needs Python 3.11 or newer: make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet "torch==2.13.0" --constraint constraints.txt
	$(BIN)/pip install --quiet --editable ".[dev]" --constraint constraints.txt
	$(BIN)/python -m pip config --site --quiet set install.constraint "$(CURDIR)/constraints.txt"
	touch $@

## clean: remove what the commands above made, but no runs
clean:
	rm -rf $(VENV) $(BENCH) build dist docs/_build docs/api/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
