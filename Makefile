# The portal's front door. `make run` and `make test` need Python 3.11+ and make, and do the rest.

VENV ?= .venv
PORT ?= 8000
PYTHON_IN_VENV := $(VENV)/bin/python
export VENV PORT

.DEFAULT_GOAL := help
.PHONY: help run demo-reset test bench lint format lock docs messages setup

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: ## Start the portal with its demo world on http://localhost:8000 (PORT=...)
	@bin/setup
	@$(PYTHON_IN_VENV) bin/run.py

demo-reset: ## Throw the demo world away and build it anew
	@bin/setup
	@$(PYTHON_IN_VENV) bin/demo_reset.py

test: ## Run the suite on SQLite, then on PostgreSQL and Redis (ARGS="tests/core -k clock")
	@bin/setup dev
	@$(PYTHON_IN_VENV) bin/test.py $(ARGS)

bench: ## Measure against the yardsticks in tests/benchmarks
	@bin/setup dev
	@bin/setup bench
	@bin/bench $(ARGS)

lint: ## Check form, layers, templates, types, migrations and production settings
	@bin/setup dev
	@bin/lint

format: ## Put code and templates into form
	@bin/setup dev
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/djlint --quiet --reformat templates

lock: ## Pin and hash the requirements anew (UPGRADE=1 takes the newest versions)
	@bin/setup dev
	@bin/lock $(if $(UPGRADE),--upgrade)

docs: ## Draw the pages of docs/ that come from the code: lifecycles and mails
	@bin/setup dev
	@$(PYTHON_IN_VENV) manage.py write_docs

messages: ## Collect the texts to translate, and compile the translations
	@bin/setup dev
	@bin/messages

setup: ## Make the virtual environment with everything for development
	@bin/setup dev
