# The commands of this repository. `make help` lists them.
# A machine needs python3 (with pip or venv), git and make; uv is brought along when it is missing.

SHELL := /bin/bash
.DEFAULT_GOAL := help
UV_VERSION := 0.13.8
UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.tools/uv/bin/uv)
# Compiling lazily costs nothing; never writing bytecode makes every Python tool start 2.4 times slower.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.tools/bin:$(dir $(UV)):$(PATH)
export MLFLOW_DISABLE_TELEMETRY := true
export DVC_NO_ANALYTICS := 1

.PHONY: help demo test test-quick test-long tools lint bench clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# pip's --target works also where pip refuses to touch the system's Python; venv is the second way.
$(CURDIR)/.tools/uv/bin/uv:
	@echo "uv is not installed; bringing uv $(UV_VERSION) into .tools/"
	@rm -rf .tools/uv
	@python3 -m pip install -q --disable-pip-version-check --no-cache-dir --target .tools/uv uv==$(UV_VERSION) 2>.tools-pip.log \
	  || { rm -rf .tools/uv; python3 -m venv .tools/uv 2>>.tools-pip.log && .tools/uv/bin/python -m pip install -q uv==$(UV_VERSION) 2>>.tools-pip.log; } \
	  || { tail -n 3 .tools-pip.log >&2; rm -rf .tools-pip.log .tools/uv; echo "make: python3 has neither pip nor venv: install the package python3-pip or python3-venv" >&2; exit 2; }
	@rm -f .tools-pip.log

demo: $(UV)  ## from an empty folder to a trained, served, monitored, rolled back and checked model
	@$(UV) run -q --frozen --no-dev python -m demo

tools: $(UV)  ## install what the tests need (PyPI, Debian, npm)
	@$(UV) sync -q --frozen
	@tests/install_tools.sh

test: tools  ## every lane, at most 25 minutes on 2 cores
	@$(MAKE) -s lint
	@$(UV) run -q --frozen pytest -q -n 2 --dist worksteal --durations 12 --junitxml build/junit.xml

test-quick: $(UV)  ## the unit lane and a slice of the render lane, under a minute
	@$(UV) run -q --frozen pytest -q tests/unit tests/render -m "not slow and not long" -n 2 --dist worksteal

test-long: tools  ## everything that does not fit into `make test`; writes benchmarks/long/
	@$(UV) run -q --frozen --group fuzz python -m benchmarks.long unit render update live mutants fuzz

lint: $(UV)  ## ruff and mypy over this repository's own code
	@$(UV) run -q --frozen ruff check . && $(UV) run -q --frozen ruff format --check . && $(UV) run -q --frozen mypy

bench: tools  ## measure speed and size beside a peer or a floor; writes benchmarks/results.json
	@$(UV) run -q --frozen python -m benchmarks

clean:  ## remove what builds and tests left behind
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
