# make lab opens the course; make test runs everything that can be checked, make quick most of it in
# a minute and a half. All set up .venv first.

PYTHON ?= python3
FLOOR := $(shell sed -n 's/^requires-python = ">=\(.*\)"/\1/p' pyproject.toml)
BIN := .venv/bin
READY := .venv/ready
TOOLS := .venv/tools
MINISTACK := .venv/ministack/ready
AUDIT := .venv/audit/ready
HUB := .venv/hub
BOOKS := $(wildcard notebooks/*.ipynb)

# More processes than most machines have cores left for: some tests wait for a browser or a clock.
PROCESSES ?= 3
PYTEST := $(BIN)/python -m pytest -n $(PROCESSES) -p tests.tooling.distribution
# A cell of a notebook that hangs is given up after a minute.
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout 60
# What `make quick` leaves out: browsers, another implementation of AWS, whole notebooks and sites.
SLOW := tests/browser tests/hub tests/parity tests/notebooks/test_on_real_account.py \
    tests/course/test_notebooks.py tests/tooling/test_wheel.py tests/tooling/test_site_sources.py

COMPILE = $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url \
    --custom-compile-command "make lock" --quiet $(UPGRADE)

.PHONY: lab hub test quick parity fuzz bench site guide slides notebooks lint lock dependencies audit hooks clean
.DEFAULT_GOAL := lab
.DELETE_ON_ERROR:

lab: $(READY)
	@$(BIN)/python -m helpers copies
	@[ "$$(id -u)" != 0 ] || set -- --allow-root; \
	[ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || set -- "$$@" --no-browser; \
	exec $(BIN)/python -m jupyterlab --ip=127.0.0.1 --ServerApp.root_dir="$(CURDIR)" \
	    --LabApp.default_url=/lab/tree/my-notebooks/00_start_here.ipynb "$$@"

# A server for a room: each learner opens it in a browser. hub/README.md says more.
hub: $(HUB)
	exec $(BIN)/python -m jupyterhub --config hub/jupyterhub_config.py

test: $(TOOLS) $(MINISTACK) $(HUB)
	$(PYTEST) tests $(if $(BOOKS),$(NBVAL) --ignore=tests/browser/data notebooks)

quick: $(TOOLS)
	$(PYTEST) tests $(SLOW:%=--ignore=%)

# In real time: each notebook on a server of its own, all at once.
parity: $(TOOLS) $(MINISTACK)
	$(BIN)/python -m tests.parity

# State machines and fuzzers, for longer than the tests run them.
fuzz: $(TOOLS)
	FUZZ=$(or $(FUZZ),5) $(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)

bench: $(TOOLS) $(MINISTACK)
	$(BIN)/python -m tests.bench

site: $(TOOLS)
	$(BIN)/python -m tests.tooling.site build/site
	@echo "The course as web pages: build/site/index.html"

guide: $(TOOLS)
	$(BIN)/python -m tests.tooling.guide build/guide

slides: $(TOOLS)
	$(BIN)/python -m tests.tooling.slides build/slides
	@echo "The course as slides: build/slides/00_start_here.html"

notebooks: $(TOOLS)
	$(BIN)/python -m tests.notebooks.execute $(BOOKS)

lint: $(TOOLS)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-cache

# Keeps the versions that are locked already; `make lock UPGRADE=--upgrade` takes the newest.
lock: $(READY)
	$(COMPILE) pyproject.toml --group install --output-file requirements.txt
	$(COMPILE) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --group hub --constraint requirements.txt --constraint requirements-dev.txt \
	    --output-file requirements-hub.txt
	$(COMPILE) --group parity --output-file requirements-parity.txt
	$(COMPILE) --group audit --output-file requirements-audit.txt
	$(BIN)/python -m tests.tooling.environment
	@echo "Next: make dependencies, which installs the new locks and lists what they hold."

dependencies: $(TOOLS)
	$(BIN)/python -m tests.tooling.dependencies

# Known vulnerabilities, by the advisories of today.
audit: $(AUDIT)
	for lock in requirements*.txt; do \
	    .venv/audit/bin/pip-audit --requirement $$lock --no-deps --disable-pip || exit 1; done

hooks: $(TOOLS)
	$(BIN)/pre-commit install

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find helpers notebooks tests \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune \
	    -exec rm -rf {} +

# uv comes from PyPI with the hash in the lock, and installs the rest in seconds. Byte code is
# compiled once here, not by each of the many processes that the tests start. Last, JupyterLab is
# told not to ask for news: the first thing seen should be the course.
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < tuple(map(int, "$(FLOOR)".split("."))))' \
	    || { echo 'This course needs Python $(FLOOR) or newer; "$(PYTHON)" is missing or older.' \
	              'Name another one: make PYTHON=python3.12' >&2; exit 1; }
	@echo "Setting up .venv (once, under a minute) ..."
	@$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --require-hashes -r .venv/uv.txt
	@$(BIN)/uv pip sync --python $(BIN)/python --quiet --require-hashes --compile-bytecode \
	    requirements.txt
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation \
	    --editable .
	@mkdir -p .venv/etc/jupyter/labconfig
	@echo '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}' \
	    > .venv/etc/jupyter/labconfig/page_config.json
	@touch $@

# Tests, linters, the site and the slides need what lessons do not.
$(TOOLS): $(READY) requirements-dev.txt
	@echo "Adding what checks and shows the course ..."
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes --compile-bytecode \
	    --requirements requirements-dev.txt
	@touch $@

# JupyterHub goes beside the course: it starts this JupyterLab for each learner.
$(HUB): $(READY) requirements-hub.txt
	@echo "Adding JupyterHub ..."
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes --compile-bytecode \
	    --requirements requirements-hub.txt
	@touch $@

# ministack stands apart: it pins a botocore that is not the course's.
$(MINISTACK): $(READY) requirements-parity.txt
	@echo "Adding ministack, to compare with ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/ministack
	@$(BIN)/uv pip sync --python .venv/ministack/bin/python --quiet --require-hashes \
	    --compile-bytecode requirements-parity.txt
	@touch $@

$(AUDIT): $(READY) requirements-audit.txt
	@echo "Adding pip-audit ..."
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/audit
	@$(BIN)/uv pip sync --python .venv/audit/bin/python --quiet --require-hashes \
	    requirements-audit.txt
	@touch $@
