#!/bin/sh
# The Debian part of the root as a tar file; prints its path. Cached by what goes in.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
need mmdebstrap arch-test depmod dpkg-divert openssl
if [ -n "$VENDOR_MIRROR" ] && ! [ -f "$VENDOR_KEYRING" ]; then
    echo "image-build: there is no $VENDOR_KEYRING, the vendor's key; VENDOR_KEYRING=FILE names it (docs/image.md)" >&2
    exit 2
fi

key=$( {
    packages "$HERE/lists/common" "$HERE/lists/$BOARD"
    cat "$0" "$HERE"/hooks/*
    echo "$MIRROR $SECURITY_MIRROR $VENDOR_MIRROR $SUITE $SOURCE_DATE_EPOCH"
} | key -)
base=$IMAGE_CACHE/base-$BOARD-$key.tar
if [ -f "$base" ]; then
    echo "$base"
    exit
fi

vendor_source() {
    [ -n "$VENDOR_MIRROR" ] || return 0
    echo "deb [signed-by=$VENDOR_KEYRING] $VENDOR_MIRROR ${VENDOR_SUITE:-$SUITE} main"
}

say "Debian $SUITE for $BOARD (five to ten minutes, once)"
# INITRD: our own initramfs comes later; Debian's takes six emulated minutes.
INITRD=No \
    mmdebstrap --verbose --variant=minbase --architectures="$ARCH" --format=tar --hook-directory="$HERE/hooks" \
    --include="$(packages "$HERE/lists/common" "$HERE/lists/$BOARD" | paste -sd,)" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt='path-exclude=/usr/lib/udev/hwdb.d/*' \
    --dpkgopt=force-unsafe-io --aptopt='APT::Install-Recommends "false"' \
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
