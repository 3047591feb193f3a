#!/usr/bin/env bash
# Makes .venv from the lock file and then everything else that is missing on a bare machine.
#   scripts/bootstrap.sh demo   what the demo needs
#   scripts/bootstrap.sh up     what the stack for people needs: the web app as well
#   scripts/bootstrap.sh dev    what the tests need as well
#   scripts/bootstrap.sh check  the virtual environment of the tests alone: nothing that needs root
# A second run finds everything and ends at once. Exit status 3: something is missing that needs root;
# the exact command has been printed.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-demo}
venv=${VENV:-.venv}
case $purpose in
    demo | up) lock=requirements.lock ;;
    dev | check) lock=requirements-dev.lock ;;
    *) echo "usage: $0 demo|up|dev|check" >&2; exit 2 ;;
esac

say() { echo "hive: $*" >&2; }

as_root() { # runs a command as root, or fails without having asked anybody who is not there
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo "$@"
    else
        return 1
    fi
}

find_python() { # the first Python that the dependencies support
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    say "error: Python 3.11, 3.12 or 3.13 is needed; found: $(python3 --version 2>&1 || true)"
    exit 3
}

have_venv_module() { # Debian splits ensurepip off into its own package
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

install_venv_module() {
    local package sudo=""
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    [ "$(id -u)" = 0 ] || sudo="sudo "
    if command -v apt-get >/dev/null; then
        say "installing the Debian package $package"
        as_root apt-get update -q >&2 && as_root apt-get install -y -q --no-install-recommends "$package" >&2 && return
    fi
    say "error: this Python cannot make virtual environments; run: ${sudo}apt-get update && ${sudo}apt-get install -y $package"
    exit 3
}

stamp_of() { # what the environment depends on: the lock, the interpreter and where it lies
    { cat "$1"; "$venv/bin/python" -VV; pwd; } | sha256sum | cut -d' ' -f1
}

is_made_from() { # a dev environment holds everything of the runtime lock
    [ -x "$venv/bin/python" ] && [ -e "$venv/.made-from" ] && grep -qsx "$1 $(stamp_of "$1")" "$venv/.made-from"
}

make_venv() {
    local python site began=$SECONDS
    if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
        python=$(find_python)
        have_venv_module "$python" || install_venv_module "$python"
        say "making the virtual environment $venv with $("$python" --version)"
        "$python" -m venv --clear "$venv"
    fi
    say "installing the dependencies of $lock"
    "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes --only-binary :all: \
        --no-deps -r "$lock" >&2
    # The packages lie here and are not installed; a line in site-packages makes them importable from anywhere.
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    pwd >"$site/hive.pth"
    echo "requirements.lock $(stamp_of requirements.lock)" >"$venv/.made-from"
    if [ "$lock" = requirements-dev.lock ]; then
        echo "requirements-dev.lock $(stamp_of requirements-dev.lock)" >>"$venv/.made-from"
    fi
    say "the virtual environment is ready after $((SECONDS - began)) s"
}

write_command() { # `hive`; rooms run in processes that import the main module again, hence the guard
    cat >"$venv/bin/hive" <<END
#!$(cd "$venv" && pwd)/bin/python
import sys

from cli.main import main

if __name__ == "__main__":
    sys.exit(main())
END
    chmod +x "$venv/bin/hive"
}

is_made_from "$lock" || make_venv
write_command
[ "$purpose" = check ] || "$venv/bin/python" -m stack.prepare "$purpose"
