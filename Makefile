# Odoo gift card, points and pickup suite. Everything is made in .suite/; nothing outside the checkout is changed.
#
# Variables:
#   HTTP_PORT=8069          port of the demo's server
#   DB=demo                 database of `shell`, `psql` and `check`
#   ARGS="..."              what to test, lint or measure: ARGS="addons/giftcard_points -k ledger"
#   ODOO_SRC=/odoo          another Odoo 19.0 tree instead of Debian's package
#   PGHOST=server           an existing PostgreSQL (with PGUSER, PGPASSWORD) instead of the checkout's own
#   SUITE_CACHE=/downloads  downloads shared between checkouts

PYTHON ?= python3
SUITE := @$(PYTHON) tools/suite
export HTTP_PORT DB ODOO_SRC SUITE_CACHE
.DEFAULT_GOAL := help
.PHONY: demo run stop test fuzz native-tests lint format i18n pins check bench shell psql clean help

demo: ## Build everything, tell the story over HTTP, leave the server up
	$(SUITE) demo

run: ## Start the server on the demo database as it is
	$(SUITE) run

stop: ## Stop the server and PostgreSQL
	$(SUITE) stop

test: ## Run all tests: the addons', the whole suite's, Odoo's own
	$(SUITE) test $(ARGS)

fuzz: ## Send the API calls made up from its document, FUZZ_EXAMPLES=200 of each sort
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-200} $(PYTHON) tools/suite test tests/test_fuzz.py $(ARGS)

native-tests: ## Run Odoo's own tests, tours included, with the suite and without
	$(SUITE) native-tests $(ARGS)

lint: ## Check code, layout, translations, manifests, words
	$(SUITE) lint $(ARGS)

format: ## Lay out Python, JavaScript and XML as `make lint` wants it
	$(SUITE) format $(ARGS)

i18n: ## Export the addons' terms and merge them into their translations
	$(SUITE) i18n

pins: ## Resolve requirements/*.in into exact versions with hashes
	$(SUITE) pins

check: ## Check the ledger's invariants in the database DB
	$(SUITE) check

bench: ## Measure, one row a figure
	$(SUITE) bench $(ARGS)

shell: ## Open Odoo's shell on the database DB; takes a script on standard input
	$(SUITE) shell $(ARGS)

psql: ## Open psql on the database DB; takes a script on standard input
	$(SUITE) psql $(ARGS)

clean: ## Stop everything and remove all that was made
	$(SUITE) clean

help: ## Show this
	@sed -n 's/^# \?//p' Makefile
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile
