#!/bin/sh
# What the test bench needs and the product never holds, once per kernel: modules.sh TOOLS KERNEL BASE DESTINATION
# Modules that Debian's kernel is built without: gpio-sim (lines) and vimc (a camera behind libcamera); libcamera's own
# part for vimc; picamera2, which a Pi's image takes from the vendor. TOOLS is the chroot of image-build/tools.sh, KERNEL
# the image's version. The modules' source comes from Debian's package of that kernel; nothing of it is kept in this tree.
# Modules of that very kernel which the image leaves out, for a USB stick, come from BASE, Debian's part of the root.
# What was fetched is kept beside DESTINATION, as headers-KERNEL: the mirror forgets a kernel when the next one comes, and
# the base in the cache stays with its own, and with its libcamera.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
PYTHON=${PYTHON:-$HERE/../../../.venv/bin/python}
tools=$1
kernel=$2
base=$3
destination=$4
headers=$(dirname "$destination")/headers-$kernel
recipe=$(cat "$0" "$HERE/picamera2.txt" | sha256sum)
if [ "$recipe" = "$(cat "$destination/recipe" 2> /dev/null)" ]; then
    exit
fi
work=$tools/tmp/modules
rm -rf "$work" "$destination/python"
mkdir -p "$work/headers" "$destination/usb"
[ ! -d "$headers" ] || cp "$headers"/* "$work/headers"
cat > "$work/Makefile" <<'MAKEFILE'
obj-m := gpio-sim.o vimc/
gpio-sim-y := gpio-sim-core.o irq-sim.o
MAKEFILE

# Only the build tree is unpacked for arm64: installing it would put the arm64 compiler into the native one's place.
# shellcheck disable=SC2016 # for the shell inside
chroot "$tools" sh -euxc '
    export DEBIAN_FRONTEND=noninteractive
    release=${0%-arm64}
    series=$(echo "$0" | cut -d. -f1-2)
    apt-get update -qq
    cd /tmp/modules/headers
    if ! [ -e source.tar ]; then
        apt-get download -qq "linux-headers-$0:arm64" "linux-headers-$release-common" "linux-kbuild-$release" \
            "linux-source-$series" libcamera-ipa:arm64
        dpkg-deb --fsys-tarfile linux-source-*.deb | tar -xO --wildcards "*.tar.xz" | tar -xJ --strip-components=1 \
            --wildcards "*/drivers/gpio/gpio-sim.c" "*/kernel/irq/irq_sim.c" "*/drivers/media/test-drivers/vimc/*"
        tar --remove-files -cf source.tar drivers kernel
        rm linux-source-*.deb
    fi
    apt-get install -qq --yes --no-install-recommends ./linux-headers-*_all.deb ./linux-kbuild-*.deb
    dpkg-deb -x linux-headers-*_arm64.deb /
    cd /tmp/modules
    dpkg-deb -x headers/libcamera-ipa_*_arm64.deb ipa
    tar -xf headers/source.tar
    mv drivers/media/test-drivers/vimc .
    # Whatever it is asked for, its source pad gives red first; the driver wants blue first, as of a Pi.
    sed -i "/define VIMC_DEBAYER_SOURCE_MBUS_FMT/s/RGB888/BGR888/" vimc/vimc-debayer.c
    cp drivers/gpio/gpio-sim.c gpio-sim-core.c
    # Linux keeps irq_to_desc to itself; generic_handle_irq does the same for a module.
    sed "s/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/" kernel/irq/irq_sim.c > irq-sim.c
    make ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- -C "/usr/src/linux-headers-$0" M="$PWD" CONFIG_VIDEO_VIMC=m modules
    aarch64-linux-gnu-strip --strip-debug gpio-sim.ko vimc/vimc.ko' \
    "$kernel" > "$destination/modules.log" 2>&1 || {
    tail -n 20 "$destination/modules.log" >&2
    exit 1
}
install -m 644 "$work/gpio-sim.ko" "$work/vimc/vimc.ko" "$destination"
# Signed: what libcamera finds altered it runs in a process of its own.
install -D -m 644 -t "$destination/ipa" "$work"/ipa/usr/lib/*/libcamera/ipa_vimc.so*
install -D -m 644 -t "$destination/ipa/vimc" "$work/ipa/usr/share/libcamera/ipa/vimc/vimc.conf"
for module in scsi_common scsi_mod sd_mod; do
    tar -xOf "$base" "./usr/lib/modules/$kernel/kernel/drivers/scsi/$module.ko.xz" > "$destination/usb/$module.ko.xz"
done
[ -d "$headers" ] || mv "$work/headers" "$headers"
rm -rf "$work"
"$PYTHON" -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes \
    --ignore-requires-python --target "$destination/python" --requirement "$HERE/picamera2.txt"
echo "$recipe" > "$destination/recipe"
