#!/usr/bin/env bash
# Runs a program of others that checks or counts, in the version that stands here, whatever is on the PATH: it comes from
# Python's or Go's packages, whose sums are checked, and stays in the cache directory.
#   scripts/tool.sh actionlint|checkov|cyclonedx-py|grype|kubeconform|kustomize|zizmor [ARGUMENT…]
set -euo pipefail

name=$1
shift
case $name in
    checkov) from=checkov==3.3.30 ;;
    cyclonedx-py) from=cyclonedx-bom==7.5.0 ;;
    zizmor) from=zizmor==1.32.0 ;;
    actionlint) from=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 ;;
    grype) from=github.com/anchore/grype/cmd/grype@v0.121.3 ;;
    kubeconform) from=github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0 ;;
    kustomize) from=sigs.k8s.io/kustomize/kustomize/v5@v5.8.3 ;;
    *) echo "tool: nobody knows $name" >&2; exit 2 ;;
esac

if [[ $from == *==* ]]; then
    if command -v uvx >/dev/null; then
        exec uvx --quiet --from "$from" "$name" "$@"
    elif command -v pipx >/dev/null; then
        exec pipx run --quiet --spec "$from" "$name" "$@"
    fi
    echo "tool: $name needs uv or pipx" >&2
    exit 3
fi
bin=${HIVE_CACHE:-$HOME/.cache/hive}/tools/${from##*@}
if [ ! -x "$bin/$name" ]; then
    command -v go >/dev/null || { echo "tool: $name needs Go" >&2; exit 3; }
    GOBIN=$bin nice go install "$from"
fi
exec "$bin/$name" "$@"
