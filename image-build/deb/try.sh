#!/bin/sh
# `make deb-test`: packages for this computer, bare systems to try them in (cached), and the tests: try.sh SUITE...
# (of `suites`; without a name those that docs/package.md tells as tried).
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$(dirname "$HERE")")
IMAGE_CACHE=${IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-image}
[ $# -gt 0 ] || set -- deb12 deb13 ubuntu22.04
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for suite in "$@"; do ln -s "$("$HERE/chroot.sh" "$suite")" "$scratch/"; done
DEB_OUT=$scratch COMPRESS=none "$HERE/build.sh" amd64 "$@"
cd "$TREE"
GATEHOUSE_DEBS=$scratch GATEHOUSE_DEB_SUITES=$* .venv/bin/python -m pytest tests/system/test_deb.py
