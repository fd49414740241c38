#!/bin/sh
# Build a signed update bundle: a RAUC bundle in the verity format.
#
#   ota/bundle.sh BOARD KIND VERSION CONTENT KEYS SIGNER OUTPUT
#
# BOARD    rpi, jetson or qemu-arm64
# KIND     system: CONTENT is a folder with boot.img and root.img, as image-build/ makes them; a Jetson's has no boot.img
#          application: CONTENT is a wheel of Gatehouse
#          models: CONTENT is a folder of nets, laid out as models/ is
# KEYS     a folder of ota/keys.sh; SIGNER the name of one of its signers
# Needs rauc and squashfs-tools; application needs pip, of PYTHON. SOURCE_DATE_EPOCH dates what it packs.
set -eu

die() { echo "bundle.sh: $*" >&2; exit 2; }
[ $# -eq 7 ] || { sed -n '4,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
board=$1 kind=$2 version=$3 content=$4 keys=$5 signer=$6 output=$7
python=${PYTHON:-python3}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}

case $board in rpi|jetson|qemu-arm64) ;; *) die "no board family $board: rpi, jetson or qemu-arm64" ;; esac
for tool in rauc mksquashfs; do
    command -v "$tool" >/dev/null || die "$tool is missing: apt-get install rauc squashfs-tools"
done
[ -e "$content" ] || die "there is no $content"
[ -f "$keys/$signer.pem" ] || die "$keys has no signer $signer: ota/keys.sh signer $keys $signer"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
inside=$work/content
mkdir "$inside"
compatible=gatehouse-$board-$kind

# The same names, owners, order and dates give the same bytes.
pack() { tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" -C "$1" -cf "$2" .; }

image() {
    [ -f "$content/$2" ] || die "$content has no $2"
    cp "$content/$2" "$inside/"
    printf '\n[image.%s]\nfilename=%s\n' "$1" "$2"
}

system() {
    compatible=gatehouse-$board
    # NVIDIA's UEFI takes kernel and device tree from the root: its slots have no boot partition.
    [ "$board" = jetson ] || image boot boot.img
    image rootfs root.img
}

application() {
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --target "$work/tree" \
        "$content" >&2
    pack "$work/tree" "$inside/application.tar"
    printf '\n[image.application]\nfilename=application.tar\n'
}

models() {
    [ -d "$content/nets" ] || die "$content has no folder nets of manifests"
    "$python" - "$content" "$inside/models.zip" "$epoch" <<'PY'
import sys, time, zipfile
from pathlib import Path
root, target, date = Path(sys.argv[1]), sys.argv[2], time.gmtime(max(int(sys.argv[3]), 315532800))[:6]
kept = [f for pattern in ("*.toml", "nets/*.toml", "golden/*", "weights/*") for f in root.glob(pattern)]
with zipfile.ZipFile(target, "w") as packed:
    for file in sorted(kept):
        packed.writestr(zipfile.ZipInfo(str(file.relative_to(root)), date), file.read_bytes())
PY
    printf '\n[image.models]\nfilename=models.zip\n'
}

case $kind in system|application|models) ;; *) die "no kind $kind: system, application or models" ;; esac
"$kind" > "$work/images"
{
    printf '[update]\ncompatible=%s\nversion=%s\ndescription=%s\n\n' "$compatible" "$version" "$kind $version"
    printf '[bundle]\nformat=verity\n'
    cat "$work/images"
} > "$inside/manifest.raucm"
# RAUC makes no bundle of less than two blocks after compression; a small application could be.
"$python" -c 'import random, sys; sys.stdout.buffer.write(random.Random(0).randbytes(8192))' > "$inside/padding"
find "$inside" -exec touch -h -d "@$epoch" {} +

rm -f "$output"
rauc bundle --cert="$keys/$signer.pem" --key="$keys/private/$signer.key" \
    --mksquashfs-args="-all-root -comp zstd" "$inside" "$output" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 2; }
echo "$output"
