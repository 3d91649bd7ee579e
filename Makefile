# Portico. `make run` and `make test` do everything; the rest are their parts.

MODELS ?= models
export PORTICO_MODELS := $(abspath $(MODELS))
CARGO  ?= cargo

# Debian packages: to build and run; and, for the tests only, foreign peers and what fuzz targets are built with.
RUN_PACKAGES  := gcc pkg-config libflite1 flite1-dev python3
TEST_PACKAGES := g++ sip-tester baresip linphone-cli kamailio chromium radicale python3-caldav

.PHONY: help run test models build train packages test-packages format clippy unit docs fuzz-build interop fuzz bench

help:
	@echo "make run    install what is missing, fetch the models, build, and start Portico (practice mode at first)"
	@echo "make test   everything that continuous integration runs"
	@echo "make bench  the figures of benches/README.md"
	@echo "make fuzz   every fuzz target for FUZZ_SECONDS (600) each"

run: packages models build train
	@exec target/release/portico run

build:
	$(CARGO) build --release --locked

# The intent model, from the project's utterances; a minute at first, nothing afterwards.
train: build
	@target/release/portico train

models:
	@python3 models/fetch.py --models "$(PORTICO_MODELS)"

packages:
	@.ci/packages $(RUN_PACKAGES)

test-packages:
	@.ci/packages $(RUN_PACKAGES) $(TEST_PACKAGES)

test: test-packages models format clippy unit docs fuzz-build interop

format:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy --locked --all-targets -- -D warnings

unit:
	$(CARGO) test --locked

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

fuzz-build:
	$(CARGO) build --locked --manifest-path fuzz/Cargo.toml

interop:
	$(CARGO) test --locked --test interop --test races --test browser -- --ignored --test-threads=4
	$(CARGO) test --locked --test attacks -- --ignored --skip siege

fuzz:
	@fuzz/run $(or $(FUZZ_SECONDS),600)

bench:
	@benches/run
