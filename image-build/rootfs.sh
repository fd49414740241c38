#!/bin/sh
# The root of a slot: Debian, the appliance, our units. Leaves in IMAGE_OUT/BOARD: root.img, boot/ (kernel, initramfs,
# firmware, the command line that names the root's hash), version, bill.spdx.json.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
need systemd-sysusers python3
out=$IMAGE_OUT/$BOARD
root=$out/root

base=$("$HERE/base.sh")
app=$("$HERE/app.sh")
tools=$("$HERE/tools.sh")
umask 022
rm -rf "$out"
mkdir -p "$root" "$out/boot"

say "unpacking"
tar --extract --file="$base" --directory="$root" --numeric-owner --exclude='./dev/*'
cp -R "$app/." "$root/"
cp -R "$HERE/overlay/." "$root/"
if [ -d "$HERE/overlay-$BOARD" ]; then
    cp -R "$HERE/overlay-$BOARD/." "$root/"
fi
"$HERE/updates.sh" "$root" "$IMAGE_VERSION"
echo "$BOOT_MODULES" | tr ' ' '\n' > "$root/etc/modules-load.d/gatehouse.conf"
: > "$root/etc/machine-id"
systemd-sysusers --root="$root" "$root/usr/lib/sysusers.d/gatehouse.conf"
rm -f "$root"/etc/*- "$root/etc/.pwd.lock"
packages "$HERE/lists/units" | xargs systemctl --root="$root" --quiet enable
packages "$HERE/lists/masked" | xargs systemctl --root="$root" --quiet mask
ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"

say "kernels and initramfs"
"$HERE/kernels.sh" "$root" "$out/boot"
"$HERE/initramfs.sh" "$root" "$out/boot/initramfs"
python3 "$HERE/imagekit/materials.py" "$root" "gatehouse-$BOARD" "$SOURCE_DATE_EPOCH" \
    --output "$out/bill.spdx.json"

say "bytecode"
find "$root/usr/lib/python3" "$root/usr/lib/python3.13" "$root/opt" -name __pycache__ -prune -exec rm -rf {} +
# The chroot's Python is that of the image, but for the processor. Hashes that nobody checks: every file bears the
# same time, and a read-only root changes nothing.
PYTHONHOME=$tools/usr "$tools/usr/lib64/ld-linux-x86-64.so.2" --library-path "$tools/usr/lib/x86_64-linux-gnu" \
    "$tools/usr/bin/python3.13" -m compileall -q -j 1 --invalidation-mode unchecked-hash -s "$root" -p / \
    "$root/usr/lib/python3.13" "$root/opt/gatehouse/lib"

rm -rf "${root:?}/boot" "$root/usr/lib/python3.13/test"
mkdir -p "$root/boot/config" "$root/data" "$root/etc/gatehouse" "$root/var/lib/gatehouse" \
    "$root/var/lib/gatehouse-updates" "$root/var/log/journal"
"$HERE/seal.sh" "$root" "$out"
cp "$out/cmdline.txt" "$HERE/overlay-boot/config.txt" "$out/boot/"
echo "$IMAGE_VERSION" > "$out/version"
say "$(du -h "$out/root.img" | cut -f1) root, $(du -h "$out/boot/initramfs" | cut -f1) initramfs"
