# Three commands matter: `make demo`, `make migration` and `make test`. Each sets up a .venv of its own first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo migration test install lint types rows unit bench docs goldens generated mutants clean

demo: $(VENV)/.demo
	@$(BIN)/smsgen generate-template samples/three-tier.yaml --format yaml

# A whole migration against stand-ins: disks, images, launch, delta, second launch. Told as one story.
migration: install
	@$(BIN)/python -m tests.migration

test: install lint types rows unit

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

# compileall: the cold start is measured, and pip leaves an editable package uncompiled.
$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . >&2
	@$(BIN)/python -m compileall -q smsgen
	@touch $@

install: $(VENV)/.dev
$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m compileall -q smsgen
	@touch $@ $(VENV)/.demo

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy
	$(BIN)/mypy action

rows: install
	$(BIN)/lint-imports

unit: install
	$(BIN)/python -m pytest -n auto

bench: install
	$(BIN)/python -m bench

docs: install
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build
	@echo docs/_build/index.html

goldens: install
	$(BIN)/python -m tests.golden

generated: install
	$(BIN)/python -m tools

# Says which small changes of the code the tests do not notice; takes a quarter of an hour, and is no part of `make test`.
mutants: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutants]'
	$(BIN)/python -m tools.mutants

clean:
	rm -rf $(VENV) mutants build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
