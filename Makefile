SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-fast test-slow lint bench requirements clean

PYTHON_HERE := .venv/bin/python

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1mmake %-13s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Set everything up, serve gofer on 127.0.0.1:8420 and run the demo errand (PORT=N for another port)
	@exec .venv/bin/gofer up --demo $(if $(PORT),--port $(PORT))

test: setup-dev ## Set everything up and pass the tests
	@$(PYTHON_HERE) -m pytest -m "not slow" -n 2 --dist loadfile

test-slow: setup-dev ## The long crash tests (hundreds of kills), and a random search against each property
	@$(PYTHON_HERE) -m pytest -m slow
	@$(PYTHON_HERE) -m pytest -m hypothesis --hypothesis-profile searching

test-fast: setup-dev ## Only the tests that need no Chromium, no PostgreSQL and little time
	@$(PYTHON_HERE) -m pytest -m "not slow and not chromium and not postgres"

lint: setup-dev ## Style, formatting, types, architecture
	@$(PYTHON_HERE) -m ruff check
	@$(PYTHON_HERE) -m ruff format --check
	@$(PYTHON_HERE) -m mypy
	@$(PYTHON_HERE) -m pytest tests/architecture

bench: setup-dev ## Measure the published figures
	@$(PYTHON_HERE) -m benchmarks

setup: ## System packages, .venv and gofer; does nothing where nothing is missing
	@scripts/setup.sh runtime

setup-dev:
	@scripts/setup.sh dev

requirements: ## Pin the requirements anew from pyproject.toml (needs uv)
	@scripts/requirements.sh

clean: ## Remove .venv, caches and builds; gofer's data folder stays
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	@find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
