#!/usr/bin/env bash
# Checks deploy/kubernetes with the tools of others: kustomize puts each overlay together, kubeconform compares the result
# with the schemas of Kubernetes, KEDA, the Gateway API and the Prometheus Operator, kube-score judges it. All of them come
# as Go modules of a fixed version, whose sums Go checks; kubectl stands in for kustomize where it is there.
#   scripts/manifests.sh [OVERLAY…]
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${HIVE_CACHE:-$HOME/.cache/hive}/manifests
schemas=$cache/schemas-1.34
export GOBIN=$cache/bin GOTOOLCHAIN=local
PATH=$GOBIN:$PATH
mkdir -p "$GOBIN"
tool() { command -v "$1" >/dev/null || nice go install "$2"; }
tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
tool kube-score github.com/zegl/kube-score/cmd/kube-score@v1.20.0
if kubectl version --client 2>/dev/null | grep -q '^Kustomize Version: v5'; then
    render() { kubectl kustomize "$1"; }
else
    tool kustomize sigs.k8s.io/kustomize/kustomize/v5@v5.8.3
    render() { kustomize build "$1"; }
fi

source_of() { # MODULE@VERSION: the directory it lies in
    (cd / && go mod download -json "$1") | sed -nE 's/^\s*"Dir": "(.*)",?$/\1/p'
}
if [ ! -e "$schemas/.whole" ]; then
    .venv/bin/python scripts/kubernetes_schemas.py "$schemas" \
        "$(source_of k8s.io/kubernetes@v1.34.1)/api/openapi-spec/swagger.json" \
        "$(source_of github.com/kedacore/keda/v2@v2.20.2)/config/crd/bases" \
        "$(source_of sigs.k8s.io/gateway-api@v1.5.1)/config/crd/standard" \
        "$(source_of github.com/prometheus-operator/prometheus-operator@v0.85.0)/example/prometheus-operator-crd"
    touch "$schemas/.whole"
fi

overlays=("$@")
[ $# -gt 0 ] || mapfile -t overlays < <(ls deploy/kubernetes/overlays)
# What kube-score wants and is not so, and why:
#   pod-networkpolicy, container-image-pull-policy: tags are versions and never move; policies stand beside each other
#   container-security-context-user-group-id: 10001 is one of the image's own
#   probes that are alike: engines have nothing to wait for that starting again would not bring as well
leave=(--ignore-test container-image-pull-policy --ignore-test container-security-context-user-group-id
    --ignore-test pod-probes-identical)
for overlay in "${overlays[@]}"; do
    echo "manifests: $overlay" >&2
    render "deploy/kubernetes/overlays/$overlay" >"$cache/$overlay.yaml"
    kubeconform -strict -summary -schema-location "$schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$cache/$overlay.yaml"
    kube-score score --output-format ci --kubernetes-version v1.34 "${leave[@]}" "$cache/$overlay.yaml" |
        { grep -E '^\[(CRITICAL|WARNING)\]' && exit 1 || true; }
done
