#!/usr/bin/env bash
# Checks .github/workflows: actionlint their sense, zizmor what they let strangers do; and that every action of others is
# named by a commit, as a tag means whatever its owner says today.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/tool.sh actionlint -color
scripts/tool.sh zizmor --offline --persona pedantic --min-severity low .github/workflows
if grep -nE '^\s*(- )?uses: [^.]' .github/workflows/*.yml | grep -vE 'uses: [^@ ]+@[0-9a-f]{40} # v[0-9.]+$'; then
    echo "workflows: these name no commit" >&2
    exit 1
fi
