#!/usr/bin/env bash
# All tests. Those of the rooms whose coverage has a floor come first, measured; rooms and browsers, which keep time, come
# last; the others share the cores between them, more of them than there are cores, as they wait half of their time.
# Each part ends with its ten slowest. With arguments: what pytest makes of them. SIDE_BY_SIDE says how many processes
# share the rooms and browsers; demanding ones are never side by side (tests/sharing.py).
set -uo pipefail
cd "$(dirname "$0")/.."
tests=(.venv/bin/python -m pytest --durations 10 --durations-min 0.5)
by_file=(--dist loadfile --no-loadscope-reorder)
side_by_side=()
marked='mark\.(live|browser)\b' files=(--include='test_*.py' tests)
((${SIDE_BY_SIDE:=2} > 1)) && side_by_side=(-n "$SIDE_BY_SIDE" "${by_file[@]}")

if (($#)); then
  exec "${tests[@]}" "$@"
fi
scripts/coverage.sh
measured=$?
# Every process imports all files that it is given: each part is given those in which it has tests.
mapfile -t elsewhere < <(scripts/coverage.sh --which; grep -rlE "^pytestmark = .*$marked" "${files[@]}")
"${tests[@]}" -n 4 "${by_file[@]}" -m "not live and not browser" "${elsewhere[@]/#/--ignore=}"
others=$?
mapfile -t meeting < <(grep -rlE "$marked" "${files[@]}" | sort)
"${tests[@]}" -m "live or browser" "${side_by_side[@]}" "${meeting[@]}"
live=$?
if ((live == 1)); then
  # Meetings keep real time, and another program may take the machine in the middle of one. A fault fails again.
  echo "once more, those with a room or a browser that failed:" >&2
  "${tests[@]}" -m "live or browser" --last-failed --maxfail 1 "${meeting[@]}"
  live=$?
  ((live)) || echo "UNSTABLE: what failed above passed the second time; on an idle machine that is a fault of the test or of HIVE" >&2
fi
if ((measured)); then
  echo "failed: tests of the rooms that are measured, or their coverage is below its floor; see above" >&2
fi
if ((others)); then
  echo "failed: tests that need neither a room nor a browser; pytest's summary of them is above" >&2
fi
exit $((measured ? measured : others ? others : live))
