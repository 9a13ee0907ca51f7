#!/bin/sh
# Format, vet, build and tests of the module in this folder. Changes nothing.
set -u

if [ ! -f go.mod ]; then
  echo "There is no go.mod here. Run this from the root of a module." >&2
  exit 2
fi
failed=0

step() {
  printf '\n$ %s\n' "$*"
  "$@" || failed=1
}

unformatted=$(git ls-files '*.go' | xargs gofmt -l 2>&1)
if [ -n "$unformatted" ]; then
  printf 'Not formatted (gofmt -w FILE):\n%s\n' "$unformatted" >&2
  failed=1
fi
step go vet ./...
step go build ./...
if [ "$(go env CGO_ENABLED)" = 1 ] && command -v "$(go env CC)" >/dev/null 2>&1; then
  step go test -race ./...
else
  echo "The race detector needs a C compiler: tests run without it."
  step go test ./...
fi
step go mod tidy -diff
exit "$failed"
