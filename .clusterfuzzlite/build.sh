#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0

# ClusterFuzzLite builds what OSS-Fuzz does.
exec "$SRC/ouroboros/oss-fuzz/build.sh"
