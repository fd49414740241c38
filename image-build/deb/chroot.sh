#!/bin/sh
# A bare system of a suite as a tar file, to try the package in: chroot.sh SUITE; prints its path. Cached.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
IMAGE_CACHE=${IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-image}
UBUNTU=${UBUNTU_MIRROR:-http://archive.ubuntu.com/ubuntu}
suite=$1
tar=$IMAGE_CACHE/bare-$suite-amd64.tar
PACKAGES=apt,systemd,systemd-sysv,udev,dbus,python3

command -v mmdebstrap > /dev/null || { echo "chroot.sh needs mmdebstrap: apt install mmdebstrap" >&2; exit 2; }
mkdir -p "$IMAGE_CACHE"
# Ubuntu's keys are not on a Debian: what is tried in there is our own package, not theirs.
case $suite in
deb12) set -- bookworm ;;
deb13) set -- trixie ;;
ubuntu22.04) set -- jammy "deb [trusted=yes] $UBUNTU jammy main universe" ;;
ubuntu24.04) set -- noble "deb [trusted=yes] $UBUNTU noble main universe" ;;
*) echo "chroot.sh: no suite $suite; there are those of $HERE/suites" >&2; exit 2 ;;
esac
if ! [ -f "$tar" ]; then
    code=$1
    shift
    mmdebstrap --quiet --variant=minbase --architectures=amd64 --format=tar --include="$PACKAGES" \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io "$code" "$tar.part" "$@" >&2
    mv "$tar.part" "$tar"
fi
echo "$tar"
