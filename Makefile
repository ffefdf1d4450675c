# The two commands: `make run` and `make test`. Both do their own set-up on a fresh Debian machine with a Rust
# toolchain, git and make; tests/setup says what it lacks.

SHELL := /bin/bash
CARGO ?= cargo
STORE ?= sqlite:data/demonstration.sqlite
DURATION ?= 10m
export CARGO_TERM_COLOR ?= auto

.PHONY: help run test format lint unit deploy-check mutants torture fuzz assets browser bench bench-quick generated setup-run setup-test setup-bench setup-deploy setup-mutants setup-fuzz clean

# What the pages look like, compiled from govuk-frontend and embedded by services/web/build.rs.
STYLE := services/web/assets/built/caseledger.css

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: setup-run $(STYLE) ## build, fill a demonstration authority and serve it
	$(CARGO) build --release --locked --package caseledger
	@mkdir -p data
	target/release/caseledger demo --store $(STORE)

test: setup-test setup-deploy $(STYLE) format lint unit deploy-check browser ## everything a change must pass
	@echo "make test: everything passed"

format: ## is every file formatted
	$(CARGO) fmt --all --check

lint: ## compiler and clippy warnings are errors
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

unit: ## the tests of every crate, on both engines
	$(CARGO) test --workspace --locked

deploy-check: setup-deploy ## validate image, compose, kustomize, rules, dashboards and units, and rehearse a restore
	$(CARGO) build --quiet --locked --package caseledger
	target/deploy-tools/bin/python deploy/check

mutants: setup-mutants ## are the rules' tests sharp? An hour; FILE=aggregates/src/case/due.rs for one
	@mkdir -p target
	CARGO_PROFILE_DEV_DEBUG=0 PROPTEST_CASES=8 PROPTEST_MAX_SHRINK_ITERS=0 \
		$(CARGO) mutants --package caseledger-aggregates $(if $(FILE),--file $(FILE)) --output target

torture: setup-test ## torment the service for DURATION (10m) with a SEED; ONLY='postgres kill' plays one kind of round
	$(CARGO) build --release --locked --package caseledger-torture
	target/release/torture --duration $(DURATION) $(if $(SEED),--seed $(SEED)) --only '$(ONLY)'

FUZZ_SECONDS ?= 60
fuzz: setup-fuzz ## throw inputs at the decoding of commands and at cursors, FUZZ_SECONDS (60) each
	WRITE_FUZZ_CORPUS=1 $(CARGO) test --quiet --locked --package caseledger --test fuzzed
	cd tests/fuzz && for target in command cursor; do \
		mkdir -p corpus/$$target && $(CARGO) fuzz run --sanitizer none $$target corpus/$$target seeds/$$target \
			-- -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=10 || exit 1; done

assets: setup-run $(STYLE) ## the pages' style sheet

$(STYLE): services/web/assets/caseledger.scss services/web/assets/package-lock.json
	cd services/web/assets && npm run --silent build

browser: $(STYLE) ## the pages of a running service in Chromium: accessibility, keyboard, without script, on paper
	$(CARGO) build --locked --package caseledger
	node tests/browser/browser.mjs "$$PWD/target/debug/caseledger" $(SCREENSHOTS)

bench: setup-bench $(STYLE) ## measure everything beside others: target/bench/summary.json; hours, ONLY='contest reads' for parts
	$(CARGO) build --release --locked --package caseledger --package caseledger-bench
	target/release/caseledger-bench run $(if $(QUICK),--quick) $(foreach part,$(ONLY),--only $(part))

bench-quick: ## the same in two short rounds: three to four minutes of measuring
	@$(MAKE) bench QUICK=1

generated: ## write again what is generated and committed
	$(CARGO) run --quiet --package caseledger -- openapi > docs/openapi.json
	cp deploy/authority.toml deploy/kustomize/base/authority.toml

setup-run:
	@tests/setup build

setup-test:
	@tests/setup build test

setup-bench:
	@tests/setup build bench

setup-deploy:
	@tests/setup deploy

setup-mutants:
	@tests/setup build mutants

setup-fuzz:
	@tests/setup build fuzz

clean: ## remove what was built, and the demonstration's data
	$(CARGO) clean
	rm -rf data
