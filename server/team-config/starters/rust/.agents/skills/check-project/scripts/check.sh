#!/bin/sh
# Format, clippy, tests and documentation of the crate or workspace in this folder. Changes no source file.
set -u

if [ ! -f Cargo.toml ]; then
  echo "There is no Cargo.toml here. Run this from the root of a crate or workspace." >&2
  exit 2
fi
failed=0

step() {
  printf '\n$ %s\n' "$*"
  "$@" || failed=1
}

step cargo fmt --all --check
step cargo clippy --locked --workspace --all-targets -- -D warnings
step cargo test --locked --workspace
step cargo doc --locked --workspace --no-deps
exit "$failed"
