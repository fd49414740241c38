#!/bin/sh
# The appliance and its Python packages for the image, laid out below a folder as they will lie in the root;
# prints the folder. Wheels are unpacked, never run: no emulation. Cached by what goes in.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
TREE=$(dirname "$HERE")
# shellcheck source=env.sh
. "$HERE/env.sh"
PYTHON=${PYTHON:-$TREE/.venv/bin/python}
LOCK=$TREE/requirements/image.txt
SOURCES='appliance etc models pyproject.toml README.md LICENSE'
# No wheels of these for the image's Python: one is plain Python, the other is compiled below.
PLAIN=sdnotify
COMPILED=lgpio

cd "$TREE"
tools=$("$HERE/tools.sh")
# shellcheck disable=SC2086 # a list of names
key=$( { cat "$0" "$HERE/lgpio.sh" "$LOCK"; echo "$tools"; git ls-files -z -- $SOURCES | xargs -0 sha256sum; } | key -)
app=$IMAGE_CACHE/app-$key
if [ -d "$app" ]; then
    echo "$app"
    exit
fi
work=$app.part
rm -rf "$work"
lib=$work/opt/gatehouse/lib
mkdir -p "$lib" "$work/scratch"

# The requirements of the lock whose names match, or do not match, with their hashes.
pick() { awk -v names="$1" -v want="$2" '/^[a-z]/ { split($1, part, "=="); on = (part[1] ~ "^(" names ")$") == want } on'  "$LOCK"; }

pip() { "$PYTHON" -m pip "$@" --quiet --quiet --disable-pip-version-check --no-deps; }

say "wheels for aarch64, Python 3.13"
pick "$PLAIN|$COMPILED" 0 > "$work/scratch/wheels.txt"
pick "$PLAIN" 1 > "$work/scratch/plain.txt"
pick "$COMPILED" 1 > "$work/scratch/compiled.txt"
# pip asks the Python that it runs on, not the one that it installs for; the lock was made for the latter.
pip install --target "$lib" --require-hashes --requirement "$work/scratch/wheels.txt" --no-compile \
    --only-binary=:all: --implementation cp --python-version 3.13 --abi cp313 --abi abi3 --abi none \
    --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_17_aarch64 \
    --platform manylinux2014_aarch64 --ignore-requires-python
rm -rf "${lib:?}/bin"
pip install --target "$lib" --require-hashes --requirement "$work/scratch/plain.txt" --no-compile --no-build-isolation

say "lgpio for the image's Python"
pip download --dest "$work/scratch" --require-hashes --requirement "$work/scratch/compiled.txt" --no-binary=:all: \
    --no-build-isolation
"$HERE/lgpio.sh" "$tools" "$work/scratch"/lgpio-*.tar.gz "$lib" >&2

say "the appliance"
mkdir "$work/scratch/tree"
# shellcheck disable=SC2086 # a list of names
git ls-files -z -- $SOURCES | xargs -0 cp --parents --target-directory="$work/scratch/tree"
rm -rf "${lib:?}/bin"
pip install --target "$lib" --no-compile --no-build-isolation "$work/scratch/tree"
rm -rf "${lib:?}/bin"

install -D -m 644 -t "$work/usr/lib/systemd/system" etc/systemd/*.service etc/systemd/*.path
install -D -m 644 -t "$work/etc/systemd/system.conf.d" etc/systemd/system.conf.d/*.conf
install -D -m 644 -t "$work/usr/lib/udev/rules.d" etc/udev/*.rules
install -D -m 644 -t "$work/usr/lib/tmpfiles.d" etc/tmpfiles.d/*.conf
install -D -m 644 -t "$work/usr/share/doc/gatehouse" README.md LICENSE
rm -rf "$work/scratch"
find "$lib" -name __pycache__ -prune -exec rm -rf {} +
# Where it was built is not to show in the image.
find "$lib" -name direct_url.json -delete
sed -i '/dist-info\/direct_url\.json,/d' "$lib"/*.dist-info/RECORD
mv "$work" "$app"
echo "$app"
