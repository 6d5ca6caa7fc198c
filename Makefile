# Targets for people; `.ci/run` starts `make test`. Everything runs in .venv, which is made anew
# when pyproject.toml changes. Another interpreter: make PYTHON=python3.12 test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
WORKFLOWS := $(wildcard .github/workflows/*.yml examples/workflows/*.yml)
SCRIPTS := $(filter-out .ci/image_%,$(wildcard .ci/*))
SUITES := tests/integration tests/sandbox tests/e2e
ACTION := tests/e2e/test_action.py tests/e2e/test_theft.py

.DEFAULT_GOAL := help
.PHONY: help setup engines documents docs demo test check e2e test-all bench clean

help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(STAMP) ## Install what is missing and make .venv

$(STAMP): pyproject.toml .ci/setup
	.ci/setup $(VENV) $(PYTHON)

documents: $(STAMP) ## Write inputs, settings and providers into action.yml, README.md and docs/
	$(BIN)/python -m regoose_ci.documents .

# Not --quiet: then mkdocs counts no warnings. The second line: readers fetch nothing from others.
docs: $(STAMP) ## Build the pages of docs/ into build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	! grep -rE '<(script|link|img)[^>]* (src|href)="?(https?:|//)' build/docs --include='*.html'

demo: $(STAMP) ## Review the sample change
	$(BIN)/regoose demo

check: docs ## Lint, format, types, import rules, workflows, links of docs/
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/shellcheck $(SCRIPTS)
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/zizmor --quiet --offline --persona auditor action.yml .github $(WORKFLOWS)
	.ci/actionlint $(WORKFLOWS)

test: check engines ## Checks and all tests
	$(BIN)/python -m pytest --numprocesses auto tests/unit
	$(BIN)/python -m pytest $(SUITES) $(addprefix --ignore=,$(ACTION))

e2e: $(STAMP) engines ## The action from an event to the comment, run by nektos/act
	.ci/act $${REGOOSE_TEST_CACHE:-/var/cache/regoose}/act
	$(BIN)/python -m pytest $(ACTION)

engines: ## Install what the tests of the sandbox need
	.ci/engines

test-all: $(STAMP) ## Unit tests on Python 3.10 to 3.13, as far as installed
	.ci/test-all

bench: $(STAMP) ## Benchmarks, with their figures as JSON
	$(BIN)/python -m benchmarks

clean: ## Remove everything that was made
	rm -rf $(VENV) build dist regoose-report .mypy_cache .ruff_cache .pytest_cache
	rm -rf .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
