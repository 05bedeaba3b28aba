#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0

# Builds this repository's fuzz targets for OSS-Fuzz and ClusterFuzzLite, in their base builder: our
# own heap, and the toy in C of the guide, which shows how other people's collectors do it.

cd "$SRC/ouroboros"
heap=()
for source in collector/heap/*.cc; do
  [[ $source == *_test.cc ]] || heap+=("$source")
done
oss-fuzz/build_target.sh optimized_fuzzer oss-fuzz/optimized.cc collector/optimized.cc "${heap[@]}"

toy=collector/examples/c
for source in toy_adapter toy_gc; do
  $CC $CFLAGS -Icollector -c "$toy/$source.c" -o "$WORK/$source.o"
done
oss-fuzz/build_target.sh toy_fuzzer "$WORK/toy_adapter.o" "$WORK/toy_gc.o"
