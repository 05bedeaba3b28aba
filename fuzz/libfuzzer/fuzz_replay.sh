#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# Runs the fuzz target on every file of the corpus, once for each specimen.
#
#   fuzz_replay.sh FUZZER CORPUS SPECIMEN...
set -euo pipefail

fuzzer=$1 corpus=$2
shift 2
shopt -s nullglob
files=("$corpus"/*)
((${#files[@]})) || { echo "$corpus is empty" >&2; exit 1; }
for specimen in "$@"; do
  log=$("$fuzzer" --specimen="$specimen" "${files[@]}" 2>&1) || { echo "$log"; exit 1; }
  ran=$(grep -c '^Executed ' <<<"$log")
  echo "$specimen: $ran of ${#files[@]} programs"
  ((ran == ${#files[@]}))
done
