# The commands of the project. Each installs what it needs. On Debian 12 with a Swift toolchain, `make run` and
# `make test` work without preparation.

SWIFT_RUN := SWIFT='$(SWIFT)' scripts/swift
FORMATTED := Package.swift Sources Tests

.DEFAULT_GOAL := help
.PHONY: help run test test-fast build manual bench bench-instructions bench-catalog bench-sessions check-release chaos fuzz format lint check clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

run: ## Install what is missing, build, and run the service with PostgreSQL, sandbox and demo data
	@scripts/packages build run
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec .build/release/toprelay dev $(ARGS)

test: ## Install what is missing, and run the whole test suite with real servers
	@scripts/packages build run test
	@$(SWIFT_RUN) build --build-tests
	@$(SWIFT_RUN) build --product toprelay
	@SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$${TEST_WIDTH:-3} $(SWIFT_RUN) test --skip-build $(ARGS)

test-fast: ## Run the tests that need no PostgreSQL, relay or browser (a minute, once built)
	@scripts/packages build run test
	@$(SWIFT_RUN) build --build-tests
	@TEST_INPUTS_PERCENT=$${TEST_INPUTS_PERCENT:-20} \
		SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$${TEST_WIDTH:-3} $(SWIFT_RUN) test --skip-build \
		--skip '(Integration|EndToEnd|Deploy)Tests\.' $(ARGS)

build: ## Build the release binary: .build/release/toprelay
	@scripts/packages build
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay

manual: ## Write the manual's tables of the HTTP interface anew
	@scripts/packages build run test
	@UPDATE_MANUAL=1 $(SWIFT_RUN) test --filter ManualTests

bench: ## Compare the relay with a Go service and nginx in one run (ARGS="--write docs/benchmarks.md")
	@scripts/packages build run bench
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/bench.py $(ARGS)

bench-instructions: ## Count instructions and system calls of one call (ARGS=--check or ARGS=--record)
	@scripts/packages build run instructions
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/instructions.py $(ARGS)

bench-catalog: ## Compare 5,000 methods with five (ARGS="--write docs/benchmarks.md")
	@scripts/packages build run bench
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/catalog_bench.py $(ARGS)

bench-sessions: ## Measure what 10,000 sessions cost (ARGS="--write docs/benchmarks.md")
	@scripts/packages build run bench
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/sessions_bench.py $(ARGS)

check-release: ## Check that a release build keeps the bytes of texts of every length
	@scripts/packages build run
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/exactness.py $(ARGS)

chaos: ## Check the promises under faults, ten minutes (ARGS="--short": two; BINARY=FILE: without a build)
	@scripts/packages build run chaos
	@[ -n "$(BINARY)" ] || $(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/chaos/chaos.py $(if $(BINARY),--binary $(BINARY)) $(ARGS)

fuzz: ## Attack a build with a sanitizer (ARGS="--seconds 600 --sanitizer thread"; BINARY=FILE: builds nothing)
	@scripts/packages build run
	@$(if $(SWIFT),SWIFT='$(SWIFT)') exec python3 scripts/fuzz/fuzz.py $(if $(BINARY),--binary $(BINARY)) $(ARGS)

format: ## Format the Swift sources in place
	@$(SWIFT_RUN) format --in-place --recursive --parallel $(FORMATTED)

lint: ## Check formatting, scripts and deployment files, without a build
	@SWIFT='$(SWIFT)' scripts/lint

check: lint test ## What CI runs

clean: ## Remove build products; keep the data of `make run` in .toprelay
	rm -rf .build
