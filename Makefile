# `make demo` and `make up` need nothing but Debian, Python 3.11+ and Go (or a livekit-server on the PATH).
.DEFAULT_GOAL := help
.PHONY: help setup setup-up setup-dev demo up doctor extension check test test-browser coverage lint audit format figures lock clean

HIVE := .venv/bin/hive
PY := .venv/bin/python
profile = $(if $(PROFILE),--profile "$(PROFILE)")

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## virtual environment, Debian packages, livekit-server: what the demo needs
	@scripts/bootstrap.sh demo

setup-up: ## the same, and the web app
	@scripts/bootstrap.sh up

setup-dev: ## the same, and what the tests need
	@scripts/bootstrap.sh dev

demo: setup ## a scripted meeting, interpreted live in this terminal: make demo [TALK=file.wav SPEAKS=en HEAR=es,fr OUT=directory PROFILE=embedded]
	@$(HIVE) demo $(profile) $(if $(TALK),--talk "$(TALK)") $(if $(SPEAKS),--speaks "$(SPEAKS)") $(if $(HEAR),--hear "$(HEAR)") $(if $(OUT),--out "$(OUT)")

up: setup-up ## starts everything and leaves it running for people, until Ctrl-C: make up [OFFSET=100 PROFILE=embedded]
	@$(HIVE) up $(profile) $(if $(OFFSET),--port-offset $(OFFSET))

doctor: setup ## says what is here and what is missing
	@$(HIVE) doctor

extension: setup-up ## builds and packs the browser extension into build/extension: what the stores take
	@npm --prefix web run --silent build:extension
	@$(PY) scripts/pack_extension.py

check: ## lint, types, and the tests that need no root, no browser and no server: two minutes
	@scripts/bootstrap.sh check
	@scripts/check.sh

test: setup-dev ## all tests: make test [ARGS="tests/stack -k ports"]
	@scripts/test.sh $(ARGS)

test-browser: setup-dev ## the tests in a real browser alone
	@$(PY) -m pytest -m browser $(ARGS)

coverage: ## the tests of protocol, config and foundation, and how much of these rooms they run; part of `make test`
	@scripts/bootstrap.sh check
	@scripts/coverage.sh $(ARGS)

lint: setup-dev audit ## ruff and mypy; tsc, ESLint and Prettier for the page; the audit of dependencies
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@npm --prefix web run --silent lint

audit: setup-dev ## looks dependencies up among known vulnerabilities, names unpinned images: make audit [ADVISORIES=path or URL]
	@ADVISORIES="$(ADVISORIES)" $(PY) scripts/audit.py
	@docker/pin-images --check || true

format: setup-dev ## lets ruff and Prettier lay out the code
	@$(PY) -m ruff check --fix-only --exit-zero .
	@$(PY) -m ruff format .
	@npm --prefix web run --silent format

figures: setup-dev ## complexity, docstrings, imports and names of the code: make figures [ARGS=--bare]
	@$(PY) scripts/figures.py $(ARGS)

lock: ## writes requirements.lock, requirements-dev.lock and requirements-ray.lock anew from pyproject.toml (needs uv)
	@scripts/lock.sh

clean: ## removes what was built here; caches and models in the cache directory stay
	rm -rf .venv build out web/dist web/node_modules extension/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
