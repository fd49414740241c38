#!/bin/sh
# make bundle: from this tree, with its version, into build/bundles.
#
#   ota/make-bundle.sh BOARD KIND KEYS SIGNER
#
# VERSION gives an application or nets another version than the tree's. CONTENT names another folder of nets, or of a system.
# Without keys in build/keys, keys for development are made there: no board that was not built with them trusts them.
set -eu
[ $# -eq 4 ] || { sed -n '4s/^# *//p' "$0" >&2; exit 2; }
board=$1 kind=$2 keys=$3 signer=$4
here=$(dirname "$0")
version=${VERSION:-$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$here/../appliance/__init__.py")}
out=build/bundles
export PYTHON="${PYTHON:-$PWD/.venv/bin/python}"
mkdir -p "$out"

if [ "$keys" = build/keys ]; then
    "$here/keys.sh" development build/keys
fi

case $kind in
system)
    content=${CONTENT:-build/image/$board}
    [ "$board" != jetson ] || [ -n "${CONTENT:-}" ] || {
        echo "make bundle: a Jetson's system is NVIDIA's, and is not built here; KIND=application or KIND=models." >&2
        exit 2
    }
    [ -f "$content/root.img" ] || { echo "make bundle: no $content/root.img; make image BOARD=$board comes first." >&2; exit 2; }
    version=$(cat "$content/version") ;;
application)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    mkdir "$scratch/tree"
    # What git knows, and nothing that an earlier build has left.
    git ls-files -z -- appliance etc models pyproject.toml README.md LICENSE |
        xargs -0 cp --parents --target-directory="$scratch/tree"
    # What builds it is locked and there already; pip would fetch another, without a hash, into what is signed.
    "$PYTHON" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --wheel-dir "$scratch" "$scratch/tree"
    content=$(echo "$scratch"/gatehouse-*.whl) ;;
*) content=${CONTENT:-models} ;;
esac
"$here/bundle.sh" "$board" "$kind" "$version" "$content" "$keys" "$signer" "$out/gatehouse-$kind-$board-$version.raucb"
