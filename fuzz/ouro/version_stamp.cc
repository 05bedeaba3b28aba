// SPDX-License-Identifier: Apache-2.0

// The commit, which Bazel defines when it links a program (see version.h). It comes from
// tools/workspace_status.

extern const char ouro_commit[];
#ifdef BUILD_SCM_REVISION
const char ouro_commit[] = BUILD_SCM_REVISION;  // "0" if there is none
#else
const char ouro_commit[] = "0";
#endif
