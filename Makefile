# Odoo gift card, points and pickup suite. Everything is made in .suite/; nothing else is installed or changed.
# Variables: HTTP_PORT=8069  ARGS="what to test"  DB=database  ODOO_SRC=/an/odoo-19.0  SUITE_CACHE=/shared/downloads  PGHOST=server

PYTHON ?= python3
SUITE := $(PYTHON) tools/suite
.DEFAULT_GOAL := help
.PHONY: setup lint format

setup: ## Make the environment and the template database
	@$(SUITE) setup

lint: ## Check code, layout, translations, manifests; ARGS="ruff eslint" names checks
	@$(SUITE) lint $(ARGS)

format: ## Lay out Python, JavaScript and XML as `make lint` wants it
	@$(SUITE) format $(ARGS)
