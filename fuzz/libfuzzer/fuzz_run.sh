#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# Fuzzes from the corpus on until it is stopped or finds something, which it writes to the folder of
# the user.
#
#   fuzz_run.sh FUZZER CORPUS DICTIONARY FLAG...
set -euo pipefail

fuzzer=$1 corpus=$2 dictionary=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
"$fuzzer" -dict="$dictionary" -artifact_prefix="${BUILD_WORKING_DIRECTORY:-.}/" \
  -use_counters=0 -entropic_scale_per_exec_time=1 "$@" \
  "$work" "$corpus" || status=$?
exit "$status"
