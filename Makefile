# make run   set up, build the index of corpus/ where it is missing or stale, serve the web app
# make test  set up with what the tests need, run every check
# Both begin with `make setup`, which returns at once when nothing changed.

PYTHON ?= python3

# Not `?=`: some shells export a HOST of their own. Given on the command line they hold: make run PORT=8000
HOST = 127.0.0.1
PORT = 7860
EXAMPLES = 5000

VENV_PYTHON := .venv/bin/python

# An environment that was moved, copied along with the checkout, half made, or that lost its interpreter is made anew: its
# scripts and the way to src/ hold absolute paths.
AT_HOME := $(shell $(VENV_PYTHON) -c 'import os; print(open(".venv/home", "rb").read() == os.getcwdb())' 2>/dev/null)
ifneq "$(AT_HOME)" "True"
.PHONY: .venv/home
endif

.PHONY: setup run test kills fuzz load compare audit bundle bundle-test clean
.DEFAULT_GOAL := setup

setup: .venv/installed

run: setup
	@.venv/bin/reportqa index
	@$(VENV_PYTHON) app.py --host $(HOST) --port $(PORT) --open

test: .venv/installed-for-test
	@echo "== ruff check"
	@$(VENV_PYTHON) -m ruff check .
	@echo "== ruff format"
	@$(VENV_PYTHON) -m ruff format --check .
	@echo "== mypy"
	@$(VENV_PYTHON) -m mypy
	@echo "== import-linter"
	@.venv/bin/lint-imports
	@echo "== pytest"
	@$(VENV_PYTHON) -m pytest

# Fifty kills of a batch and of a build at random points, where make test has five.
kills: .venv/installed-for-test
	REPORTQA_KILLS=50 $(VENV_PYTHON) -m pytest tests/test_batch_running.py tests/test_kills.py -k killed

# What holds for every text, file and question, tried at length where make test tries a little.
fuzz: .venv/installed-for-test
	REPORTQA_FUZZ=$(EXAMPLES) $(VENV_PYTHON) -m pytest tests/test_fuzz.py

# 64 people who ask at once for two minutes.
load: setup
	.venv/bin/reportqa index
	$(VENV_PYTHON) benchmarks/load.py --json benchmarks/results/load.json

# This program beside LangChain, txtai and Haystack: an environment of its own, an hour on two cores.
compare:
	$(PYTHON) benchmarks/compare

# Licences and known vulnerabilities of what is installed; to ask for the latter takes a network.
audit: .venv/installed-for-test
	$(VENV_PYTHON) scripts/audit.py

# dist/: a folder, and the same as .tar.gz, that installs on a machine of this kind without a network.
bundle: setup
	$(VENV_PYTHON) scripts/bundle.py

# The bundle unpacked, installed and used in a new home without a network: some minutes, 3 GB of disk.
bundle-test: .venv/installed-for-test bundle
	REPORTQA_BUNDLE="$$(ls -t dist/*.tar.gz | head -n 1)" $(VENV_PYTHON) -m pytest tests/test_bundle.py

# What is built here: the environment, the caches of the tools and the index.
clean:
	rm -rf .venv build dist src/reportqa.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find index -mindepth 1 ! -name README.md -delete

.venv/home:
	@$(CHECK_PYTHON)
	@echo "== 新建 .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(VENV_PYTHON) -c 'import os; open(".venv/home", "wb").write(os.getcwdb())'

.venv/installed: pyproject.toml .venv/home
	@rm -f .venv/installed .venv/installed-for-test
	@$(VENV_PYTHON) scripts/setup.py
	@touch $@

.venv/installed-for-test: .venv/installed
	@$(VENV_PYTHON) scripts/setup.py test
	@touch $@

define CHECK_PYTHON
command -v $(PYTHON) >/dev/null || { echo "找不到 $(PYTHON)：请先安装 Python 3.11 或更新版本，或指明：make setup PYTHON=python3.12" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本，$(PYTHON) 是 $$($(PYTHON) -V 2>&1)。请指明：make setup PYTHON=python3.12" >&2; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) 缺少 venv 模块。Debian、Ubuntu 请先运行：apt install python3-venv" >&2; exit 1; }
endef
