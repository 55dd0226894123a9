# Everything runs from a fresh clone with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test check bench kills year node try-slack lock clean

setup: .venv/.made

.venv/.made: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "halfterm needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch .venv/.made

demo: setup
	$(BIN)/halfterm demo

test: setup
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup
	$(BIN)/python -m bench

# Real processes killed and hindered in every way; the table, and how long it took, go to docs/reliability.md.
kills: setup
	$(BIN)/python -m tests.kills

# A programme year, played through the clock; its table goes to docs/year.md.
year: setup
	$(BIN)/python -m tests.year

# Slack's own types and tsc, for the tests that judge by them; needs npm.
node: tests/node/node_modules/.made

tests/node/node_modules/.made: tests/node/package.json
	@command -v npm >/dev/null || { echo "make node needs npm (Debian: apt install nodejs npm)"; exit 1; }
	cd tests/node && npm install --silent
	touch $@

# The bot in a Slack of its own, driven in a real browser; the pictures go to docs/pictures. Needs npm, Chromium, root.
try-slack: setup
	$(BIN)/python -m tests.try_slack

# Needs uv; writes hashes and no addresses.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group dev pyproject.toml requirements.in -o requirements.lock

clean:
	rm -rf .venv tests/node/node_modules tests/try_slack/node_modules
