# Everything happens inside this folder: the environment is .venv, nothing is
# installed outside it and nothing needs root. (Compiled kernels: ~/.cache/lmcore.)
#
#   make run                        the whole pipeline, as params.yaml says
#   make run PROFILE=NAME           ... after putting profiles/NAME.yaml in its place
#   make run PROFILE=NAME DEPTH=N   ... with N blocks, from which the other sizes follow
#   make run PROFILE=NAME FILES=DIR ... on your own .parquet, .txt and .jsonl files
#   make run BACKEND=cuda           ... on an NVIDIA GPU (default: cpu, or Metal on macOS)
#   make test                       the tests
#   make lint                       ruff and mypy
#   make bench                      benchmarks against named peers -> benchmarks/RESULTS.md
#   make bench-gpu BACKEND=cuda     training on an NVIDIA GPU beside torch.compile
#   make experiment NAME=quick      variants and seeds of experiments/NAME, with a verdict (SMOKE=1: tiny)
#   make docs                       the tables of docs/ and README from the results of experiments
#   make soak                       long randomised checks; compiles llama.cpp once
#   make deps                       write each stage's imports into dvc.yaml
#   make lock                       renew the pinned versions
#   make clean                      remove what the pipeline made (not .venv)

BACKEND ?= cpu
ifeq ($(filter $(BACKEND),cpu cuda),)
$(error BACKEND is '$(BACKEND)'; allowed are cpu and cuda)
endif

# The first Python on the PATH that is new enough.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

# The stages that DVC starts find this environment's Python first.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check
PINNED = --constraint requirements.lock --editable

# The reference implementation that tests compare with. PyPI's build for Linux
# brings gigabytes of CUDA: right for BACKEND=cuda, which is measured beside it; else
# only a CPU build is taken there, if pip knows one.
TORCH = torch==2.13.0$(if $(filter Linux-cpu,$(shell uname -s)-$(BACKEND)),+cpu)

.PHONY: run test lint experiment docs bench bench-gpu soak soak-faults soak-tokenizer soak-export deps lock clean

run: .venv/.ready-$(BACKEND)
	@.venv/bin/python -m stages.configure $(if $(PROFILE),--profile "$(PROFILE)") $(if $(FILES),--folder "$(FILES)") $(if $(DEPTH),--depth "$(DEPTH)")
	@before=$$(cksum dvc.lock 2>&1); .venv/bin/dvc repro || exit 1; \
	if [ "$$before" = "$$(cksum dvc.lock 2>&1)" ]; then .venv/bin/python -m stages.result; fi

test: .venv/.ready-test
	@.venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: .venv/.ready-lint
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

bench: .venv/.ready-bench
	@.venv/bin/python -m benchmarks

bench-gpu: .venv/.ready-bench
	@.venv/bin/python -m benchmarks.training_gpu

experiment: .venv/.ready-experiment
	@.venv/bin/python -m stages.repair
	@folder=$$(.venv/bin/python -m stages.experiment prepare "experiments/$(NAME)" $(if $(SMOKE),--smoke)) \
	&& .venv/bin/dvc repro "$$folder/dvc.yaml" && cat "$$folder/results.md"

docs: .venv/.ready-experiment
	@.venv/bin/python -m stages.experiment docs

soak: soak-faults soak-tokenizer soak-export

soak-faults: .venv/.ready-test
	@.venv/bin/python -m benchmarks.soak_faults

soak-tokenizer: .venv/.ready-test
	@.venv/bin/python -m benchmarks.soak_tokenizer

soak-export: .venv/.ready-soak
	@.venv/bin/python -m benchmarks.soak_export

.venv/.ready-cpu .venv/.ready-cuda: requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; found $$("$(or $(PYTHON),python3)" --version 2>&1)." >&2; exit 1; }
	@echo "Setting up .venv ($(BACKEND)): about a minute, once"
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	@$(INSTALL) $(PINNED) '.[$(BACKEND)]'
	@touch $@

.venv/.ready-experiment: .venv/.ready-$(BACKEND)
	@$(INSTALL) $(PINNED) '.[$(BACKEND),experiment]'
	@touch $@

.venv/.ready-test: .venv/.ready-$(BACKEND)
	@$(INSTALL) $(PINNED) '.[$(BACKEND),test,experiment]'
	@$(INSTALL) '$(TORCH)' 2>/dev/null || \
		echo "No CPU build of PyTorch in pip's indexes: comparisons with PyTorch are skipped."
	@{ .venv/bin/python -c 'import torch' && \
		$(INSTALL) --constraint requirements.lock 'transformer-lens==4.3.0'; } 2>/dev/null || \
		echo "TransformerLens is not installed: comparisons with it are skipped."
	@touch $@

.venv/.ready-lint: .venv/.ready-$(BACKEND)
	@$(INSTALL) $(PINNED) '.[$(BACKEND),lint]'
	@touch $@

.venv/.ready-bench: .venv/.ready-test
	@$(INSTALL) $(PINNED) '.[$(BACKEND),test,bench]'
	@echo "Installing llama.cpp, which may have to be compiled: up to half an hour, once"
	@$(INSTALL) $(PINNED) '.[$(BACKEND),test,bench,soak]' || \
		echo "llama-cpp-python could not be built: sampling is not compared with llama.cpp." >&2
	@touch $@

.venv/.ready-soak: .venv/.ready-test
	@echo "Installing llama.cpp, which may have to be compiled: up to half an hour, once"
	@$(INSTALL) $(PINNED) '.[$(BACKEND),test,soak]' || { \
		echo "llama-cpp-python could not be built: nothing was compared with llama.cpp." >&2; exit 1; }
	@touch $@

deps: .venv/.ready-$(BACKEND)
	@PYTHONPATH=tests .venv/bin/python -m helpers.stage_deps

lock:
	uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-header \
		--no-annotate --upgrade pyproject.toml --output-file requirements.lock

clean:
	rm -rf data/raw data/tokenizer data/tokens data/model data/checkpoints data/evaluation \
		data/samples data/report data/export data/metrics data/plots data/.checkpoints data/.downloads \
		data/.timings dvc.lock
