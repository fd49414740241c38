#!/bin/sh
# gpio-sim for the image's kernel, which Debian does not build: modules.sh TOOLS KERNEL DESTINATION
# TOOLS is the chroot of image-build/tools.sh, KERNEL the image's version. The source comes from Debian's package
# of that kernel; nothing of it is kept in this tree, and the module never gets into the product.
set -eu
tools=$1
kernel=$2
destination=$3
if [ -f "$destination/gpio-sim.ko" ]; then
    exit
fi
rm -rf "$tools/tmp/gpio-sim"
mkdir -p "$tools/tmp/gpio-sim" "$destination"
cat > "$tools/tmp/gpio-sim/Makefile" <<'MAKEFILE'
obj-m := gpio-sim.o
gpio-sim-y := gpio-sim-core.o irq-sim.o
MAKEFILE

# Only the build tree is unpacked for arm64: installing it would put the arm64 compiler into the native one's place.
# shellcheck disable=SC2016 # for the shell inside
chroot "$tools" sh -euxc '
    export DEBIAN_FRONTEND=noninteractive
    release=${0%-arm64}
    series=$(echo "$0" | cut -d. -f1-2)
    apt-get update -qq
    apt-get install -qq --yes --no-install-recommends "linux-headers-$release-common" "linux-kbuild-$release" \
        "linux-source-$series"
    cd /tmp/gpio-sim
    apt-get download -qq "linux-headers-$0:arm64"
    dpkg-deb -x linux-headers-*_arm64.deb /
    tar -xJf "/usr/src/linux-source-$series.tar.xz" --strip-components=1 --wildcards \
        "*/drivers/gpio/gpio-sim.c" "*/kernel/irq/irq_sim.c"
    cp drivers/gpio/gpio-sim.c gpio-sim-core.c
    # Linux keeps irq_to_desc to itself; generic_handle_irq does the same for a module.
    sed "s/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/" kernel/irq/irq_sim.c > irq-sim.c
    make ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- -C "/usr/src/linux-headers-$0" M="$PWD" modules' \
    "$kernel" > "$destination/gpio-sim.log" 2>&1 || {
    tail -n 20 "$destination/gpio-sim.log" >&2
    exit 1
}
install -m 644 "$tools/tmp/gpio-sim/gpio-sim.ko" "$destination"
rm -rf "$tools/tmp/gpio-sim"
