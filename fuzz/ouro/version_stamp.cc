// The commit, as Bazel gives it to what is linked into a program: see version.h. It has it from
// tools/workspace_status.

extern const char ouro_commit[];
#ifdef BUILD_SCM_REVISION
const char ouro_commit[] = BUILD_SCM_REVISION;  // "0" where there is none
#else
const char ouro_commit[] = "0";
#endif
