# `make demo` and `make up` need nothing but Debian, Python 3.11+ and Go (or a livekit-server on the PATH).
.DEFAULT_GOAL := help
.PHONY: help setup setup-up setup-dev demo up doctor test test-browser lint format lock clean

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

test: setup-dev ## all tests: make test [ARGS="tests/stack -k ports"]
	@scripts/test.sh $(ARGS)

test-browser: setup-dev ## the tests in a real browser alone
	@$(PY) -m pytest -m browser $(ARGS)

lint: setup-dev ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: setup-dev ## lets ruff lay out the code
	@$(PY) -m ruff check --fix-only --exit-zero .
	@$(PY) -m ruff format .

lock: ## writes requirements.lock and requirements-dev.lock anew from pyproject.toml (needs uv)
	@scripts/lock.sh

clean: ## removes what was built here; caches and models in the cache directory stay
	rm -rf .venv build out web/dist web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
