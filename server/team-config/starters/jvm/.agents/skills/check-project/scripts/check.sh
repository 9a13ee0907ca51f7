#!/bin/sh
# All checks of the build in this folder, with its own wrapper and without network.
set -eu

if [ -x ./gradlew ]; then
  exec ./gradlew --offline --continue check
elif [ -x ./mvnw ]; then
  exec ./mvnw --offline --fail-at-end --no-transfer-progress verify
fi
echo "There is neither ./gradlew nor ./mvnw here. Run this from the root of the build." >&2
exit 2
