#!/bin/sh
# On the board, in the folder that remote.py filled: install what was sent, run the tests, leave it at rest.
# PYTHON names an interpreter that has the appliance's dependencies; without it they are installed here.
set -eu

python=${PYTHON:-venv/bin/python}
if [ -z "${PYTHON:-}" ]; then
    [ -x venv/bin/python ] || python3 -m venv venv
    pip="venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes"
    $pip --requirement requirements/build.txt
    $pip --requirement requirements/hil.txt --no-deps --no-build-isolation
fi
rm -rf site
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-index --target site ./*.whl
export PYTHONPATH="$PWD/site" PYTHONDONTWRITEBYTECODE=1 GATEHOUSE_HIL_BOARD=1

stopped=
if systemctl is-active --quiet gatehouse 2>/dev/null; then
    sudo -n systemctl stop gatehouse || {
        echo "The gate runs and this user may not stop it. There: sudo systemctl stop gatehouse" >&2
        exit 2
    }
    stopped=yes
fi

# Whatever ends the tests, a lost connection too: every output falls, and the gate comes back.
rest() {
    code=$?
    trap - EXIT
    "$python" -m appliance run --release-outputs || code=1
    if [ -n "$stopped" ]; then sudo -n systemctl start gatehouse || code=1; fi
    exit "$code"
}
trap rest EXIT
trap 'exit 2' HUP INT TERM

"$python" -m appliance check --json >check.json || [ $? -eq 1 ] || exit 2
# The emulated board is for a computer that builds its image.
"$python" -m pytest tests/hil --ignore=tests/hil/emulated -p no:cacheprovider --junitxml=report.xml
