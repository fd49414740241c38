#!/bin/sh
# The flashable image out of what rootfs.sh has left: partitions laid into a file, without mounts and without root.
# Leaves IMAGE_OUT/gatehouse-BOARD.img.zst, its .bmap, .spdx.json and .sha256, and the plain .img for the tests.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
need sgdisk mcopy mke2fs debugfs mkfs.vfat bmaptool zstd python3
out=$IMAGE_OUT/$BOARD
name=gatehouse-$BOARD
image=$IMAGE_OUT/$name.img

layout() { python3 "$HERE/imagekit/layout.py" "$@"; }
MTOOLS_SKIP_CHECK=1
export MTOOLS_SKIP_CHECK

# A FAT file system with the files of a folder: fat FILE MIB LABEL SERIAL FOLDER
fat() {
    rm -f "$1"
    truncate --size="$2M" "$1"
    mkfs.vfat --invariant -F 32 -s 1 -n "$3" -i "$4" "$1" > /dev/null
    find "$5" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    (cd "$5" && TZ=UTC mcopy -s -p -m -i "$1" ./* ::)
}

# Into its place on the disk, holes kept: lay FILE PARTITION
lay() {
    # shellcheck disable=SC2046 # two numbers
    set -- "$1" $(layout place "$2" --content "$1")
    dd if="$1" of="$image" bs=1M seek="$2" conv=notrunc,sparse status=none
}

say "the disk"
rm -f "$image"
truncate --size="$(layout size)M" "$image"
# shellcheck disable=SC2016 # for the inner shell
layout sgdisk | xargs --delimiter='\n' sh -c 'sgdisk "$@" "$0" > /dev/null' "$image"

# shellcheck disable=SC2046 # start and size
size() { set -- $(layout place "$1"); echo "$2"; }
rm -rf "$out/bootcfg"
mkdir -p "$out/bootcfg"
cp "$HERE"/card/* "$out/bootcfg"
fat "$out/bootcfg.img" "$(size bootcfg)" GATEHOUSE 6A7E0001 "$out/bootcfg"
fat "$out/boot.img" "$(size boot_a)" BOOT 6A7E0002 "$out/boot"
# Folders are made in the file system itself: copied ones would bring the time of their copying along.
rm -f "$out/data.img"
E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH
export E2FSPROGS_FAKE_TIME
mke2fs -q -t ext4 -L data -U 6a7e0003-0000-4000-8000-000000000001 \
    -E root_owner=0:0,hash_seed=6a7e0003-0000-4000-8000-000000000000,lazy_itable_init=0 "$out/data.img" "$(size data)M"
printf 'mkdir %s\n' etc gatehouse journal system updates | debugfs -w -f - "$out/data.img" > /dev/null 2>&1
lay "$out/bootcfg.img" bootcfg
lay "$out/boot.img" boot_a
lay "$out/root.img" root_a
lay "$out/data.img" data

bmaptool create --output "$image.bmap" "$image" 2> /dev/null
zstd -q -f -T0 -10 "$image" -o "$image.zst"
cp "$out/bill.spdx.json" "$IMAGE_OUT/$name.spdx.json"
(cd "$IMAGE_OUT" && sha256sum "$name.img.zst" "$name.img.bmap" "$name.spdx.json" > "$name.sha256")
say "$image.zst, $(du -h "$image.zst" | cut -f1)"
