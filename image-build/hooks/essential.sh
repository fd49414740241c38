#!/bin/sh
# mmdebstrap runs this before it installs what is not essential: essential.sh ROOT. Programs that would run for
# minutes under emulation do nothing until customize.sh does their work without it; bytecode is left to rootfs.sh.
set -eu
root=$1
for program in /usr/bin/py3compile /usr/lib/python3.13/py_compile.py /usr/sbin/depmod /usr/sbin/update-ca-certificates; do
    dpkg-divert --root="$root" --local --rename --divert "$program.later" --add "$program"
    mkdir -p "$root${program%/*}"
    echo '#!/bin/sh' > "$root$program"
    chmod 755 "$root$program"
done
# Keys that exist are not made; each board makes its own.
mkdir -p "$root/etc/ssh"
for kind in rsa ecdsa ed25519; do
    : > "$root/etc/ssh/ssh_host_${kind}_key"
done
