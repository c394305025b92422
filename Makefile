# Everything that a developer or a build server does. Needs Python 3.11 to 3.13 and make; brings the rest itself.

PYTHON3 = $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell \
	command -v $(name) >/dev/null 2>&1 && $(name) -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	2>/dev/null && echo $(name))))
BIN := .venv/bin
PYTHON := $(BIN)/python
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo run test lint bench drill contract screenshots messages lock lock-check format clean

help: ## Say what there is
	@sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: .venv/.ready ## Make .venv with what Crossdock runs on

setup-dev: .venv/.ready-dev ## Add what tests and linters need

.venv/bin/python:
	@test -n "$(PYTHON3)" || { echo "Crossdock needs Python 3.11, 3.12 or 3.13 with venv and pip: install one, so that python3 or python3.1x finds it." >&2; exit 1; }
	$(PYTHON3) -m venv .venv

.venv/.ready: requirements.txt | .venv/bin/python
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/.ready-dev: requirements-dev.txt .venv/.ready
	$(PIP_INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@

demo: setup ## A day in a warehouse (EXIT=1: end after the proof, ORDERS=n: how many orders)
	$(PYTHON) manage.py demo $(if $(EXIT),--exit) $(if $(ORDERS),--orders $(ORDERS))

run: setup ## Web, worker and beat for development, until Ctrl-C
	$(PYTHON) -m config.local run

test: setup-dev ## All tests (ARGS="-k name" chooses)
	$(PYTHON) -m pytest -n auto --dist loadgroup $(ARGS)

# The checks need settings that can be read, and no server.
lint messages: export DATABASE_URL := postgresql://nobody@127.0.0.1:1/none
lint messages: export REDIS_URL := redis://127.0.0.1:1/0
lint messages: export SECRET_KEY := only-for-make-lint-which-starts-no-server
lint messages: export FIELD_KEYS := AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
lint: setup-dev ## Style, types, import rules, missing migrations, the published contract, lock files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PYTHON) -W ignore::RuntimeWarning manage.py schemas
	@$(MAKE) --no-print-directory lock-check

bench: setup-dev ## Measure beside the peers, half an hour (ARGS="--rounds 1 jobs" chooses)
	$(PYTHON) -m tests.bench $(ARGS)

drill: setup-dev ## Kill things, cut sides off, lose the database, and see that nothing is lost (ORDERS=n; ODOO_URL= and so on, as below, for a real server)
	$(PYTHON) -m tests.drills $(if $(ORDERS),--orders $(ORDERS)) $(ARGS)

contract: setup-dev ## The Odoo contract (ODOO_URL= ODOO_DB= ODOO_LOGIN= ODOO_KEY= ODOO_PROTOCOL= for a real server)
	$(PYTHON) -m pytest -m contract $(ARGS)

screenshots: setup-dev ## Pictures of the console for the docs, of a day with so many orders (ORDERS=n)
	$(PYTHON) -m tests.browser.screenshots $(ORDERS)

messages: setup-dev ## Bring the translations up to date with the code, and compile them (needs gettext)
	$(PYTHON) -W ignore::RuntimeWarning manage.py shell --no-imports -c "from tests import catalogs; catalogs.update()"

lock: setup-dev ## Write the lock files from requirements*.in (UPGRADE=1: take newer versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements-dev.in -o requirements-dev.txt

lock-check: setup-dev
	@mkdir -p var/lock && cp requirements.txt requirements-dev.txt var/lock/
	@for name in requirements requirements-dev; do \
		$(COMPILE) $$name.in -o var/lock/$$name.txt >/dev/null && diff -u $$name.txt var/lock/$$name.txt \
		|| { echo "$$name.txt is not what $$name.in asks for: run make lock." >&2; exit 1; }; \
	done

format: setup-dev ## Put code into the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Stop the local servers; remove their data, .venv and caches
	@if [ -d var ] && [ -x $(PYTHON) ]; then $(PYTHON) -m config.local wipe; fi
	rm -rf var .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
