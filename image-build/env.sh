# shellcheck shell=sh
# Settings of the image's build, read by every step. Each may be set from outside.

BOARD=${BOARD:-qemu-arm64}
IMAGE_CACHE=${IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-image}
IMAGE_OUT=${IMAGE_OUT:-$TREE/build/image}
SUITE=${SUITE:-trixie}
# This computer's own Debian mirrors. Package versions follow them; a dated archive pins them for good.
# shellcheck disable=SC2016 # for apt, not for the shell
mirror() {
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' 2>/dev/null | sed -n "s,^$1 \(.*[^/]\)/*\$,\1,p" | sort -u | head -n 1
}
MIRROR=${MIRROR:-$(mirror Debian)}
SECURITY_MIRROR=${SECURITY_MIRROR:-$(mirror Debian-Security)}
if [ -z "$MIRROR" ] || [ -z "$SECURITY_MIRROR" ]; then
    echo "image-build: this computer names no mirrors of Debian; set MIRROR and SECURITY_MIRROR to their addresses" >&2
    exit 2
fi
# Every time stamp in the image. Moved by hand, with the packages: 2026-11-21.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1795219200}
# What updates compare. The keys that the board trusts: folders of ota/keys.sh, several while keys are rotated.
IMAGE_VERSION=${IMAGE_VERSION:-$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$TREE/appliance/__init__.py")}
KEYS=${KEYS:-$TREE/build/keys}
export SOURCE_DATE_EPOCH BOARD IMAGE_CACHE IMAGE_OUT
# The builder's own ways are not to show in the image.
umask 022
export LC_ALL=C.UTF-8 TZ=UTC

PROFILE=$HERE/profiles/$BOARD.env
if ! [ -f "$PROFILE" ]; then
    echo "no profile for BOARD=$BOARD; there are: $(basename -s .env -- "$HERE"/profiles/*.env | paste -sd' '). A Jetson keeps" \
        "NVIDIA's system: image-build/jetson/install.sh lays the appliance over it (docs/package.md)" >&2
    exit 2
fi
# shellcheck source=profiles/qemu-arm64.env
. "$PROFILE"
mkdir -p "$IMAGE_CACHE" "$IMAGE_OUT"

# Names of a list, one a line, without remarks.
packages() { sed 's/#.*//; /^[[:space:]]*$/d' "$@"; }

# A short hash over files and words: the name under which a step's result is kept.
key() { cat "$@" | sha256sum | cut -c1-16; }

say() { echo "image: $*" >&2; }

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null && continue
        echo "image-build needs $tool. On Debian: apt install $(packages "$HERE/lists/host" | tr '\n' ' ')" >&2
        exit 2
    done
}
