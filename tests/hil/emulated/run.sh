#!/bin/sh
# The emulated board: builds what is missing of the image, and runs the tests of this folder on it in QEMU. `make hil`
# runs all of them, and leaves a stamp; words are pytest's, for one `run.sh -m short`. Says what it keeps, and where.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$(dirname "$(dirname "$HERE")")")
BUILD=$TREE/image-build
PYTHON=$TREE/.venv/bin/python
BOARD=qemu-arm64
IMAGE_CACHE=${IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-image}
IMAGE_OUT=${IMAGE_OUT:-$TREE/build/image}
export BOARD IMAGE_CACHE IMAGE_OUT
report=$IMAGE_OUT/report.xml
stamp=$IMAGE_OUT/stamp.txt
table=$IMAGE_OUT/outcomes.md

say() { echo "hil: $*" >&2; }

if [ -n "${GATEHOUSE_HIL:-}" ]; then
    say "GATEHOUSE_HIL names pins of this computer: it is the board, and none is emulated on it"
    exit
fi
"$BUILD/host.sh"
say "kept in $IMAGE_CACHE (IMAGE_CACHE): Debian's part of the root, build tools, wheels, the bench's kernel modules"
say "built in $IMAGE_OUT (IMAGE_OUT): the image"
cd "$TREE"
# Of the state that is built now; commits that come while the tests run are not in it.
rm -f "$stamp" "$report"
[ $# -gt 0 ] || "$PYTHON" -m tests.hil.stamp take "$stamp" || :

"$BUILD/make-image.sh"
kernel=$(basename "$(find "$IMAGE_OUT/$BOARD/root/usr/lib/modules" -mindepth 1 -maxdepth 1 | sort | tail -n 1)")
modules=$IMAGE_CACHE/modules-$kernel
"$HERE/modules.sh" "$("$BUILD/tools.sh")" "$kernel" "$("$BUILD/base.sh")" "$modules"
export GATEHOUSE_IMAGE="$IMAGE_OUT/gatehouse-$BOARD.img" GATEHOUSE_IMAGE_MODULES="$modules"

result=0
"$PYTHON" -m pytest "$HERE" --junitxml="$report" "$@" || result=$?
[ -f "$report" ] || exit "$result"
whole=yes
"$PYTHON" -m tests.hil.outcomes "$report" > "$table" || whole=no
cat "$table"
if [ "$result" = 0 ] && [ "$whole" = yes ] && [ -f "$stamp" ]; then
    cp "$stamp" tests/hil/stamp.txt
    say "all of it passed: commit tests/hil/stamp.txt"
fi
exit "$result"
