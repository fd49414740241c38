#!/bin/sh
# Every kernel of an unpacked root, with its device trees, into the slot's boot partition: kernels.sh ROOT BOOT
# KERNELS of the profile says which flavour gets which name; config.txt chooses among them.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
root=$1
boot=$2
need depmod

# Of Raspberry Pi's packages; where Debian's hooks would copy things to depends on which of them ran.
firmware() {
    for file in start4.elf fixup4.dat; do install -m 644 "$root/usr/lib/raspi-firmware/$file" "$boot/$file"; done
}

trees() {
    place=$root/usr/lib/linux-image-$1
    mkdir -p "$boot/overlays"
    install -m 644 -t "$boot" "$place"/broadcom/bcm271[12]*.dtb
    install -m 644 -t "$boot/overlays" "$place"/overlays/*
}

for kernel in $KERNELS; do
    found=$(find "$root/usr/lib/modules" -mindepth 1 -maxdepth 1 -name "*-${kernel%=*}" -printf '%f\n')
    [ "$(echo "$found" | wc -w)" = 1 ] || { say "wanted is one kernel *-${kernel%=*}; there is: ${found:-none}"; exit 1; }
    cp "$root/boot/vmlinuz-$found" "$boot/${kernel#*=}"
    [ "$FIRMWARE" = none ] || trees "$found"
    packages "$HERE/lists/left-out" | (cd "$root/usr/lib/modules/$found/kernel" && xargs rm -rf)
    depmod --basedir "$root/usr" "$found"
    say "kernel $found"
done
[ "$FIRMWARE" = none ] || firmware
