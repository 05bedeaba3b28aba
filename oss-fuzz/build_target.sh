#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# Builds a fuzz target of one collector for OSS-Fuzz, whatever the collector's own build is: one
# program of the collector's objects, its adapter, and Ouroboros.
#
#   build_target.sh NAME OBJECT...
#
# OBJECT is what the compiler takes: objects, archives, sources in C++, with flags. One of them has
# the table of collector/ouroboros.h, or that of collector/library.h. They are compiled with
# $CXXFLAGS: counted and checked. Ouroboros itself is not, as edges of the judge say nothing about a
# collector, and a judge that is checked takes three times as long; but for MemorySanitizer, which
# wants all code or none.
#
# Place: called by the build.sh of a project. Reads the variables of OSS-Fuzz's base builder: CXX,
# CXXFLAGS, LIB_FUZZING_ENGINE, OUT, WORK. Writes $OUT/NAME with its dictionary, options and seeds.
# The objects of Ouroboros are compiled once, into $WORK. Needs libfmt-dev, nlohmann-json3-dev, zip.
# OURO_ENCODE, if set, is an //fuzz/libfuzzer:encode that was built elsewhere.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
: "${CXX:?}" "${OUT:?}" "${WORK:?}"

(($# >= 2)) || { echo "build_target.sh: build_target.sh NAME OBJECT..." >&2; exit 2; }
name=$1
shift

plain=()  # flags of Ouroboros
for flag in ${CXXFLAGS:-}; do
  case $flag in
    -fsanitize=memory | -fsanitize-memory-*) plain+=("$flag") ;;
    -fsanitize* | -fno-sanitize* | -fprofile-* | -fcoverage-*) ;;
    *) plain+=("$flag") ;;
  esac
done
common=(-std=c++20 -I"$root" -DFMT_HEADER_ONLY=1)  # an archive of it is of another libc++
export LC_ALL=C

# ---- Ouroboros, once

built=$WORK/ouroboros
mkdir -p "$built" "$OUT"
compile() {  # source: prints nothing unless it fails
  local object=$built/${1//\//_}.o
  [[ -e $object ]] || { "$CXX" "${plain[@]}" "${common[@]}" -O2 -c "$root/$1" -o "$object.new" &&
    mv "$object.new" "$object"; }
}
sources=()
while read -r source; do sources+=("$source"); done <"$root/oss-fuzz/sources.txt"
running=0
for source in "${sources[@]}" fuzz/libfuzzer/encode.cc; do
  ((running < $(nproc))) || { wait -n; running=$((running - 1)); }
  compile "$source" &
  running=$((running + 1))
done
while ((running > 0)); do wait -n; running=$((running - 1)); done

objects=()
for source in "${sources[@]}"; do objects+=("$built/${source//\//_}.o"); done
encoder=("$built/fuzz_libfuzzer_encode.cc.o")
for object in "${objects[@]}"; do  # all but the entry points, which an engine calls
  [[ $object == *fuzz_libfuzzer_* ]] || encoder+=("$object")
done
encode=${OURO_ENCODE:-$built/encode}
[[ -e $encode ]] || "$CXX" "${plain[@]}" "${encoder[@]}" -ldl -o "$encode"

# ---- the target

"$CXX" ${CXXFLAGS:-} "${common[@]}" "$@" "${objects[@]}" ${LIB_FUZZING_ENGINE:--fsanitize=fuzzer} \
  -ldl -o "$OUT/$name"
rm -rf "$built/seeds"
find "$root/corpus" -name '*.gct' | sort | xargs "$encode" --out "$built/seeds"
"$root/fuzz/libfuzzer/pack_target.sh" "$name" "$built/$name.tar" "$OUT/$name" "$built/seeds" \
  "$root/fuzz/libfuzzer/collector_fuzzer.dict"
tar -xf "$built/$name.tar" -C "$OUT" --no-same-owner
