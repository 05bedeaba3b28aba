#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0

# Packs what OSS-Fuzz wants of a fuzz target in its folder $OUT, by the names that it knows: the
# binary, its seeds as a zip archive, its dictionary, its options. The same parts make the same
# bytes.
#
#   pack_target.sh NAME TARBALL BINARY CORPUS DICTIONARY
set -euo pipefail

name=$1 tarball=$(realpath -m "$2") binary=$3 corpus=$4 dictionary=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"
cp -L "$binary" "$work/out/$name"
cp -L "$dictionary" "$work/out/$name.dict"
cp -RL "$corpus" "$work/seeds"
# Mutations are of operations, so neither is libFuzzer to trace compared values, nor to prefer short
# inputs by the bytes.
cat > "$work/out/$name.options" <<END
[libfuzzer]
dict = $name.dict
max_len = 4096
use_counters = 0
END
find "$work" -exec touch -h -d @315619200 {} +  # 1980-01-02: no zip is older
(cd "$work/seeds" && find . -type f -printf '%P\n' | LC_ALL=C sort |
  TZ=UTC zip -q -X "$work/out/${name}_seed_corpus.zip" -@)
touch -d @315619200 "$work/out/${name}_seed_corpus.zip"
tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+w -C "$work/out" -cf "$tarball" \
  $(cd "$work/out" && LC_ALL=C ls)
