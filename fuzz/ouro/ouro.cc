// SPDX-License-Identifier: Apache-2.0

// ouro is the command line of Ouroboros: one subcommand for each way to use it. main() guards what
// no command should have to think of: closed standard streams, full disks, exhausted memory, and
// the destructors of loaded libraries.
//
// Exit codes: 0 lawful, 1 convicted, 2 usage, bad input, or a missing specimen.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>

#include "fuzz/ouro/command_line.h"

namespace {

// Opens /dev/null for each standard stream that is closed, so that no file of ours gets its number.
// Returns whether standard output was open.
bool OpenStandardStreams() {
  bool writable = true;
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    writable = writable && fd != STDOUT_FILENO;
    if (open("/dev/null", O_RDWR) != fd) std::abort();  // open() takes the lowest free number
  }
  return writable;
}

// Writes what stdio has buffered; false if anything that was printed is lost.
bool FlushOutput() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

int NotWritten(const char* why) {
  std::fprintf(stderr, "ouro: standard output cannot be written%s\n", why);
  return 2;
}

int Guarded(int argc, char** argv) {
  if (!OpenStandardStreams()) return NotWritten(": it is closed");
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is an error of write(), like others
  try {
    const int code = ouro::RunCommandLine(argc, argv);
    return FlushOutput() ? code : NotWritten("");
  } catch (const std::bad_alloc&) {
    std::fputs("ouro: out of memory\n", stderr);
  } catch (const std::system_error& error) {
    // {fmt} throws it if it cannot print; most often the disk is full.
    if (!FlushOutput()) return NotWritten("");
    std::fprintf(stderr, "ouro: %s\n", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ouro: %s\n", error.what());
  }
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const int code = Guarded(argc, argv);
#if !__has_feature(address_sanitizer)
  // The destructors of loaded libraries could still crash, hang, or change the exit code.
  std::_Exit(code);
#endif
  return code;
}
