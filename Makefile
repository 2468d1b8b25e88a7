# The commands of the project. Each does its own set-up: on a Debian 12 machine with a Swift toolchain, `make run` and
# `make test` need nothing before them.

SWIFT_RUN := SWIFT='$(SWIFT)' scripts/swift
FORMATTED := Package.swift Sources Tests

.DEFAULT_GOAL := help
.PHONY: help run test test-fast build bench bench-instructions bench-catalog chaos format lint check clean

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

run: ## Install what is missing, build, and run the service with PostgreSQL, sandbox and demo data
	@scripts/packages build run
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec .build/release/toprelay dev $(ARGS)

test: ## Install what is missing, and run the whole test suite against real parts
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

bench: ## Compare the relay with a Go service and nginx in one run (ARGS="--write docs/benchmarks.md")
	@scripts/packages build run bench
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/bench.py $(ARGS)

bench-instructions: ## Count instructions and system calls of one call (ARGS=--check or ARGS=--record)
	@scripts/packages build run instructions
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/instructions.py $(ARGS)

bench-catalog: ## Measure what 5,000 methods cost beside five (ARGS="--write docs/benchmarks.md")
	@scripts/packages build run bench
	@$(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/bench/catalog_bench.py $(ARGS)

chaos: ## Check the promises under faults, ten minutes (ARGS="--short": two; BINARY=FILE: builds nothing)
	@scripts/packages build run chaos
	@[ -n "$(BINARY)" ] || $(SWIFT_RUN) build -c release --static-swift-stdlib --product toprelay
	@exec python3 scripts/chaos/chaos.py $(if $(BINARY),--binary $(BINARY)) $(ARGS)

format: ## Format the Swift sources in place
	@$(SWIFT_RUN) format --in-place --recursive --parallel $(FORMATTED)

lint: ## Check formatting, scripts and deployment files (quick, nothing is built)
	@SWIFT='$(SWIFT)' scripts/lint

check: lint test ## What CI runs

clean: ## Remove build products; the data of `make run` stays in .toprelay
	rm -rf .build
