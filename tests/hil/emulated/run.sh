#!/bin/sh
# Builds what is missing and boots the image in QEMU: `make hil-image`. Says what it keeps, and where.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$(dirname "$(dirname "$HERE")")")
export BOARD=qemu-arm64
BUILD=$TREE/image-build
IMAGE_CACHE=${IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-image}
IMAGE_OUT=${IMAGE_OUT:-$TREE/build/image}
export IMAGE_CACHE IMAGE_OUT
echo "hil: kept in $IMAGE_CACHE (IMAGE_CACHE): Debian's part of the root, the build tools, the wheels, the bench's module"
echo "hil: built in $IMAGE_OUT (IMAGE_OUT): the image"

"$BUILD/make-image.sh"
kernel=$(basename "$(find "$IMAGE_OUT/$BOARD/root/usr/lib/modules" -mindepth 1 -maxdepth 1 | sort | tail -n 1)")
modules=$IMAGE_CACHE/modules-$kernel
"$HERE/modules.sh" "$("$BUILD/tools.sh")" "$kernel" "$modules"
export GATEHOUSE_IMAGE="$IMAGE_OUT/gatehouse-$BOARD.img" GATEHOUSE_IMAGE_MODULES="$modules"
exec "$TREE/.venv/bin/python" -m pytest "$HERE" --durations=0 "$@"
