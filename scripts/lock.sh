#!/usr/bin/env bash
# Writes the lock files from pyproject.toml: every package with its hashes, and no address of any index.
# Versions that are locked already stay, unless arguments say otherwise, e.g. `scripts/lock.sh --upgrade`.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null; then
    echo "hive: error: make lock needs uv; run: python3 -m pip install --user uv" >&2
    exit 3
fi

compile() { # OUTPUT [OPTION…]
    local output=$1
    shift
    uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --output-file "$output" "$@"
}

compile requirements-dev.lock --extra dev "$@"
compile requirements.lock --constraint requirements-dev.lock "$@" # so that all name the same versions
compile requirements-gpu.lock --extra gpu --constraint requirements.lock --no-emit-package onnxruntime "$@"
compile requirements-ray.lock --extra ray --constraint requirements-dev.lock "$@"
if grep -nE '://|^--?(i|index-url|extra-index-url|find-links|f)\b' requirements*.lock; then
    echo "hive: error: a lock file holds an address" >&2
    exit 1
fi
