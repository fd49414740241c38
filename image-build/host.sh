#!/bin/sh
# Whether this computer can build the image and emulate its board; says what is missing. With --install it puts
# lists/host in place first.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
BINFMT=/proc/sys/fs/binfmt_misc

refuse() {
    echo "image-build: $*" >&2
    exit 2
}

missing() {
    for package in $(packages "$HERE/lists/host"); do
        [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

# The kernel hands programs of the image's processor to QEMU.
emulate() {
    [ -e "$BINFMT/register" ] || mount -t binfmt_misc binfmt_misc "$BINFMT" || return
    update-binfmts --enable qemu-aarch64 && arch-test "$ARCH" > /dev/null
}

command -v dpkg-query > /dev/null || refuse "this needs Debian or Ubuntu"
[ "$(id -u)" = 0 ] || refuse "this needs root: it unpacks a root file system, and runs programs in it"
# shellcheck disable=SC2046 # a list of names
set -- "${1:-}" $(missing)
if [ $# -gt 1 ] && [ "$1" = --install ]; then
    shift
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq > /dev/null
    apt-get install -qq --yes --no-install-recommends "$@" > /dev/null
elif [ $# -gt 1 ]; then
    shift
    refuse "packages are missing: apt-get install --no-install-recommends $*"
fi
arch-test "$ARCH" > /dev/null || emulate ||
    refuse "the kernel does not run $ARCH programs: $BINFMT needs a privileged container, or a computer of its own"
