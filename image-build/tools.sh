#!/bin/sh
# An amd64 chroot of the image's own suite, whose compilers and Python fit the image; prints its path.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
need mmdebstrap

key=$( { cat "$HERE/lists/tools"; echo "$SUITE"; } | key -)
tools=$IMAGE_CACHE/tools-$key
if ! [ -d "$tools" ]; then
    say "the build tools of $SUITE (some minutes, once)"
    rm -rf "$tools.part"
    # shellcheck disable=SC2016 # $1 is for the hook's shell
    mmdebstrap --quiet --variant=apt --architectures=amd64 \
        --include="$(packages "$HERE/lists/tools" | paste -sd,)" \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
        --customize-hook='chroot "$1" dpkg --add-architecture arm64' \
        "$SUITE" "$tools.part" \
        "deb $MIRROR $SUITE main" "deb $SECURITY_MIRROR $SUITE-security main" >&2
    mv "$tools.part" "$tools"
fi
echo "$tools"
