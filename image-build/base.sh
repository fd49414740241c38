#!/bin/sh
# The Debian part of the root as a tar file; prints its path. Cached by what goes in.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
need mmdebstrap arch-test qemu-aarch64-static
if [ -n "$VENDOR_MIRROR" ] && ! [ -f "$VENDOR_KEYRING" ]; then
    echo "image-build: there is no $VENDOR_KEYRING, the vendor's key; VENDOR_KEYRING=FILE names it (docs/image.md)" >&2
    exit 2
fi

key=$( { packages "$HERE/lists/common" "$HERE/lists/$BOARD"; echo "$VENDOR_MIRROR"; echo "$SUITE $SOURCE_DATE_EPOCH"; } | key -)
base=$IMAGE_CACHE/base-$BOARD-$key.tar
if [ -f "$base" ]; then
    echo "$base"
    exit
fi

vendor_source() {
    [ -n "$VENDOR_MIRROR" ] || return 0
    echo "deb [signed-by=$VENDOR_KEYRING] $VENDOR_MIRROR ${VENDOR_SUITE:-$SUITE} main"
}

say "Debian $SUITE for $BOARD (some ten minutes, once)"
# Our own initramfs comes later: Debian's takes six emulated minutes.
# shellcheck disable=SC2016 # $1 is for the hook's shell
mmdebstrap --verbose --variant=minbase --architectures="$ARCH" --format=tar \
    --include="$(packages "$HERE/lists/common" "$HERE/lists/$BOARD" | paste -sd,)" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt=force-unsafe-io --dpkgopt=force-confold \
    --aptopt='APT::Install-Recommends "false"' \
    --essential-hook='mkdir -p "$1/etc/initramfs-tools" && echo update_initramfs=no > "$1/etc/initramfs-tools/update-initramfs.conf"' \
    --customize-hook='rm -f "$1"/etc/ssh/ssh_host_* "$1"/var/lib/systemd/random-seed "$1"/var/lib/dbus/machine-id' \
    --customize-hook='rm -rf "$1"/var/cache/ldconfig "$1"/var/log/* "$1"/usr/lib/python3*/__pycache__' \
    "$SUITE" "$base.part" \
    "deb $MIRROR $SUITE main non-free-firmware" \
    "deb $MIRROR $SUITE-updates main non-free-firmware" \
    "deb $SECURITY_MIRROR $SUITE-security main non-free-firmware" \
    "$(vendor_source)" > "$base.log" 2>&1 || {
    tail -n 20 "$base.log" >&2
    exit 1
}
mv "$base.part" "$base"
echo "$base"
