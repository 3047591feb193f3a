#!/usr/bin/env bash
# Checks deploy/kubernetes with the tools of others: kustomize puts each overlay together (kubectl, where it is there),
# kubeconform compares it with the schemas of Kubernetes, KEDA, the Gateway API and the Prometheus Operator, which come as
# Go modules, and checkov judges it.
#   scripts/manifests.sh [OVERLAY…]
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${HIVE_CACHE:-$HOME/.cache/hive}/manifests
schemas=$cache/schemas-1
mkdir -p "$cache"
if kubectl version --client 2>/dev/null | grep -q '^Kustomize Version: v5'; then
    render() { kubectl kustomize "$1"; }
else
    render() { scripts/tool.sh kustomize build "$1"; }
fi

source_of() { # MODULE@VERSION: the directory it lies in
    (cd / && GOFLAGS=-mod=mod go mod download -json "$1") | sed -nE 's/^\s*"Dir": "(.*)",?$/\1/p'
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
# What checkov wants and is not so:
#   15  tags are versions and never move, so that an image which is there need not be asked for again
#   26  the media server has ports of its node: browsers send media there, past every proxy
#   35  settings come from the environment alone, secrets among them
#   43  digests are known once the images are pushed; docs/kubernetes.md says how they are written in
leave=CKV_K8S_15,CKV_K8S_26,CKV_K8S_35,CKV_K8S_43
for overlay in "${overlays[@]}"; do
    echo "manifests: $overlay" >&2
    render "deploy/kubernetes/overlays/$overlay" >"$cache/$overlay.yaml"
    scripts/tool.sh kubeconform -strict -summary -schema-location "$schemas/{{.ResourceKind}}{{.KindSuffix}}.json" \
        "$cache/$overlay.yaml"
    scripts/tool.sh checkov --framework kubernetes --file "$cache/$overlay.yaml" --skip-check "$leave" \
        --compact --quiet --skip-download
done
