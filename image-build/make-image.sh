#!/bin/sh
# Everything in its order, for `make image BOARD=...`.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
"$HERE/host.sh"
# What takes long when it is not in the cache, side by side: one waits for emulation, the other for the network.
# In a process group of its own, so that all of it ends with this.
setsid "$HERE/app.sh" > /dev/null &
app=$!
trap 'kill -- "-$app" 2> /dev/null || :' EXIT
trap 'exit 130' INT
"$HERE/base.sh" > /dev/null
wait "$app"
trap - EXIT INT
"$HERE/rootfs.sh"
"$HERE/disk.sh"
