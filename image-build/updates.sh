#!/bin/sh
# What updates need of a root: updates.sh ROOT VERSION. RAUC's configuration, the keys that this board trusts, the
# units of ota/systemd, and the version that bundles are compared with.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
root=$1
version=$2
ota=$TREE/ota
need openssl

if [ "$KEYS" = "$TREE/build/keys" ]; then
    "$ota/keys.sh" development "$KEYS" >&2
    say "the keys are for development ($KEYS); a release names its own: KEYS=FOLDER..."
fi
mkdir -p "$root/etc/rauc"
"$ota/rauc/configure" "$BOARD" > "$root/etc/rauc/system.conf"
# shellcheck disable=SC2086 # a list of folders
"$ota/keys.sh" keyring $KEYS > "$root/etc/rauc/keyring.pem"
install -D -m 755 "$ota/rauc/rauc-backend" "$root/usr/lib/gatehouse/rauc-backend"
install -D -m 644 "$ota/rauc/service.conf" "$root/usr/lib/systemd/system/rauc.service.d/slot.conf"
units=$root/usr/lib/systemd/system
install -D -m 644 -t "$units" "$ota"/systemd/*.service "$ota"/systemd/*.timer
install -D -m 644 -t "$units/gatehouse.service.d" "$ota"/systemd/gatehouse.service.d/*.conf
printf 'IMAGE_ID=gatehouse-%s\nIMAGE_VERSION=%s\n' "$BOARD" "$version" >> "$root/usr/lib/os-release"
