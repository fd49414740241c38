#!/bin/sh
# Lays the appliance over NVIDIA's Jetson Linux (JetPack 6.1 or later): on the board, or into the unpacked root of
# NVIDIA's flashing tools before the board is flashed. May be run again.
#
#   image-build/jetson/install.sh [OPTION...] gatehouse_VERSION~ubuntu22.04_arm64.deb
#
#   --root DIR        that root, for one Linux_for_Tegra/rootfs; without it this board
#   --dry-run         look at everything, say what would be done, do nothing
#   --one-root        the board has no second root: its system is updated by apt, not by bundles
#   --keyring FILE    whose bundles the board trusts (ota/keys.sh keyring); installs RAUC
#   --power-mode N    of /etc/nvpmodel.conf, kept over restarts; on the board only
#
# Not proved on a board. Exit code 0: done; 2: refused, with the remedy.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$(dirname "$HERE")")
NVIDIA=781e084c-a330-417c-b678-38e696380cb9
OLDEST=36.4
FLASH='flash it with ROOTFS_AB=1, or say --one-root'

say() { echo "jetson: $*"; }
refuse() { echo "jetson: $*" >&2; exit 2; }
usage() { sed -n '5,12s/^# \{0,3\}//p' "$0" >&2; exit 2; }

root=/ dry='' one_root='' keyring='' power_mode='' package=''
while [ $# -gt 0 ]; do
    case $1 in
    --root) root=${2:?} && shift ;;
    --keyring) keyring=${2:?} && shift ;;
    --power-mode) power_mode=${2:?} && shift ;;
    --dry-run) dry=yes ;;
    --one-root) one_root=yes ;;
    -*) usage ;;
    *)
        [ -z "$package" ] || usage
        package=$1
        ;;
    esac
    shift
done
[ -n "$package" ] || usage
root=${root%/} # empty for this board

act() { if [ -n "$dry" ]; then say "would: $*"; else "$@"; fi; }
inside() { if [ -n "$root" ]; then act chroot "$root" "$@"; else act "$@"; fi; }
lay() { act install -D -m "$1" "$2" "$root$3"; }

release() { sed -n '1s/^# R\([0-9]*\) (release), REVISION: \([0-9]*\)\.\([0-9]*\).*/\1.\2.\3/p' "$root/etc/nv_tegra_release"; }
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -n 1)" = "$1" ]; }

check_system() {
    [ -f "$root/etc/nv_tegra_release" ] || refuse "${root:-this computer} is no root of Jetson Linux; on the flashing \
computer name it with --root Linux_for_Tegra/rootfs"
    found=$(release)
    [ -n "$found" ] || refuse "$root/etc/nv_tegra_release names no release; flash JetPack 6.1 or later"
    ! older "$found" "$OLDEST" || refuse "Jetson Linux $found is too old; flash JetPack 6.1 or later"
    [ "$(id -u)" = 0 ] || refuse "this takes root: sudo $0 ..."
}

check_package() {
    [ -f "$package" ] || refuse "there is no $package; make deb ARCH=arm64 makes it"
    name=$(dpkg-deb --field "$package" Package) || refuse "$package is no package"
    [ "$name" = gatehouse ] || refuse "$package is not Gatehouse's; make deb ARCH=arm64 makes that"
    case $(dpkg-deb --field "$package" Version) in
    *~ubuntu22.04) ;;
    *) refuse "$package is for another system; take the one that ends in ~ubuntu22.04_arm64.deb" ;;
    esac
}

# UEFI passes over a slot that was made active unless the board was flashed for two, and every update would come back.
check_slots() {
    [ -z "$one_root" ] || return 0
    [ -x "$root/usr/sbin/nvbootctrl" ] || refuse "nvbootctrl is missing; install nvidia-l4t-tools, or say --one-root"
    level=$root/sys/firmware/efi/efivars/RootfsRedundancyLevel-$NVIDIA
    if [ -f "$level" ]; then
        # Four bytes of attributes lie before the number.
        [ "$(od -An -tu1 -j4 -N1 "$level" | tr -d ' ')" = 1 ] || refuse "the board has one root only; $FLASH"
    elif [ -z "$root" ]; then
        refuse "the board has one root only; $FLASH"
    else
        say "flash this root with ROOTFS_AB=1"
    fi
}

check_options() {
    [ -z "$keyring" ] || [ -f "$keyring" ] || refuse "there is no $keyring; ota/keys.sh keyring KEYS > $keyring makes it"
    [ -z "$keyring" ] || [ -z "$one_root" ] || refuse "bundles of a system need two roots; leave out --keyring or --one-root"
    [ -z "$power_mode" ] || [ -z "$root" ] || refuse "a power mode is set on the board; leave out --power-mode here"
    [ -z "$power_mode" ] || grep -q "POWER_MODEL ID=$power_mode " /etc/nvpmodel.conf ||
        refuse "/etc/nvpmodel.conf has no mode $power_mode; nvpmodel -p --verbose lists them"
}

install_package() {
    lay 644 "$TREE/etc/systemd/jetson/gatehouse.service.d/50-jetson.conf" \
        /etc/systemd/system/gatehouse.service.d/50-jetson.conf
    # NVIDIA's own service calls a boot good as soon as user space runs, before the gate has worked (law 14).
    [ -n "$one_root" ] || act systemctl --root="${root:-/}" mask nv-l4t-bootloader-config.service
    lay 644 "$package" /var/cache/gatehouse.deb
    inside apt-get install --yes --no-install-recommends /var/cache/gatehouse.deb
    act rm -f "$root/var/cache/gatehouse.deb"
}

install_updates() {
    inside apt-get install --yes --no-install-recommends rauc rauc-service squashfs-tools
    lay 644 "$keyring" /etc/rauc/keyring.pem
    lay 755 "$TREE/ota/rauc/rauc-backend" /usr/lib/gatehouse/rauc-backend
    units=/etc/systemd/system
    for unit in "$TREE"/ota/systemd/*.service "$TREE"/ota/systemd/*.timer; do
        lay 644 "$unit" "$units/$(basename "$unit")"
    done
    lay 644 "$TREE/ota/systemd/gatehouse.service.d/application.conf" "$units/gatehouse.service.d/application.conf"
    [ -n "$dry" ] || "$TREE/ota/rauc/configure" jetson > "$root/etc/rauc/system.conf"
    act systemctl --root="${root:-/}" enable gatehouse-ota-proof.service gatehouse-ota-poll.timer
}

check_system
check_package
check_slots
check_options
install_package
[ -z "$keyring" ] || install_updates
if [ -n "$power_mode" ]; then
    # It asks whether to restart where a mode changes the number of GPU units.
    echo NO | act nvpmodel -m "$power_mode"
fi
if [ -z "$root" ]; then
    act systemctl daemon-reload
    act systemctl restart gatehouse
    say "now: gatehouse check"
fi
