# Everything is built, run and tested from here; what CI runs is `make ci`.
# Needed beforehand: rustup, Node.js 20.19 or newer with npm, Python 3, and a
# Debian-like system. All else is fetched once: Rust and npm packages through
# their own tools, command-line tools into the user's cache folder, a browser for
# the tests through apt. V=1 shows the output of every step.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
# The steps share cargo's lock and two cores: in parallel they only wait for each other.
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory --no-builtin-rules

TARGET := $(or $(CARGO_TARGET_DIR),target)
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/strongroom/tools
STAMPS := .cache/stamps
QUIETLY := .ci/quietly
# In CI a stale Cargo.lock is an error; at a desk cargo brings it up to date.
LOCKED := $(if $(CI),--locked)
CARGO := cargo --quiet

# The bindings' generator must match the library exactly.
WASM_BINDGEN_VERSION := $(shell grep -A1 '^name = "wasm-bindgen"$$' Cargo.lock | sed -n 's/^version = "\(.*\)"/\1/p')
CARGO_DENY_VERSION := 0.20.2
DUFS_VERSION := 0.47.0
CARGO_FUZZ_VERSION := 0.13.2
WASM_PACK_VERSION := 0.15.1
WASM_BINDGEN := $(TOOLS)/wasm-bindgen-$(WASM_BINDGEN_VERSION)/bin/wasm-bindgen
WASM_PACK := $(TOOLS)/wasm-pack-$(WASM_PACK_VERSION)/bin/wasm-pack
CARGO_DENY := $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
CARGO_FUZZ := $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz
DUFS := $(TOOLS)/dufs-$(DUFS_VERSION)/bin/dufs
VENV := $(TOOLS)/venv-$(shell sha256sum tests/requirements.txt 2>/dev/null | cut -c1-12)

SERVER := $(TARGET)/release/strongroom-server
WEB_SOURCES := $(shell find web \( -name node_modules -o -path web/dist -o -path web/pkg -o -name test-results \
	-o -name playwright-report \) -prune -o -type f -print)

export CHROMIUM ?= /usr/bin/chromium
# Logs of CI are read as text.
ifdef CI
export NO_COLOR := 1
endif

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: run
run: build ## Build everything and serve it on http://localhost:8000 (ARGS="--listen …")
	exec $(SERVER) serve $(ARGS)

.PHONY: build
build: web/dist/index.html ## Build the server, with the web app inside, into target/release
	@$(QUIETLY) "Building the server" cargo build --release $(LOCKED) -p server

.PHONY: test
test: test-rust test-vectors test-schema test-tus test-web test-contract test-browser ## Run every test, installing what they need

.PHONY: ci
ci: fmt-check lint deny test build ## What CI runs: formatting, lints, licences, every test, the build

.PHONY: fmt
fmt: $(STAMPS)/rust ## Format the sources
	$(CARGO) fmt --all

.PHONY: lint
lint: lint-rust lint-web ## Run clippy, the TypeScript compiler and eslint

# The peer of opening a vault, as the browser loads it.
BARE := $(TARGET)/wasm32-unknown-unknown/wasm/bench_bare.wasm
BARE_JS := $(TARGET)/bench-bare/bench_bare.js
$(BARE): FORCE | $(STAMPS)/rust
	@$(QUIETLY) "Building the peer in WebAssembly" cargo build $(LOCKED) -p bench-bare \
		--target wasm32-unknown-unknown --profile wasm

$(BARE_JS): $(BARE) $(WASM_BINDGEN)
	@$(WASM_BINDGEN) --target web --out-dir $(@D) $(BARE)

.PHONY: bench
bench: build $(BARE_JS) $(DUFS) bench/node_modules/.package-lock.json ## Measure, side by side with other programs; writes bench/RESULTS.md (ONLY="P3 P9")
	@.ci/need chromium
	@.ci/need bench
	@$(QUIETLY) "Building the native part" cargo build --release $(LOCKED) -p bench
	BENCH_BARE=$(abspath $(dir $(BARE_JS))) BENCH_NATIVE=$(abspath $(TARGET))/release/bench-native STRONGROOM_SERVER=$(abspath $(SERVER)) DUFS=$(DUFS) \
		node bench/run.mjs $(ONLY)

# Stable Rust replays the corpora in test-rust; searching takes the nightly compiler.
.PHONY: fuzz
fuzz: $(CARGO_FUZZ) ## Search for inputs that break a parser (ONLY="envelope listing" SECONDS=60)
	@.ci/fuzz $(CARGO_FUZZ) $(or $(SECONDS),60) $(ONLY)

.PHONY: clean
clean: ## Remove everything that was built; the data folder and the user's cache stay
	rm -rf $(TARGET) fuzz/target .cache web/dist web/pkg web/test-results web/playwright-report */node_modules

# --- Set-up ---------------------------------------------------------------

$(STAMPS)/rust: rust-toolchain.toml
	@.ci/need rust
	@$(QUIETLY) "Installing the Rust toolchain" rustup toolchain install
	@mkdir -p $(@D) && touch $@

# npm keeps this file inside the folder, so that it goes when the folder goes.
web/node_modules/.package-lock.json bench/node_modules/.package-lock.json: %/node_modules/.package-lock.json: %/package-lock.json
	@.ci/need node
	@cd $* && ../$(QUIETLY) "Installing npm packages for $*" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Tools are shared by all checkouts, each version in a folder of its own.
$(WASM_BINDGEN): | $(STAMPS)/rust
	@.ci/need crate wasm-bindgen-cli $(WASM_BINDGEN_VERSION) $(TOOLS)/wasm-bindgen-$(WASM_BINDGEN_VERSION)

$(WASM_PACK): | $(STAMPS)/rust
	@.ci/need crate wasm-pack $(WASM_PACK_VERSION) $(TOOLS)/wasm-pack-$(WASM_PACK_VERSION)

$(CARGO_DENY): | $(STAMPS)/rust
	@.ci/need crate cargo-deny $(CARGO_DENY_VERSION) $(TOOLS)/cargo-deny-$(CARGO_DENY_VERSION)

$(CARGO_FUZZ): | $(STAMPS)/rust
	@.ci/need crate cargo-fuzz $(CARGO_FUZZ_VERSION) $(TOOLS)/cargo-fuzz-$(CARGO_FUZZ_VERSION)

# Without TLS, which nothing here uses.
$(DUFS): | $(STAMPS)/rust
	@.ci/need crate dufs $(DUFS_VERSION) $(TOOLS)/dufs-$(DUFS_VERSION) --no-default-features

$(VENV)/done: tests/requirements.txt
	@.ci/need python
	@$(QUIETLY) "Installing Python packages for the tests" bash -euc \
		'python3 -m venv $(VENV) && $(VENV)/bin/pip install --disable-pip-version-check -r $<'
	@touch $@

# --- The web app ----------------------------------------------------------

.PHONY: FORCE
FORCE:

# cargo knows what changed; the file keeps its date when nothing did.
WASM := $(TARGET)/wasm32-unknown-unknown/wasm/web_wasm.wasm
$(WASM): FORCE | $(STAMPS)/rust
	@$(QUIETLY) "Building the browser module" cargo build $(LOCKED) -p web-wasm \
		--target wasm32-unknown-unknown --profile wasm

# wasm-pack finds the generator and the optimiser on the PATH and fetches nothing. Node.js
# comes first, so that a missing one is told of before anything is built.
web/pkg/strongroom_wasm_bg.wasm: web/node_modules/.package-lock.json $(WASM_BINDGEN) $(WASM_PACK) $(WASM)
	@PATH="$(dir $(WASM_BINDGEN)):$(CURDIR)/web/node_modules/.bin:$$PATH" \
		$(QUIETLY) "Packing the browser module" $(WASM_PACK) build web-wasm --mode no-install --no-pack \
		--target web --out-dir ../web/pkg --out-name strongroom_wasm --profile wasm $(if $(LOCKED),-- $(LOCKED))

# The same for the vectors' runner, which only tests load; not optimised any further.
RUNNER := $(TARGET)/wasm32-unknown-unknown/wasm/vectors.wasm
RUNNER_JS := $(TARGET)/vectors-web/vectors.js
$(RUNNER): FORCE | $(STAMPS)/rust
	@$(QUIETLY) "Building the vectors' runner for the browser" cargo build $(LOCKED) -p vectors --lib \
		--target wasm32-unknown-unknown --profile wasm

$(RUNNER_JS): $(RUNNER) $(WASM_BINDGEN)
	@$(WASM_BINDGEN) --target web --out-dir $(@D) $(RUNNER)

web/dist/index.html: web/node_modules/.package-lock.json web/pkg/strongroom_wasm_bg.wasm $(WEB_SOURCES)
	@cd web && ../$(QUIETLY) "Building the web app" npm run --silent build
	@touch $@

# --- Tests and checks -----------------------------------------------------

# The tests start the real server, so it has to be there before they run; one command for
# both, so that what both stand on is compiled once.
.PHONY: test-rust
test-rust: web/dist/index.html
	@$(QUIETLY) "Building the tests and the server that they talk to" \
		cargo build $(LOCKED) --workspace --bins --tests
	$(CARGO) test --workspace $(LOCKED)

# Natively they are part of test-rust; here in a browser and against other people's code.
.PHONY: test-vectors
test-vectors: $(RUNNER_JS) web/pkg/strongroom_wasm_bg.wasm $(VENV)/done
	@.ci/need chromium
	node tests/vectors/browser.mjs $(TARGET)/vectors-web
	@$(QUIETLY) "Building check-vectors" cargo build $(LOCKED) -p vectors --bin check-vectors
	$(VENV)/bin/python -B tests/vectors/interop.py $(TARGET)/debug/check-vectors

# Requests that the OpenAPI document allows, and many that it does not.
.PHONY: test-schema
test-schema: build $(VENV)/done
	$(VENV)/bin/python -B tests/schemathesis/run.py $(SERVER)

# Other people's clients of the upload protocol.
.PHONY: test-tus
test-tus: build $(VENV)/done web/node_modules/.package-lock.json
	$(VENV)/bin/python -B tests/tus/run.py $(SERVER)

.PHONY: test-web
test-web: web/pkg/strongroom_wasm_bg.wasm
	cd web && npm run --silent test

# The API guide's examples as they stand, and what it promises.
.PHONY: test-contract
test-contract: build
	@.ci/need chromium
	cd web && STRONGROOM_SERVER=$(abspath $(SERVER)) npm run --silent test:contract

.PHONY: test-browser
test-browser: build
	@.ci/need chromium
	cd web && STRONGROOM_SERVER=$(abspath $(SERVER)) npm run --silent test:browser

.PHONY: fmt-check
fmt-check: $(STAMPS)/rust
	$(CARGO) fmt --all --check

.PHONY: lint-rust
lint-rust: web/dist/index.html
	$(CARGO) clippy --workspace --all-targets $(LOCKED) -- -D warnings
	$(CARGO) clippy -p web-wasm --target wasm32-unknown-unknown $(LOCKED) -- -D warnings

.PHONY: lint-web
lint-web: web/pkg/strongroom_wasm_bg.wasm
	cd web && npm run --silent check

# Advisories are left out: their database is not in a package registry.
.PHONY: deny
deny: $(CARGO_DENY)
	$(CARGO_DENY) --log-level error check bans licenses sources
