#!/usr/bin/env bash
# Writes what HIVE is made of, as CycloneDX: the packages of each lock with their versions and hashes, and licences where
# the virtual environment knows them. What an image holds beside is in the description that is built with it.
#   scripts/sbom.sh [FOLDER]      build/sbom where nothing is said
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/sbom}
mkdir -p "$folder"

for lock in requirements requirements-gpu; do
    scripts/tool.sh cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
        --spec-version 1.6 --of JSON -o "$folder/$lock.cdx.json" "$lock.lock"
done
npm --prefix web sbom --sbom-format cyclonedx --sbom-type application --omit dev --package-lock-only >"$folder/web.cdx.json"
ls -l "$folder" >&2
