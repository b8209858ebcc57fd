# make lab opens the course; make test runs everything that can be checked. Both set up .venv first.

PYTHON ?= python3
FLOOR := $(shell sed -n 's/^requires-python = ">=\(.*\)"/\1/p' pyproject.toml)
BIN := .venv/bin
READY := .venv/ready
VIEWERS := .venv/viewers
BOOKS := $(wildcard notebooks/*.ipynb)

# A file's tests stay in one process: a notebook is one kernel, and fixtures are started once.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

COMPILE = $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url \
    --custom-compile-command "make lock" --quiet $(UPGRADE)

.PHONY: lab test bench site slides notebooks lint lock clean
.DEFAULT_GOAL := lab
.DELETE_ON_ERROR:

lab: $(READY)
	@[ "$$(id -u)" != 0 ] || set -- --allow-root; \
	[ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || set -- "$$@" --no-browser; \
	exec $(BIN)/python -m jupyterlab --ip=127.0.0.1 --ServerApp.root_dir="$(CURDIR)" \
	    --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb "$$@"

# A nbval cell that hangs is given up after a minute. Without a notebook pytest would call it an error.
test: $(VIEWERS)
	$(PYTEST) tests
	$(if $(BOOKS),$(PYTEST) --nbval --nbval-current-env --nbval-cell-timeout 60 notebooks)

bench: $(READY)
	$(BIN)/python -m tests.bench

site: $(VIEWERS)
	$(BIN)/python -m tests.tooling.site build/site
	@echo "The course as web pages: build/site/index.html"

slides: $(VIEWERS)
	$(BIN)/python -m tests.tooling.slides build/slides
	@echo "The course as slides: build/slides/00_start_here.html"

notebooks: $(READY)
	$(BIN)/python -m tests.notebooks.execute $(BOOKS)

lint: $(VIEWERS)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy

# Keeps the versions that are locked already; `make lock UPGRADE=--upgrade` takes the newest.
lock: $(READY)
	$(COMPILE) pyproject.toml --group dev --output-file requirements.txt
	$(COMPILE) --group site --constraint requirements.txt --output-file requirements-site.txt
	$(BIN)/python -m tests.tooling.environment

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
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --editable .
	@mkdir -p .venv/etc/jupyter/labconfig
	@echo '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}' \
	    > .venv/etc/jupyter/labconfig/page_config.json
	@touch $@

# The site, the slides and the tests in a browser need Sphinx and Playwright, which lessons do not.
$(VIEWERS): $(READY) requirements-site.txt
	@echo "Adding what builds the site and drives a browser ..."
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --require-hashes --compile-bytecode \
	    --requirements requirements-site.txt
	@touch $@
