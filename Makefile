# Everything sets itself up. A stamp in .venv/ remembers what was installed from which lock file,
# so that a second run has nothing to do.
PYTHON ?= python3
PORT ?= 8000
PYTEST_ARGS ?= -n 3 --dist loadfile --no-loadscope-reorder

VENV := .venv
BIN := $(VENV)/bin
PEER := .venv-peer
NODE_PEERS := tests/peers/node
CATALOGUES := $(wildcard booking/platform/translations/*/LC_MESSAGES/messages.po)
FRONT_SOURCES := $(shell find static -type d \( -name node_modules -o -name dist \) -prune \
	-o -type f -print 2>/dev/null)
PACKAGES := booking reminders triage_rules

# Node from the machine if it is new enough, else the one PyPI brings.
ifeq ($(shell command -v npm >/dev/null && node -p 'process.versions.node.split(".")[0] >= 20' \
	2>/dev/null),true)
NODE_READY :=
NPM := npm
else
NODE_READY := $(VENV)/.node
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test soak bench lint format translations lock clean setup

help: ## List what there is
	@echo "Rettid: make TARGET"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) \
		| awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo "Settings: PORT=8000 PYTHON=python3 PYTEST_ARGS='-k name'"

run: $(VENV)/.app static/dist $(CATALOGUES:.po=.mo) ## Serve the demo clinic (PORT=8000)
	RETTID_MODE=demo $(BIN)/flask --app wsgi demo serve --port $(PORT)

test: lint $(VENV)/.dev $(NODE_PEERS)/node_modules static/dist $(CATALOGUES:.po=.mo) ## Lint, then run every test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

soak: $(VENV)/.dev $(NODE_PEERS)/node_modules static/dist $(CATALOGUES:.po=.mo) ## The tests at ten times the count, with the long ones
	RETTID_SOAK=10 $(BIN)/python -m pytest -m "soak or not soak" $(PYTEST_ARGS)

bench: $(VENV)/.dev $(PEER)/.ready static/dist $(CATALOGUES:.po=.mo) ## Measure against peers, one JSON line each
	@RETTID_PEER_PYTHON=$(CURDIR)/$(PEER)/bin/python $(BIN)/python -m benchmarks

lint: $(VENV)/.dev ## Check style, types and the directions between packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the Python files and apply safe fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

translations: $(VENV)/.dev ## Collect the strings into the English catalogue and compile it
	mkdir -p build
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext -k lazy_ngettext:1,2 --no-location \
		--project Rettid -o build/messages.pot $(wildcard $(PACKAGES))
	test -f booking/platform/translations/en/LC_MESSAGES/messages.po \
		|| $(BIN)/pybabel -q init -i build/messages.pot -d booking/platform/translations -l en
	$(BIN)/pybabel -q update -i build/messages.pot -d booking/platform/translations \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel compile -d booking/platform/translations --statistics

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(if $(UPGRADE),--upgrade)

lock: $(VENV)/.uv $(NODE_READY) ## Write the lock files anew (UPGRADE=1 takes newer versions)
	$(COMPILE) pyproject.toml -o requirements/app.txt
	$(COMPILE) pyproject.toml --extra dev -c requirements/app.txt -o requirements/dev.txt
	for group in bootstrap node peer; do \
		$(COMPILE) --group $$group -o requirements/$$group.txt || exit 1; done
	for folder in static $(NODE_PEERS); do (cd $$folder \
		&& $(NPM) $(if $(UPGRADE),update,install) --package-lock-only --no-audit --no-fund) || exit 1; done

clean: ## Remove what was built and installed, keeping instance/ and its databases
	rm -rf $(VENV) $(PEER) build static/dist static/node_modules $(NODE_PEERS)/node_modules
	rm -rf $(CATALOGUES:.po=.mo)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(wildcard $(PACKAGES) migrations tests benchmarks) -name __pycache__ -prune -exec rm -rf {} +

setup: $(VENV)/.dev $(NODE_PEERS)/node_modules static/dist $(CATALOGUES:.po=.mo) ## Install and build everything, run nothing

$(VENV)/.uv: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Rettid needs Python 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.app: requirements/app.txt $(VENV)/.uv
	requirements/install $(VENV) $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.app
	requirements/install $(VENV) $<
	@touch $@

$(VENV)/.node: requirements/node.txt $(VENV)/.uv
	requirements/install $(VENV) $<
	@touch $@

$(PEER)/.ready: requirements/peer.txt requirements/bootstrap.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/bootstrap.txt
	requirements/install $(PEER) $<
	@touch $@

static/node_modules $(NODE_PEERS)/node_modules: %/node_modules: %/package-lock.json %/package.json \
		$(NODE_READY)
	cd $* && $(NPM) ci --no-audit --no-fund
	@touch $@

static/dist: $(FRONT_SOURCES) static/node_modules
	cd static && $(NPM) run build
	@touch $@

%.mo: %.po $(VENV)/.app
	$(BIN)/pybabel -q compile -i $< -o $@
