# Two commands do all: `make run` plays the show, `make test` checks everything.
# Both make .venv first, with whatever Python 3.10 or later PYTHON names.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run test format benchmarks clean

run: $(VENV)/.installed
	$(BIN)/visualizer --model builtin $(ARGS)

# A crash ends the run: with a worker that replaces another, xdist may wait for ever at its end.
# ARGS="--hypothesis-profile thorough" tries eight times as many examples.
test: $(VENV)/.installed-dev
	scripts/system-packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --dist loadfile --max-worker-restart 0 $(ARGS)

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m scripts.tables docs/playing.md

# Speed and stability of the loop, compared with the reference app's: see benchmarks/README.md.
benchmarks: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or later is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...") if sys.version_info < (3, 10) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing; torch is large, so the first time takes minutes"
	$(BIN)/python -m pip install --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "installing; torch is large, so the first time takes minutes"
	$(BIN)/python -m pip install --editable '.[dev]'
	touch $@ $(VENV)/.installed
