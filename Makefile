# Gatehouse. `make` alone lists what there is to do.

VENV := .venv
BIN := $(VENV)/bin
VISITS ?= 1
SEED ?= 7
SPEED ?= real
SSH ?= ssh
PYTEST := $(BIN)/python -m pytest
LOCK := uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

# The image's own, whose wheels are unpacked on another processor.
IMAGE_PYTHON := --python-version 3.13 --python-platform aarch64-manylinux_2_28

# What the tests can use: extras that need a GPU, or take another's place, stay out of every lock.
EXTRAS := --extra ppocr --extra quantize --extra openvino --extra ncnn --extra pi --extra jetson

.DEFAULT_GOAL := help
.PHONY: help run test test-unit test-system check bench hil mutation docs lock models image deb deb-test \
	bundle clean
.DELETE_ON_ERROR:

help: ## this list
	@echo "Gatehouse: a gate that reads plates. Start with: make run"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | \
		while IFS='|' read -r name text; do printf '%-20s %s\n' "$$name" "$$text"; done

# -- this computer -----------------------------------------------------------------------------------

run: $(VENV)/.runtime ## a car drives up in the twin, is read, and passes (VISITS=1 SEED=7 SPEED=real)
	@$(BIN)/gatehouse sim --visits $(VISITS) --seed $(SEED) --speed $(SPEED)

bench: $(VENV)/.runtime ## how fast this computer reads and opens
	@$(BIN)/gatehouse bench

# -- tests -------------------------------------------------------------------------------------------

test: test-unit test-system ## all tests that need no board: unit, then system (minutes)

test-unit: $(VENV)/.dev ## the fast tests (under a minute)
	@$(PYTEST) tests/unit

test-system: $(VENV)/.dev ## the slow tests with real parts: recognition, disk, kill loops
	@$(PYTEST) tests/system

check: $(VENV)/.dev ## style, types, the laws of the house, generated documents current
	@$(BIN)/ruff check appliance image-build models ota tests
	@$(BIN)/ruff format --check appliance image-build models ota tests
	@$(BIN)/mypy
	@$(PYTEST) tests/unit/house tests/unit/config

hil: $(VENV)/.dev ## the tests that drive a board: emulated (as root; docs/image.md), or DEVICE=user@host
ifdef DEVICE
	@$(BIN)/python -m tests.hil.remote "$(DEVICE)" --ssh "$(SSH)" $(if $(YES),--yes)
else
	@$(PYTEST) tests/hil --ignore tests/hil/emulated
	@tests/hil/emulated/run.sh
endif

mutation: $(VENV)/.mutation ## break the laws on purpose; every broken one must fail a test (minutes)
	@$(BIN)/python -m tests.mutation

models: $(VENV)/.dev ## score the nets on held-out photographs: DATA=folder (training: models/LOG.md)
	@test -n "$(DATA)" || { echo "make models needs DATA=FOLDER with labelled photographs; no data comes with the project." >&2; exit 2; }
	@$(BIN)/python -m models.recipes.evaluate_read "$(DATA)" --reader gatehouse ppocr

image: $(VENV)/.runtime ## the flashable image: BOARD=qemu-arm64|rpi (needs root; docs/image.md)
	@test -n "$(BOARD)" || { echo "make image needs BOARD=qemu-arm64 or BOARD=rpi." >&2; exit 2; }
	@BOARD=$(BOARD) image-build/make-image.sh

bundle: $(VENV)/.runtime ## BOARD=rpi|jetson|qemu-arm64 KIND=system|application|models: a signed update (ota/README.md)
	@test -n "$(BOARD)" || { echo "make bundle needs BOARD=rpi, jetson or qemu-arm64 (ota/README.md)." >&2; exit 2; }
	@ota/make-bundle.sh "$(BOARD)" "$(or $(KIND),system)" "$(or $(KEYS),build/keys)" "$(or $(SIGNER),dev)"

deb: $(VENV)/.runtime ## Debian packages for a system that is there: ARCH=arm64|amd64 SUITE=deb13 (docs/package.md)
	@image-build/deb/build.sh "$(or $(ARCH),arm64)" $(SUITE)

deb-test: $(VENV)/.dev ## build packages and try them in bare systems (needs root; docs/package.md)
	@image-build/deb/try.sh $(SUITE)

# -- generated files ---------------------------------------------------------------------------------

docs: $(VENV)/.dev ## write the generated parts of docs/ anew
	@sed -i '/^## Every key/,$$d' docs/configuration.md
	@$(BIN)/gatehouse config reference >> docs/configuration.md
	@$(BIN)/python -m appliance.diagram > docs/machine.md

lock: ## resolve the dependencies anew (UPGRADE=1: to the newest versions); needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 2; }
	$(LOCK) requirements/build.in --output-file requirements/build.txt
	$(LOCK) pyproject.toml --constraint requirements/build.txt --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml $(EXTRAS) --group dev --constraint requirements/runtime.txt \
		--output-file requirements/dev.txt
	$(subst --universal --python-version 3.10,$(IMAGE_PYTHON),$(LOCK)) pyproject.toml --extra pi \
		--constraint requirements/runtime.txt --output-file requirements/image.txt
	$(LOCK) pyproject.toml --extra pi --extra jetson --constraint requirements/runtime.txt \
		--output-file requirements/deb.txt
	$(LOCK) pyproject.toml --extra pi --extra jetson --group hil --constraint requirements/dev.txt \
		--output-file requirements/hil.txt
	$(LOCK) pyproject.toml $(EXTRAS) --group dev --group mutation --constraint requirements/dev.txt \
		--output-file requirements/mutation.txt

# -- set-up ------------------------------------------------------------------------------------------

clean: ## remove the virtual environment and all caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info build dist

$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml requirements/install.sh
	@requirements/install.sh $(VENV) requirements/runtime.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@requirements/install.sh $(VENV) requirements/dev.txt
	@touch $@

$(VENV)/.mutation: $(VENV)/.dev requirements/mutation.txt
	@requirements/install.sh $(VENV) requirements/mutation.txt
	@touch $@
