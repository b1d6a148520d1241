# `make demo`, `make replay` and `make test`. Each does its own set-up; a second run finds it done.
# Needs Python 3.11 or 3.12, make and the package registries. For demo and replay: PORT, PORTAL_DATA_DIR, RESET=1.

SHELL = /bin/sh
PY = .venv/bin/python
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
NPM := $(shell command -v npm 2>/dev/null)
STYLES := $(wildcard static/scss/*.scss static/scss/*/*.scss)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard portal/locale/*/LC_MESSAGES/django.po))
INSTALLED = .venv/installed$(if $(DEV),-dev)
SET_UP = $(MAKE) --no-print-directory -s -j3
COMPILE = uv pip compile -q --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.PHONY: help demo replay test drill bench lint lock setup chromium wrk

help:
	@echo "make demo    the portal on http://127.0.0.1:8000 (PORT=8001 another port, RESET=1 starts anew)"
	@echo "make replay  the same while it happens: from 56 to 87 per cent (FROM=2020-03-05 SECONDS_PER_DAY=1)"
	@echo "make test    all tests, browser included"
	@echo "make drill   only those that kill or start servers  make bench   the benchmarks"
	@echo "make lint    code, types and templates              make lock    lock the dependencies again"

# `exec`: a signal to make, and its end, reach the process itself.
demo:
	@$(SET_UP) setup
	@exec $(PY) manage.py demo

# The same portal while it happens; FROM=2020-03-05 and SECONDS_PER_DAY=1 choose another day and pace.
replay:
	@$(SET_UP) setup
	@exec $(PY) manage.py replay --keep-serving $(if $(FROM),--from "$(FROM)") \
		$(if $(SECONDS_PER_DAY),--seconds-per-day "$(SECONDS_PER_DAY)")

# The tests on every core, each process with servers of its own; then those that kill
# processes or start servers of their own.
test:
	@$(SET_UP) DEV=1 setup chromium
	@$(PY) -m pytest -m "not drill" -n auto; first=$$?; $(PY) -m pytest -m drill -n auto && exit $$first

drill:
	@$(SET_UP) DEV=1 setup chromium
	@exec env DRILL=1 $(PY) -m pytest -m drill

bench:
	@$(SET_UP) DEV=1 setup wrk
	@exec $(PY) bench/run.py $(ONLY)

lint:
	@$(SET_UP) DEV=1 .venv/installed-dev
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m djlint --quiet --lint templates && $(PY) -m mypy

lock:
	$(COMPILE) -o requirements.txt pyproject.toml
	$(COMPILE) --extra dev -o requirements-dev.txt pyproject.toml
	$(COMPILE) --group node -o requirements-node.txt
	npm install --package-lock-only

setup: $(INSTALLED) $(if $(STYLES),static/css/portal.css) static/js/vendor/htmx.min.js $(CATALOGUES)

# --- Python -------------------------------------------------------------------------------------------------------
# A name on the PATH may be a shim that leads nowhere, so each one is asked.
FITS = -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null

.venv/made:
	@if $(PY) $(FITS); then touch $@; exit 0; fi; \
	for name in python3.12 python3.11 python3 python none; do if $$name $(FITS); then break; fi; done; \
	if [ $$name = none ]; then echo "Python 3.11 or 3.12 is needed: install one of them." >&2; exit 1; fi; \
	python=$$($$name -c 'import sys; print(sys.executable)'); rm -rf .venv; \
	if [ -n "$(UV)" ]; then uv venv -q --python "$$python" .venv; \
	elif $$python -c 'import ensurepip' 2>/dev/null; then $$python -m venv .venv; \
	elif $$python -m pip --version >/dev/null 2>&1; then $$python -m venv --without-pip .venv; \
	else echo "$$python cannot make a virtual environment: install pip (Debian: python3-venv)." >&2; exit 1; fi; \
	echo "$$python" > $@

# Where the environment has no pip of its own, the machine's installs into it.
INSTALL = if [ -n "$(UV)" ]; then uv pip install -q --compile-bytecode --python $(PY) --require-hashes -r $(1); \
	elif $(PY) -c 'import pip' 2>/dev/null; then $(PY) -m pip install -qq $(PIP_OPTIONS) -r $(1); \
	else "$$(cat .venv/made)" -m pip --python $(PY) install -qq $(PIP_OPTIONS) -r $(1); fi
PIP_OPTIONS = --disable-pip-version-check --root-user-action=ignore --require-hashes

.venv/installed: requirements.txt | .venv/made
	@echo "Python packages ..."
	@$(call INSTALL,$<)
	@touch $@

.venv/installed-dev: requirements-dev.txt | .venv/made
	@echo "Python packages, with those of the tests ..."
	@$(call INSTALL,$<)
	@touch .venv/installed $@

# --- stylesheet ---------------------------------------------------------------------------------------------------
WITH_NPM = $(if $(NPM),,PATH="$(CURDIR)/.venv/bin:$$PATH") npm

.venv/npm: requirements-node.txt | .venv/made
	@echo "Node.js from its wheel, as there is no npm on the PATH ..."
	@$(call INSTALL,$<)
	@touch $@

node_modules/installed: package-lock.json $(if $(NPM),,.venv/npm)
	@echo "Node packages ..."
	@$(WITH_NPM) ci --silent
	@touch $@

static/css/portal.css: node_modules/installed package.json $(STYLES)
	@echo "Stylesheet ..."
	@$(WITH_NPM) run --silent css
	@touch $@

static/js/vendor/htmx.min.js: node_modules/installed package.json
	@$(WITH_NPM) run --silent js

# --- catalogues ---------------------------------------------------------------------------------------------------
%.mo: %.po | $(INSTALLED)
	@.venv/bin/pybabel -q compile --input-file=$< --output-file=$@

# --- a browser for the tests, a load generator for the benchmarks --------------------------------------------------
chromium:
	@for name in chromium chromium-browser google-chrome; do if command -v $$name >/dev/null; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "Chromium ..."; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	else echo "The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium)." >&2; exit 1; fi

wrk:
	@if command -v wrk >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "wrk ..."; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk >/dev/null; \
	else echo "The benchmarks need wrk: install it (Debian, Ubuntu: apt-get install wrk)." >&2; exit 1; fi
