#!/usr/bin/env bash
# The tests of the rooms that pyproject.toml has measured (`tool.coverage.run`), then how much of these rooms they ran.
# Fails below the floor. `--which` says which tests these are; `make test` runs the others without measuring.
set -euo pipefail
cd "$(dirname "$0")/.."
tests=(tests/protocol tests/config tests/foundation)

if [ "${1:-}" = --which ]; then
    printf '%s\n' "${tests[@]}"
    exit
fi
coverage=(.venv/bin/python -m coverage)
mkdir -p build
"${coverage[@]}" erase
"${coverage[@]}" run -m pytest --durations 10 --durations-min 0.5 -n 2 --dist loadfile "$@" "${tests[@]}"
"${coverage[@]}" combine -q
exec "${coverage[@]}" report
