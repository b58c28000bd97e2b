# `make` alone lists what there is.

TARGET := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.NOTPARALLEL:
# Installed when the lock file is newer than what is there.
web/node_modules/.package-lock.json: web/package-lock.json
	@cd web && npm ci --no-audit --no-fund

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/index.html web/vite.config.ts web/svelte.config.js -type f 2>/dev/null)
	@cd web && npm run --silent build -- --logLevel warn

.PHONY: help build model run check fmt-check clippy deny test web web-browser schemathesis bench fmt clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  %-14s %s\n' "$$name" "$$text"; done

build: model web/dist/index.html ## the release program, target/release/answerpal
	@cargo build --release --locked

model: ## the language models, fetched once and packed into one file that the program embeds
	@scripts/model

run: build ## the release program with demonstration data, in data/demo
	@$(TARGET)/release/answerpal serve --demo --data-dir data/demo --smtp-listen 127.0.0.1:0

check: fmt-check web clippy deny test web-browser schemathesis ## all that CI checks
	@echo "==> all checks passed"

fmt-check: ## is the code formatted?
	@echo "==> fmt"
	@cargo fmt --all --check

clippy: ## lints, warnings denied
	@echo "==> clippy"
	@cargo clippy --workspace --all-targets --locked -- -D warnings

deny: ## licences, banned and duplicate crates, sources, advisories
	@echo "==> deny"
	@scripts/deny

test: model ## tests on SQLite and PostgreSQL
	@echo "==> test"
	@scripts/with-postgres scripts/with-mail scripts/with-llm cargo test --workspace --locked

schemathesis: model ## the running server against its own openapi.json
	@echo "==> schemathesis"
	@cargo build --locked
	@ANSWERPAL_BIN=$(TARGET)/debug/answerpal scripts/schemathesis

web: web/dist/index.html ## the dashboard: client up to date, formatted, types, unit tests, advisories
	@echo "==> web"
	@cd web && npm run --silent schema:check && npm run --silent lint && npm run --silent test
	@scripts/npm-audit

web-browser: model web/dist/index.html ## the dashboard in a browser, against the real program
	@echo "==> web, in a browser"
	@cargo build --locked
	@cd web && ANSWERPAL_BIN=$(abspath $(TARGET))/debug/answerpal npm run --silent e2e

bench: model ## the load bench
	@benches/run

fmt: ## format the code
	@cargo fmt --all

clean: ## remove what was built
	@cargo clean
