#!/bin/sh
# lgpio for the image's Python, cross-compiled from its source: lgpio.sh TOOLS SDIST DESTINATION
# PyPI has no wheel for this Python, and Debian does not package it.
set -eu
tools=$1
sdist=$2
destination=$3
work=$(mktemp -d "$tools/tmp/lgpio.XXXXXX")
tar -xzf "$sdist" -C "$work" --strip-components=1

if ! [ -d "$tools/opt/arm64/usr/include" ]; then
    chroot "$tools" sh -euc '
        apt-get update -qq
        cd /tmp
        apt-get download -qq libpython3.13-dev:arm64
        mkdir -p /opt/arm64
        dpkg-deb -x libpython3.13-dev_*_arm64.deb /opt/arm64
        rm libpython3.13-dev_*_arm64.deb'
fi
# shellcheck disable=SC2016 # for the shell inside
chroot "$tools" sh -euc '
    cd "$0"
    swig -python lgpio.i
    include=/opt/arm64/usr/include
    aarch64-linux-gnu-gcc -O2 -fPIC -shared -pthread -Wl,--build-id=none -Isrc \
        -I$include/python3.13 -I$include lgpio_wrap.c src/lg*.c src/rgpiod.c -o _lgpio.so
    aarch64-linux-gnu-strip _lgpio.so' "${work#"$tools"}"
install -m 644 "$work/lgpio.py" "$work/_lgpio.so" "$destination"
version=$(basename "$sdist" .tar.gz)
install -D -m 644 "$work/PKG-INFO" "$destination/$version.dist-info/METADATA"
rm -rf "$work"
