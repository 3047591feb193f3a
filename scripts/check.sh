#!/usr/bin/env bash
# Lint, types, and the tests of what needs neither root nor a browser nor a server: the pure parts, and those engines
# that are installed. What is left out for want of a program is said.
set -uo pipefail
cd "$(dirname "$0")/.."
tests=tests/pipeline/engines
leave=(-m "not live and not browser")

without() { # PROGRAM WHAT FILE…: leaves tests out where their program is not there
    local program=$1 what=$2 file
    shift 2
    command -v "$program" >/dev/null && return
    echo "hive: $program is not installed; $what is not tested" >&2
    for file; do leave+=("--ignore=$file"); done
}
# Minutes on two cores, and passed by `make test`: PocketSphinx on long speech, Whisper with real weights.
leave+=("--ignore=$tests/recognition/test_sphinx.py" "--ignore=$tests/recognition/test_whisper_real.py")
several=("$tests"/test_{registry,choice,measuring}.py)
without apertium "translation with Apertium" "${several[@]}" "$tests"/translation/test_apertium{,_faults}.py
without espeak-ng "speech with espeak-ng" "${several[@]}" "$tests"/synthesis/test_{espeak,synthesizers}.py \
    "$tests"/recognition/test_whisper_translator.py tests/pipeline/test_priority.py tests/demo/test_scripts.py
without flite "the talk of the demo" tests/demo/test_scripts.py

.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && .venv/bin/python -m mypy || exit
exec .venv/bin/python -m pytest -q -n 2 --dist loadfile "${leave[@]}" "$@" \
    tests/config tests/foundation tests/pipeline tests/turn tests/demo tests/test_dependencies.py tests/test_entrance.py tests/test_figures.py
