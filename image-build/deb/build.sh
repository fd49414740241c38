#!/bin/sh
# The appliance as a Debian package, for a system that is there already: build.sh ARCH SUITE... (arm64 or amd64; of
# `suites`, all without a name). Leaves build/deb/gatehouse_VERSION~SUITE_ARCH.deb; needs dpkg-deb, and no root.
set -eu
HERE=$(dirname "$(readlink -f "$0")")
BUILD=$(dirname "$HERE")
TREE=$(dirname "$BUILD")
PYTHON=${PYTHON:-$TREE/.venv/bin/python}
OUT=${DEB_OUT:-$TREE/build/deb}
LOCK=$TREE/requirements/deb.txt
SOURCES='appliance etc models pyproject.toml README.md LICENSE'
# Plain Python without a wheel.
PLAIN='sdnotify jetson-gpio'
# A Pi's and a Jetson's pins. lgpio has no wheel for Python 3.13: there it is compiled as for the image.
PINS='lgpio jetson-gpio'
# Whoever gives the package to others puts his name here.
MAINTAINER=${MAINTAINER:-Gatehouse maintainers <maintainers@gatehouse.invalid>}
# gzip or none for a hurry: xz takes minutes.
COMPRESS=${COMPRESS:-xz}
# Every time stamp in the package: that of the image's materials.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(sed -n 's/^SOURCE_DATE_EPOCH=.*:-\([0-9]*\)}$/\1/p' "$BUILD/env.sh")}
PIP_ROOT_USER_ACTION=ignore
export SOURCE_DATE_EPOCH PIP_ROOT_USER_ACTION

usage() { sed -n '2,3s/^# *//p' "$0" >&2; exit 2; }
suites() { sed 's/#.*//; /^[[:space:]]*$/d' "$HERE/suites"; }
say() { echo "deb: $*" >&2; }
pip() { "$PYTHON" -m pip "$@" --quiet --quiet --disable-pip-version-check --no-deps; }
lock() { "$PYTHON" "$BUILD/imagekit/lock.py" "$LOCK" --python "$python" --machine "$machine" "$@"; }

# manylinux tags of a C library no newer than the oldest suite's, 2.35.
platforms() {
    for tag in 2014 _2_17 _2_24 _2_26 _2_27 _2_28 _2_31 _2_34 _2_35; do echo "--platform=manylinux${tag}_$machine"; done
}

wheels() {
    abi=cp$(echo "$python" | tr -d .)
    # shellcheck disable=SC2046,SC2086 # lists of words
    {
        lock --without $PLAIN $left_out $compiled > "$scratch/wheels.txt"
        lock --only $PLAIN --without $left_out > "$scratch/plain.txt"
        pip install --target "$lib" --require-hashes --requirement "$scratch/wheels.txt" --no-compile \
            --only-binary=:all: --implementation cp --python-version "$python" --abi "$abi" --abi abi3 --abi none \
            $(platforms) --ignore-requires-python
    }
    rm -rf "${lib:?}/bin"
    pip install --target "$lib" --require-hashes --requirement "$scratch/plain.txt" --no-compile --no-build-isolation
}

compile_lgpio() {
    lock --only lgpio > "$scratch/compiled.txt"
    pip download --dest "$scratch" --require-hashes --requirement "$scratch/compiled.txt" --no-binary=:all: \
        --no-build-isolation
    tools=$("$BUILD/tools.sh")
    "$BUILD/lgpio.sh" "$tools" "$scratch"/lgpio-*.tar.gz "$lib" >&2
}

# The tree as git has it: what an earlier build left behind must not get into it.
appliance() {
    mkdir "$scratch/tree"
    # shellcheck disable=SC2086 # a list of names
    (cd "$TREE" && git ls-files -z -- $SOURCES | xargs -0 cp --parents --target-directory="$scratch/tree")
    # By a folder of its own: pip leaves out what would go into one that is there, and some wheel has a share/ too.
    pip install --target "$scratch/own" --no-compile --no-build-isolation "$scratch/tree"
    cp -R "$scratch/own/." "$lib"
    rm -rf "${lib:?}/bin" "${lib:?}/share/man"
    find "$lib" -name __pycache__ -prune -exec rm -rf {} +
    # Where the tree lay when it was built, and the hash of that.
    rm "$lib"/gatehouse-*.dist-info/direct_url.json
    sed -i '/direct_url\.json,/d' "$lib"/gatehouse-*.dist-info/RECORD
}

# A virtual environment that sees the system's packages behind its own: picamera2, TensorRT.
environment() {
    home=$root/opt/gatehouse
    mkdir -p "$home/bin"
    ln -s /usr/bin/python3 "$home/bin/python3"
    printf 'home = /usr/bin\ninclude-system-site-packages = true\nversion = %s\n' "$python" > "$home/pyvenv.cfg"
    install -D -m 755 "$HERE/gatehouse" "$root/usr/bin/gatehouse"
}

system() {
    units='gatehouse.service gatehouse-reboot.path gatehouse-reboot.service'
    for unit in $units; do install -D -m 644 -t "$root/usr/lib/systemd/system" "$TREE/etc/systemd/$unit"; done
    install -D -m 644 -t "$root/usr/lib/systemd/system.conf.d" "$TREE"/etc/systemd/system.conf.d/*.conf
    install -D -m 644 -t "$root/usr/lib/udev/rules.d" "$TREE"/etc/udev/*.rules
    install -D -m 644 -t "$root/usr/lib/tmpfiles.d" "$TREE"/etc/tmpfiles.d/*.conf
    install -D -m 644 "$HERE/sysusers.conf" "$root/usr/lib/sysusers.d/gatehouse.conf"
    install -d "$root/etc/gatehouse"
}

documents() {
    doc=$root/usr/share/doc/gatehouse
    install -D -m 644 -t "$doc" "$HERE/copyright" "$TREE/README.md" "$TREE/CHANGELOG.md" "$TREE"/docs/*.md
    install -D -m 644 -t "$doc/hardware" "$TREE"/docs/hardware/*.md "$TREE"/docs/hardware/*.svg
    install -D -m 644 -t "$doc/decisions" "$TREE"/docs/decisions/*.md
    # Units name pages here, README.md names them in docs/.
    ln -s . "$doc/docs"
    install -D -m 644 "$HERE/gatehouse.toml" "$doc/examples/gatehouse.toml"
    install -D -m 644 "$HERE/gatehouse.1" "$root/usr/share/man/man1/gatehouse.1"
    printf 'gatehouse (%s) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' "$version" "$MAINTAINER" \
        "$(LC_ALL=C date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")" > "$doc/changelog"
    gzip -9 --no-name "$doc/changelog" "$root/usr/share/man/man1/gatehouse.1"
    install -D -m 644 "$HERE/lintian-overrides" "$root/usr/share/lintian/overrides/gatehouse"
}

control() {
    install -d "$root/DEBIAN"
    install -m 755 -t "$root/DEBIAN" "$HERE/postinst" "$HERE/prerm" "$HERE/postrm"
    next=3.$((${python#3.} + 1))
    size=$(du --summarize --apparent-size --block-size=1024 "$root" | cut -f1)
    sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/; s/@PYTHON@/$python/; s/@NEXT@/$next/; s/@MAINTAINER@/$MAINTAINER/" \
        "$HERE/control.in" > "$root/DEBIAN/control"
    (cd "$root" && find . -type f -not -path './DEBIAN/*' -printf '%P\n' | LC_ALL=C sort | tr '\n' '\0' |
        xargs -0 md5sum) > "$root/DEBIAN/md5sums"
}

package() {
    suite=$1 python=$2
    version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$TREE/appliance/__init__.py")~$suite
    root=$scratch/root
    lib=$root/opt/gatehouse/lib/python$python/site-packages
    rm -rf "${scratch:?}"/*
    mkdir -p "$lib"
    say "gatehouse $version for $arch, Python $python"
    compiled=
    if [ "$arch/$python" = arm64/3.13 ]; then
        compiled=lgpio
        compile_lgpio
    fi
    wheels
    appliance
    environment
    system
    documents
    control
    # Not even libraries are programs; wheels bring such bits along.
    find "$root/opt" -type f -exec chmod 644 {} +
    find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
    # One thread, whatever computer builds: several cut the stream elsewhere.
    dpkg-deb --root-owner-group "-Z$COMPRESS" --threads-max=1 --build "$root" "$OUT/gatehouse_${version}_$arch.deb" > /dev/null
    ls "$OUT/gatehouse_${version}_$arch.deb"
}

[ $# -ge 1 ] || usage
arch=$1
shift
case $arch in
arm64) machine=aarch64 left_out= ;;
amd64) machine=x86_64 left_out=$PINS ;;
*) usage ;;
esac
command -v dpkg-deb > /dev/null || { say "needs dpkg-deb: apt install dpkg"; exit 2; }
umask 022
mkdir -p "$OUT"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck disable=SC2046 # names of suites
[ $# -gt 0 ] || set -- $(suites | awk '{ print $1 }')
for wanted in "$@"; do
    found=$(suites | awk -v wanted="$wanted" '$1 == wanted { print $2 }')
    [ -n "$found" ] || { say "no suite $wanted; there are: $(suites | awk '{ print $1 }' | paste -sd' ')"; exit 2; }
    package "$wanted" "$found"
done
