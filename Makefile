# Python 3.11, make and git are all a machine needs: uv comes into the project's own environment,
# everything else from uv.lock, and the Kubernetes programs are built once (hack/controlplane).
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
RUN := $(BIN)/python
TESTS ?=
ONLY ?=
export UV_PROJECT_ENVIRONMENT := .venv

.PHONY: help setup format lint types layers generated generate controlplane promtool \
	test test-unit test-monitoring test-cluster test-faults test-e2e test-chart soak demo mutants sbom audit up down \
	clean
.DEFAULT_GOAL := help

help: ## what there is
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: .venv/.done ## the project's own environment, as uv.lock has it

.venv/.done: pyproject.toml uv.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	test -x $(BIN)/uv || { $(PYTHON) -m venv .venv && $(BIN)/pip install --quiet uv==$(UV_VERSION); }
	$(BIN)/uv sync --frozen --quiet
	touch $@

format: setup ## writes the formatting
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup ## formatting and lint, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/hadolint Dockerfile

types: setup ## mypy --strict
	$(BIN)/mypy

layers: setup ## who may import whom
	$(BIN)/lint-imports

generate: setup ## writes what is generated from the code
	$(RUN) -m hack.generate

generated: setup ## fails if a generated file is stale
	$(RUN) -m hack.generate --check

controlplane: setup ## builds etcd, kube-apiserver, kube-controller-manager, kubectl (once)
	$(RUN) -m hack.controlplane build

test-unit: setup ## the rules and what else needs no API
	$(RUN) -m pytest tests/unit $(TESTS)

promtool: setup ## builds Prometheus' promtool (once)
	$(RUN) -m hack.controlplane build-promtool

test-monitoring: promtool ## alerts and dashboard, by promtool and against what is exposed
	$(RUN) -m pytest tests/monitoring $(TESTS)

test-cluster: controlplane ## on a real API server
	$(RUN) -m pytest tests/cluster $(TESTS)

test-faults: controlplane ## kills, restarts, and a network that loses, delays and refuses
	$(RUN) -m pytest tests/faults $(TESTS)

soak: controlplane ## random lives in bad weather for SOAK_SECONDS (600), of SOAK_SEED (0)
	$(RUN) -m pytest tests/faults -m soak $(TESTS)

test-e2e: controlplane ## the tutorial, and the demo with each guard taken away in turn
	$(RUN) -m pytest tests/e2e $(TESTS)

test-chart: controlplane ## the charts, by the real helm (built once), on a real API server
	$(RUN) -m hack.controlplane build-helm
	$(RUN) -m pytest tests/chart $(TESTS)

mutants: controlplane ## switches each guard and rule off: a test that proves it must notice
	$(RUN) -m hack.mutants $(ONLY)

test: lint types layers generated test-unit test-monitoring test-cluster test-faults test-e2e test-chart demo ## everything

demo: controlplane ## the Lu'an story on a control plane of its own
	$(RUN) -m hack.demo

sbom: setup ## dist/mandate.cdx.json: what the operator ships (CycloneDX)
	mkdir -p dist
	$(BIN)/uv export --frozen --no-dev --all-extras --quiet --preview-features sbom-export \
		--format cyclonedx1.5 --output-file dist/mandate.cdx.json

audit: setup ## known weaknesses of the same list; asks the advisory database
	mkdir -p dist
	$(BIN)/uv export --frozen --no-dev --all-extras --no-emit-project --quiet \
		--format requirements.txt --output-file dist/requirements.txt
	$(BIN)/uv tool run pip-audit@2.10.1 --requirement dist/requirements.txt --require-hashes --disable-pip

up: controlplane ## a control plane with Lu'an on it, left running
	$(RUN) -m hack.up

down: setup ## ends what `make up` started
	$(RUN) -m hack.up --down

clean: down ## removes the environment and what was built beside it
	rm -rf .venv dist .mandate .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
