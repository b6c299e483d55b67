# The menu. `make` alone prints it; what a target does beyond three lines is a program under infra/.
.DEFAULT_GOAL := help
.PHONY: help demo up down ps logs operate migrate base-images purge test test-faults fuzz lint format bench clean
MAKEFLAGS += --no-print-directory

# Where the Python environment is made; another folder may be named by UV_PROJECT_ENVIRONMENT.
export UV_PROJECT_ENVIRONMENT ?= .venv
export UV_PYTHON_PREFERENCE ?= only-system
UV := .tools/bin/uv
PYTHON := $(UV_PROJECT_ENVIRONMENT)/bin/python
LOCKED := uv.lock pyproject.toml $(wildcard shared/pyproject.toml services/*/pyproject.toml)

##@ Try it
demo: $(UV_PROJECT_ENVIRONMENT)/.demo ## Start everything on this machine, without Docker, with a week of data; Ctrl-C ends it
	@exec $(PYTHON) -m infra.demo.demo

##@ Run it in containers
up: ## Start the stack and wait until it is healthy; STORE=influxdb2|influxdb1|sqlite DEMO=1 DEV=1
	@python3 -m infra.stack.main up

down: ## Stop the stack; the data stays on its volumes
	@python3 -m infra.stack.main down

ps: ## List the services with their state
	@python3 -m infra.stack.main ps

logs: ## Follow what the services say; SERVICE=ingest for one of them
	@python3 -m infra.stack.main logs

operate: $(UV_PROJECT_ENVIRONMENT)/.operate ## Gateways, backup, restore: make operate DO="gateway list"; alone it lists the commands
	@HDH_OPERATE_PROJECT="$${HDH_OPERATE_PROJECT:-$${COMPOSE_PROJECT_NAME:-hdh}}" $(UV_PROJECT_ENVIRONMENT)/bin/operate $(DO)

migrate: ## Move old data in: make migrate SOURCE_DIR=FOLDER DO="plan /source --output old.yaml"; alone it lists the commands
	@python3 -m infra.stack.main migrate

base-images: ## Build base images from Debian packages, where no image registry can be reached
	@python3 infra/base-images/build.py

purge: ## Delete the stack with all its data, after asking
	@python3 -m infra.stack.main purge

##@ Develop
test: $(UV_PROJECT_ENVIRONMENT)/.dev ## Check everything: lint, types and all tests; SUITE="unit contract" for some
	@$(PYTHON) infra/make/system_packages.py
	@$(MAKE) lint
	@PATH="$$PATH:$(CURDIR)/.tools/bin" $(PYTHON) -m infra.make.suites $(SUITE)

lint: $(UV_PROJECT_ENVIRONMENT)/.dev ## Check style and types
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy .
	@$(PYTHON) -m infra.make.web check

format: $(UV_PROJECT_ENVIRONMENT)/.dev ## Repair style where it can be done by itself
	@$(PYTHON) -m ruff check --fix . ; $(PYTHON) -m ruff format .

test-faults: $(UV_PROJECT_ENVIRONMENT)/.dev ## The long campaign of random faults: an hour; DO="--faults 50 --messages 0" for a short one
	@$(PYTHON) infra/make/system_packages.py
	@$(PYTHON) -m pytest -q tests/faults -m long
	@$(PYTHON) -m tests.faults.campaign $(DO)

fuzz: $(UV_PROJECT_ENVIRONMENT)/.dev ## Fuzz all that reads foreign bytes, guided by coverage: 10 minutes; DO="--seconds 600 site" for one of them
	@$(UV) sync --quiet --frozen --inexact --group fuzz || echo "atheris cannot be installed here."
	@$(PYTHON) -m tests.fuzz $(DO)

bench: $(UV_PROJECT_ENVIRONMENT)/.dev ## Measure; prints the figures of each program in tests/bench
	@$(PYTHON) infra/make/bench.py

clean: ## Remove what make has made: environments, caches and the demo's data
	@python3 infra/make/clean.py

##@ Menu
help: ## Print this menu
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  \033[36mmake %-11s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Stamps: made again only when the lock or a pyproject.toml has changed.
$(UV): infra/make/bootstrap.py
	@python3 infra/make/bootstrap.py
	@touch $@

$(UV_PROJECT_ENVIRONMENT)/.demo: $(LOCKED) | $(UV)
	@echo "Installing what the demo needs into $(UV_PROJECT_ENVIRONMENT) …"
	@$(UV) sync --quiet --frozen --inexact --no-dev --group demo
	@touch $@

$(UV_PROJECT_ENVIRONMENT)/.operate: $(LOCKED) | $(UV)
	@echo "Installing the command operate into $(UV_PROJECT_ENVIRONMENT) …"
	@$(UV) sync --quiet --frozen --inexact --no-dev --package hdh-operate
	@touch $@

$(UV_PROJECT_ENVIRONMENT)/.dev: $(LOCKED) | $(UV)
	@echo "Installing what development needs into $(UV_PROJECT_ENVIRONMENT) …"
	@$(UV) sync --quiet --frozen
	@touch $@ $(UV_PROJECT_ENVIRONMENT)/.demo $(UV_PROJECT_ENVIRONMENT)/.operate
