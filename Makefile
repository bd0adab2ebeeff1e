# What a contributor does here. `make` lists it; scripts/ holds what takes more
# than a line. Tools are kept in .cache/, at the versions in scripts/tools.
.DEFAULT_GOAL := help
SHELL         := bash
.SHELLFLAGS   := -euo pipefail -c
MAKEFLAGS     += --no-print-directory
FUZZTIME      ?= 30s
PACKAGES      ?= ./...

.PHONY: help demo run test check lint generate models fuzz bench cover e2e clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## the whole story on a throwaway server: push, denied with a reason, grant, pull
	@CGO_ENABLED=0 go run ./cmd/pratique demo

run: ## a server for use by hand, with its data in ./pratique-data
	@go run ./cmd/pratique serve

test: ## every test there is; installs what they need (root or sudo, Debian)
	@scripts/tools
	@scripts/with-postgres scripts/test

check: ## what to run before a commit: format, vet, lint, generated code, Go tests; no network
	@scripts/check
	@go test $(PACKAGES)

e2e: ## the tests with docker, podman, skopeo, containerd, the AWS CLI… that are installed
	@PATH="$$PWD/.cache/bin:$$PWD/.cache/venv/bin:$$PATH" go test -v ./test/...

lint: ## the linters of .golangci.yml
	@scripts/tools golangci-lint
	@.cache/bin/golangci-lint run

generate: ## rewrite the generated code (*_gen.go)
	@go generate ./...

models: ## refresh the API models from an installed botocore (BOTOCORE=directory), then the code made of them
	@go run ./internal/awsapi/gen/strip "$${BOTOCORE:-$$(python3 -c 'import botocore, os; print(os.path.dirname(botocore.__file__))')}"
	@go generate ./internal/awsapi

fuzz: ## every fuzz target, FUZZTIME each (30s)
	@scripts/fuzz $(FUZZTIME)

bench: ## the load program (PEERS=name=url,… measures others beside it), then the Go benchmarks, with pratique build against buildah
	@go run ./bench -large
	@PATH="$$PWD/.cache/bin:$$PWD/.cache/venv/bin:$$PATH" go test -run '^$$' -bench . -benchmem $(PACKAGES)

cover: ## which code the Go tests reach: .cache/cover.html
	@mkdir -p .cache
	@go test -coverpkg ./... -coverprofile .cache/cover.out $(PACKAGES)
	@go tool cover -html .cache/cover.out -o .cache/cover.html
	@go tool cover -func .cache/cover.out | tail -1

clean: ## remove what the targets above left
	@rm -rf .cache
