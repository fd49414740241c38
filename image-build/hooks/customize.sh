#!/bin/sh
# mmdebstrap runs this when all packages are installed: customize.sh ROOT. Makes up for what essential.sh has put
# off, and takes away what differs from one build to the next.
set -eu
root=$1
find "$root/usr" -name '*.later' | while read -r program; do
    program=${program#"$root"}
    program=${program%.later}
    rm "$root$program"
    dpkg-divert --root="$root" --local --rename --remove "$program"
done

for modules in "$root"/usr/lib/modules/*; do
    depmod --basedir "$root/usr" "${modules##*/}"
done

# Links into the root as this computer sees it become links as the board sees it.
"$root/usr/sbin/update-ca-certificates" --sysroot "$root"
find "$root/etc/ssl/certs" -type l -lname "$root/*" | while read -r link; do
    ln -sf "$(readlink "$link" | sed "s,^$root/*,/,")" "$link"
done

rm -rf "$root"/etc/apt/sources.list* "$root"/etc/ssh/ssh_host_* "$root/var/cache/ldconfig" "$root"/var/log/* \
    "$root/var/lib/systemd/random-seed" "$root/var/lib/dbus/machine-id" "$root"/var/lib/dpkg/*-old
find "$root/usr/lib" -name __pycache__ -prune -exec rm -rf {} +
