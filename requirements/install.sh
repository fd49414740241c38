#!/bin/sh
# Install Gatehouse into a virtual environment, from a hashed lock: install.sh VENV LOCK
# PYTHON names the interpreter; without it the newest suitable one on the PATH is taken.
set -eu

venv=$1
lock=$2
here=$(dirname "$0")

suits() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3.10 python3}; do
        if suits "$name"; then
            echo "$name"
            return
        fi
    done
    echo "Gatehouse needs Python 3.10 to 3.13${PYTHON:+; $PYTHON is not one}. On Debian: apt install python3" >&2
    exit 2
}

# Debian splits venv and pip off the interpreter.
ensure_venv_module() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package with apt-get"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes "$package"; } \
            >/dev/null && return
    fi
    echo "This Python cannot make virtual environments. Run: sudo apt install $package" >&2
    exit 2
}

if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    ensure_venv_module "$python"
    echo "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi

# Everything that is installed stands in a lock with its hash, what builds packages included.
pip() {
    "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input "$@"
}

echo "Installing $(grep -c '^[a-zA-Z]' "$lock") packages from $lock (the first time takes a minute or two)"
pip --require-hashes --requirement "$here/build.txt"
pip --require-hashes --requirement "$lock" --no-deps --no-build-isolation --use-pep517
pip --no-deps --no-build-isolation --editable "$here/.."
