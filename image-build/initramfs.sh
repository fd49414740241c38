#!/bin/sh
# Our own initramfs out of an unpacked root: initramfs.sh ROOT OUTPUT. Busybox, dmsetup, a dozen modules; three
# megabytes and two seconds, where Debian's takes 36 and minutes of emulation.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
root=$1
output=$2
need cpio depmod objdump zstd
tools=$("$HERE/tools.sh")
stage=$output.stage
rm -rf "$stage"
mkdir -p "$stage/bin" "$stage/etc" "$stage/lib" "$stage/sbin"

install -m 755 "$HERE/init/init" "$stage/init"
install -m 755 "$root/usr/bin/busybox" "$stage/bin/busybox"
for name in basename cat cp dirname dmesg echo grep hexdump mkdir modprobe mount rm seq setsid sh sleep switch_root \
    sync umount; do
    ln -s busybox "$stage/bin/$name"
done

cp "$HERE/init/restart.c" "$tools/tmp/restart.c"
chroot "$tools" aarch64-linux-gnu-gcc -Os -static -s -Wl,--build-id=none -Wall -Werror -o /tmp/restart /tmp/restart.c
install -m 755 "$tools/tmp/restart" "$stage/bin/restart"

# dmsetup with the libraries that it names.
libraries() { objdump -p "$1" 2>/dev/null | awk '/NEEDED/ { print $2 }'; }
copy_library() {
    [ -e "$stage/lib/$1" ] && return
    place=$(find -L "$root/usr/lib/aarch64-linux-gnu" "$root/usr/lib" -maxdepth 1 -name "$1" | head -n 1)
    install -m 755 "$place" "$stage/lib/$1"
    for next in $(libraries "$place"); do copy_library "$next"; done
}
install -m 755 "$root/usr/sbin/dmsetup" "$stage/bin/dmsetup"
copy_library ld-linux-aarch64.so.1
for library in $(libraries "$root/usr/sbin/dmsetup"); do copy_library "$library"; done

# Modules with what they need, in the order of loading; those of every kernel that this board's processors may start.
echo "$INIT_MODULES" | tr ' ' '\n' > "$stage/etc/modules"
for modules in "$root"/usr/lib/modules/*; do
    version=$(basename "$modules")
    mkdir -p "$stage/lib/modules/$version"
    for module in $INIT_MODULES; do
        # A module that is built into the kernel needs no file.
        modprobe --dirname "$root/usr" --set-version "$version" --show-depends "$module" |
            awk '$1 == "insmod" { print $2 }'
    done | sort -u | while read -r file; do
        install -D -m 644 "$file" "$stage/lib/modules/$version/${file#*"$version"/}"
    done
    cp "$modules"/modules.order "$modules"/modules.builtin* "$stage/lib/modules/$version"
    depmod --basedir "$stage" "$version"
done

find "$stage" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
(cd "$stage" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
    cpio --null --create --format=newc --reproducible --owner=0:0 --quiet) | zstd -q -19 > "$output.part"
rm -rf "$stage"
mv "$output.part" "$output"
