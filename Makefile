# Everything here needs only Python 3.11 or newer and make; Node.js joins for the JavaScript client's tests.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= demo-data
LISTEN ?= 127.0.0.1:8080
CRASH  := tests/crash tests/store/sqlite/test_rescue.py tests/access tests/testing/test_leaks.py \
	tests/app/cli/test_round_trip.py

.PHONY: setup demo test check bench crash fuzz lock clean

setup: $(VENV)/.ready  ## a virtual environment with the locked dependencies

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## a server with a small mailbox, user test, password test
	$(BIN)/angarium serve --demo --data $(DATA) --listen $(LISTEN)

test: setup  ## all tests
	$(BIN)/python -m pytest -n auto --dist loadfile

check: setup  ## style, types, and the floors' import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup  ## measure; PEER=url,user,password or CYRUS=script-that-starts-it compares with another server
	@mkdir -p build
	$(BIN)/python -m bench $(if $(PEER),--peer "$(PEER)") $(if $(CYRUS),--cyrus "$(CYRUS)") --json build/bench.json --markdown docs/performance.md $(ARGS)

crash: setup  ## kill the server again and again; nothing acknowledged may be lost
	$(BIN)/python -m pytest $(CRASH) --publish --kills $(or $(KILLS),250) --pairs $(or $(PAIRS),10000) \
		--starts $(or $(STARTS),1000) --mails $(or $(MAILS),10000); \
		ended=$$?; $(BIN)/python -m tests.report && exit $$ended

fuzz: setup $(VENV)/.fuzz  ## throw random input at every parser, guided by what it reaches; TARGETS, RUNS, EXAMPLES
	rm -rf build/figures/fuzz
	$(BIN)/python -m pytest tests/fuzz --publish --examples $(or $(EXAMPLES),20000) && \
		$(BIN)/python -m tests.fuzz.guided $(TARGETS) --runs $(or $(RUNS),1000000); \
		ended=$$?; $(BIN)/python -m tests.report && exit $$ended

$(VENV)/.fuzz: requirements-fuzz.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	@touch $@

lock: setup  ## resolve the dependencies anew
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev --output-file requirements.lock pyproject.toml
	echo atheris | $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --output-file requirements-fuzz.lock -

clean:  ## remove what setup and the tests made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build
