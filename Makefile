# The commands of the README, and what CI runs. Needs Python >= 3.11 with pip and venv.

PYTHON ?= python3
VENV ?= .venv
CORES ?= all
WORKERS ?= auto
LONGEST = tests/workflow tests/tuning tests/training
TESTS = $(LONGEST) $(filter-out $(LONGEST) tests/cluster,$(wildcard tests/[a-z]*))
BIN := $(VENV)/bin
LOCK := envs/requirements.lock
INSTALL = $(PYTHON) -m venv $(VENV) && $(BIN)/pip install --quiet --constraint $(LOCK) --editable
# `--nolock`: a killed workflow would leave its lock behind; every run has a lock of its own.
SNAKEMAKE = $(BIN)/snakemake
OPTIONS = --cores $(CORES) --nolock --rerun-incomplete --quiet host reason

.PHONY: demo test test-cluster check bench lock clean

demo: $(VENV)/demo-installed  ## The whole way on real input, offline, in minutes
	@$(SNAKEMAKE) demo $(OPTIONS)
	@cat results/tables/demo.md
	@printf '\n%s\n' 'Table:    results/tables/demo.{md,csv,tex,html}' \
		'Profile:  results/figures/demo_profile.{svg,pdf,png}' 'Report:   results/report.html'

# The longest come first, so that no core waits for them at the end.
test: $(VENV)/dev-installed  ## The fast tests; SLOW=1 runs all that this machine can
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --dist loadfile $(if $(SLOW),-m 'not gpu and not cluster' --durations=20,) $(TESTS)

test-cluster: $(VENV)/dev-installed  ## The workflow on a Slurm of its own; needs Debian and root
	$(BIN)/pytest -m cluster -rs --durations=0 tests/cluster

check: $(VENV)/dev-installed  ## Format, lint, types, layers, dead code, spelling, links, workflow
	$(BIN)/ruff format --check orca tests benchmarks examples
	$(BIN)/ruff check orca tests benchmarks examples
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/codespell
	$(BIN)/pytest -q tests/test_links.py
	$(BIN)/snakefmt --check Snakefile workflow
	$(SNAKEMAKE) --lint

bench: $(VENV)/demo-installed  ## Where the demo's time went, from its own records
	@$(BIN)/python benchmarks/demo.py

lock: $(VENV)/dev-installed  ## Remake the lock from pyproject.toml
	envs/lock.sh

clean:  ## Remove all that was made, but for the environment
	mkdir -p results
	find results -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .snakemake

$(VENV)/demo-installed: pyproject.toml $(LOCK)
	$(INSTALL) '.[demo,peers]'
	@touch $@

$(VENV)/dev-installed: pyproject.toml $(LOCK)
	$(INSTALL) '.[demo,dev,cluster,peers]'
	@touch $@ $(VENV)/demo-installed
