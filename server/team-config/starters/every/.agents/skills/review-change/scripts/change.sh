#!/bin/sh
# What the current branch changes, against its base: the argument, else where the remote's main branch is.
set -eu

base=${1:-$(git symbolic-ref --quiet --short refs/remotes/origin/HEAD 2>/dev/null || echo main)}
if ! git rev-parse --verify --quiet "$base^{commit}" >/dev/null; then
  echo "There is no \"$base\" here. Name the base: $0 BASE" >&2
  exit 2
fi
from=$(git merge-base "$base" HEAD)
echo "Base: $base ($(git rev-parse --short "$from"))"
echo
git log --oneline "$from"..HEAD
echo
git diff --stat "$from"...HEAD
if [ -n "$(git status --porcelain)" ]; then
  echo
  echo "Not committed, and so not in this review:"
  git status --short
fi
