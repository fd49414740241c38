#!/bin/sh
# `make deb-test`: packages for this computer, bare systems to try them in (cached), and the tests.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$(dirname "$HERE")")
IMAGE_CACHE=${IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-image}
SUITES='deb12 deb13 ubuntu22.04'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for suite in $SUITES; do ln -s "$("$HERE/chroot.sh" "$suite")" "$scratch/"; done
# shellcheck disable=SC2086 # a list of names
DEB_OUT=$scratch COMPRESS=none "$HERE/build.sh" amd64 $SUITES
cd "$TREE"
GATEHOUSE_DEBS=$scratch .venv/bin/python -m pytest tests/system/test_deb.py "$@"
