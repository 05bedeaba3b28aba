#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# Tests a collector, as collector_test of defs.bzl has it:
#   collector_test.sh OURO LIBRARY CONTRACT SECONDS [PROGRAM...]
# The first shard of the first run checks the adapter and the programs; each has random programs of
# its own. Exits with 0 if all is lawful.
set -euo pipefail

# Where a file of another repository is depends on a flag of Bazel.
place() {
  if [[ -e $1 ]]; then realpath "$1"; else realpath "../${1#external/}"; fi
}
ouro=$(place "$1")
specimen=lib:$(place "$2")
contract=()
if [[ -n $3 ]]; then contract=(--contract "$3"); fi
seconds=$4
shift 4

shard=${TEST_SHARD_INDEX:-0}
run=${TEST_RUN_NUMBER:-1}
out=${TEST_UNDECLARED_OUTPUTS_DIR:-${TEST_TMPDIR:-/tmp}}/ouro-out
if [[ -n ${TEST_SHARD_STATUS_FILE:-} ]]; then touch "$TEST_SHARD_STATUS_FILE"; fi

# Goes on after the first trouble: the log then has all of it.
status=0
if ((shard == 0 && run == 1)); then
  "$ouro" check-adapter "$specimen" "${contract[@]}" || status=1
  if (($#)); then "$ouro" run --specimen "$specimen" "${contract[@]}" "$@" || status=1; fi
fi
"$ouro" campaign --specimen "$specimen" "${contract[@]}" --seconds "$seconds" --workers 1 \
  --seed $((1 + shard + ${TEST_TOTAL_SHARDS:-1} * (run - 1))) --out "$out" || status=1
if ((status)); then
  "$ouro" report "$out" --out "$out/report.html" || true
  # Paths of this run are those of a sandbox, which is gone when somebody reads this.
  if [[ -n ${TEST_UNDECLARED_OUTPUTS_DIR:-} ]]; then
    echo "The findings are in test.outputs beside this log; for each: $ouro run FILE"
  fi
fi
exit "$status"
