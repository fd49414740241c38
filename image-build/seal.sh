#!/bin/sh
# A root as the slot takes it: seal.sh ROOT OUTPUT. Leaves OUTPUT/root.img, a squashfs with its tree of hashes right
# behind it, and OUTPUT/cmdline.txt, which tells the kernel the hash.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
root=$1
out=$2
need mksquashfs veritysetup
salt=$(echo gatehouse | sha256sum | cut -c1-64)

say "squashfs and its hashes"
env -u SOURCE_DATE_EPOCH mksquashfs "$root" "$out/root.part" -noappend -quiet -no-progress -comp zstd -Xcompression-level 6 \
    -reproducible -all-time "$SOURCE_DATE_EPOCH" -mkfs-time "$SOURCE_DATE_EPOCH" -no-xattrs
truncate --size=%4096 "$out/root.part"
blocks=$(($(stat -c %s "$out/root.part") / 4096))
hash=$(veritysetup format --no-superblock --salt="$salt" --data-blocks="$blocks" \
    --hash-offset=$((blocks * 4096)) "$out/root.part" "$out/root.part" | awk '/Root hash/ { print $3 }')
mv "$out/root.part" "$out/root.img"

# A watchdog that the firmware has left running is fed by the kernel until systemd opens it, by default for ever: so long
# may initramfs and systemd take to that, with both waits of init for a slow disk (a minute each), and no longer.
OPEN_WATCHDOG_S=180

# root=/dev/ram0 names what the initramfs already is; fsck.repair mends what a power cut left on the data.
echo "console=$CONSOLE root=/dev/ram0 ro panic=10 fsck.repair=yes watchdog.open_timeout=$OPEN_WATCHDOG_S" \
    "gatehouse.verity=$blocks:$salt:$hash quiet" > "$out/cmdline.txt"
