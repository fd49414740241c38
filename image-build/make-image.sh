#!/bin/sh
# Everything in its order, for `make image BOARD=...`.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
"$HERE/rootfs.sh"
"$HERE/disk.sh"
