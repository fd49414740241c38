#!/bin/sh
# Everything in its order, for `make image BOARD=...`.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
# What takes long when it is not in the cache, side by side: one waits for emulation, the other for the network.
"$HERE/app.sh" > /dev/null &
"$HERE/base.sh" > /dev/null
wait $!
"$HERE/rootfs.sh"
"$HERE/disk.sh"
