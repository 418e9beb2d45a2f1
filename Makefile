# Every command sets up .venv first, when it isn't there or the requirements have changed.
# A machine needs only make and Python 3.11.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
BIN := .venv/bin

export PORT JSON BOOKS STATE SECONDS ARGS

.DEFAULT_GOAL := help
.PHONY: help run demo control bruno test check parity simulate bench storm verify lint format judge package lock environment browser hledger clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: environment  ## the whole district on this machine, at http://127.0.0.1:8000 (PORT=9000 changes it)
	@exec $(BIN)/python -m infra.local.run

demo: environment  ## a term of the district in about two minutes, every invariant checked (JSON=file writes the figures, BOOKS=folder the books)
	@exec $(BIN)/python -m infra.local.demo $(if $(JSON),--json "$(JSON)") $(if $(BOOKS),--books "$(BOOKS)")

control: environment  ## steer a running district: make control ARGS="clock advance 7d" | "bank lose-next" | "status"
	@exec $(BIN)/python -m infra.local.control $(ARGS)

bruno: environment  ## dist/bruno, the API as a Bruno collection, with a child's term to be walked in a district of make run (PORT=9000 changes it)
	@exec $(BIN)/python -m infra.bruno $(if $(PORT),--port $(PORT))

test: environment browser hledger  ## all tests (ARGS="-k webhook" passes words on to pytest)
	@exec $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint: environment  ## format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: export SIMULATION_STEPS = 50000
check: lint test  ## lint and test, with 50,000 steps of the simulation (CI's lint and test live 10,000)

parity: environment  ## hold the tests' engine in memory to moto and to ministack, 20,000 random calls (about 4 minutes)
	@exec $(BIN)/python -m tests.memory.parity $(ARGS)

judge: environment hledger  ## let beancount and hledger look at the books that make demo BOOKS=folder has written (BOOKS=folder)
	@exec $(BIN)/python -m tests.judges "$(BOOKS)"

simulate: environment  ## live a million steps of the ledger with trouble, every invariant checked after each (about an hour)
	@exec $(BIN)/python -m tests.simulation $(ARGS)

storm: environment  ## 20 threads do everything at once to two schools' money, then all is counted (SECONDS=120)
	@exec $(BIN)/python -m tests.storm $(if $(SECONDS),--seconds "$(SECONDS)") $(ARGS)

verify: environment  ## walk every entry and every day's seal of a district that isn't running (STATE=.hui/demo: of a demo's)
	@exec $(BIN)/python -m infra.verify $(if $(STATE),--state "$(STATE)") $(ARGS)

bench: environment  ## what a release and a deposit cost in time, as ratios (about two minutes; JSON=file writes them)
	@exec $(BIN)/python -m tests.bench $(if $(JSON),--json "$(JSON)") $(ARGS)

format: environment  ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

package: environment  ## dist/hui.zip and dist/template.json, ready for CloudFormation
	@exec $(BIN)/python -m infra.package

lock: environment  ## pin and hash what requirements.in and requirements-dev.in ask for, at today's versions
	$(BIN)/uv pip compile $(LOCK) requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

environment:
	@$(PYTHON) infra/environment.py

browser:
	@sh infra/debian.sh /usr/bin/chromium "chromium fonts-noto-cjk" "浏览器测试" "the browser tests"

hledger:
	@sh infra/debian.sh /usr/bin/hledger hledger "账簿检验" "the tests that judge the books"

clean:  ## remove what was built and cached (not .venv, not the district's state in .hui)
	rm -rf dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
