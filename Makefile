# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3
GROUPS := lint sanity units pytest integration molecule

.DEFAULT_GOAL := help
.PHONY: help demo audit site test faults bench docs install clean $(GROUPS)

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12
	@echo "$(GROUPS): one group of the test's steps each"

demo: ## Bring up two real hosts and two simulated Windows PCs; check, harden, break and correct them; show the results
	@$(PYTHON) -m tests.suite 'venv main' 'lab images'
	@.venv/main/bin/python -m tests.demo

audit: ## Check this machine as it is, without root and without changing anything
	@$(PYTHON) -m tests.suite.environment venv main
	@.venv/main/bin/python -B -m tests.audit

site: ## Lay a new site out in inventories/NAME: make site NAME=xa-cua-toi
	@$(PYTHON) -m tests.suite.environment venv main
	@COMMUNE_BASELINE_SITE="$(if $(filter command line,$(origin NAME)),$$NAME)" .venv/main/bin/ansible-playbook playbooks/init_site.yml

test: ## Set everything up on this machine and run every test it can run
	@$(PYTHON) -m tests.suite

$(GROUPS):
	@$(PYTHON) -m tests.suite $@

faults: ## Plant one fault per gate in a copy and see each gate turn red
	@$(PYTHON) -m tests.suite.seeded_faults

bench: ## Measure what the project costs against the bars it promised (tests/bench/results.json)
	@$(PYTHON) -m tests.suite 'venv main' 'lab images' nftables
	@.venv/main/bin/python -m tests.bench

docs: ## Write the pages that are made from the collection itself (docs/coverage.md)
	@$(PYTHON) -m tests.suite 'venv main'
	@.venv/main/bin/python -m tests.docs

install: ## Make the virtual environment .venv/main with everything in it
	@$(PYTHON) -m tests.suite 'venv main'

clean: ## Take down the labs of this checkout and remove what was built; environments and lab images stay
	@for lab in $$(ls build/lab 2>/dev/null); do $(PYTHON) -m tests.lab down "$$lab"; done
	@rm -rf build dist .mypy_cache .pytest_cache .ruff_cache
