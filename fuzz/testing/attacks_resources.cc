// SPDX-License-Identifier: Apache-2.0

// Attacks on descriptors, streams, memory, limits and settings of the process.
//
// Place: testonly, part of the hostile collector.

#include "fuzz/testing/attacks.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <thread>

namespace ouro {
namespace {

template <typename Do>
void EachDescriptor(int from, int to, Do act) {
  for (int fd = from; fd < to; ++fd) act(fd);
}

template <typename Do>
void EachSharedMapping(Do act) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char mode[8] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3 || mode[3] != 's')
      continue;
    act(reinterpret_cast<void*>(begin), end - begin);
  }
}

// It misuses descriptors and standard streams.
constexpr Attack kDescriptorsTable[] = {
    {"flood-output",
     [](Observer&) {
       for (int i = 0; i < 10'000; ++i) std::printf("a flood of words, and no end of it\n");
       std::fflush(stdout);
     }},
    {"flood-errors",
     [](Observer&) {
       for (int i = 0; i < 10'000; ++i) Put(2, "a flood of words, and no end of it\n");
     }},
    {"one-letter", [](Observer&) { Put(1, "x"); }},
    {"a-line", [](Observer&) { std::printf("gc: line %d\n", calls); }},
    {"a-long-line", [](Observer&) { Put(2, std::string(1 << 20, 'x')); }},
    {"escapes", [](Observer&) { Put(2, "\033[2J\033]0;title\007\033[31mred\r\b\n"); }},
    {"escapes-and-crash", [](Observer&) { Put(2, "\033[2J\033[31m\xff\xfe\n"), std::abort(); }},
    {"zeros", [](Observer&) { Put(2, std::string(5000, '\0')); }},
    {"false-backtrace", [](Observer&) { Put(2, "\n#! backtrace\nx(+0x\n((((\n"), std::abort(); }},
    {"close-all", [](Observer&) { EachDescriptor(0, 64, [](int fd) { close(fd); }); }},
    {"close-really-all", [](Observer&) { EachDescriptor(0, 1024, [](int fd) { close(fd); }); }},
    {"close-and-open",
     [](Observer&) {
       EachDescriptor(3, 64, [](int fd) { close(fd); });
       EachDescriptor(0, 8, [](int) { calls += open("/dev/null", O_RDWR) < 0; });
     }},
    {"write-into-all",
     [](Observer&) { EachDescriptor(3, 64, [](int fd) { Put(fd, "garbage\n"); }); }},
    {"write-into-really-all",
     [](Observer&) { EachDescriptor(3, 1024, [](int fd) { Put(fd, "garbage\n"); }); }},
    {"write-much-into-all",
     [](Observer&) {
       EachDescriptor(3, 1024, [](int fd) {
         fcntl(fd, F_SETFL, O_NONBLOCK);
         Put(fd, std::string(1 << 17, '\xff'));
       });
     }},
    {"write-one-and-hang",
     [](Observer&) {
       EachDescriptor(3, 1024, [](int fd) { Put(fd, "g"); });
       Forever();
     }},
    {"read-from-all",
     [](Observer&) {
       EachDescriptor(3, 1024, [](int fd) {
         char c;
         fcntl(fd, F_SETFL, O_NONBLOCK);
         calls += read(fd, &c, 1) > 0;
       });
     }},
    {"cut-all",
     [](Observer&) { EachDescriptor(0, 1024, [](int fd) { calls += ftruncate(fd, 0); }); }},
    {"shut-all",
     [](Observer&) { EachDescriptor(0, 1024, [](int fd) { shutdown(fd, SHUT_RDWR); }); }},
    {"use-up-descriptors",
     [](Observer&) {
       while (open("/dev/null", O_RDONLY) >= 0) {
       }
     }},
    {"one-more-descriptor", [](Observer&) { calls += open("/dev/null", O_RDONLY) < 0; }},
};

// It misuses memory, limits and settings of the process.
constexpr Attack kSettingsTable[] = {
    {"use-up-memory",
     [](Observer&) {
       Limit(RLIMIT_AS, rlim_t{1} << 30);
       for (;;) std::memset(::operator new(16 << 20), 1, 16 << 20);
     }},
    {"leak", [](Observer&) { std::memset(malloc(1 << 18), 1, 1 << 18); }},
    {"unmap-shared", [](Observer&) { EachSharedMapping([](void* p, size_t n) { munmap(p, n); }); }},
    {"scribble-on-shared",
     [](Observer&) { EachSharedMapping([](void* p, size_t n) { std::memset(p, 0xff, n); }); }},
    {"zero-shared",
     [](Observer&) { EachSharedMapping([](void* p, size_t n) { std::memset(p, 0, n); }); }},
    {"protect-shared",
     [](Observer&) { EachSharedMapping([](void* p, size_t n) { mprotect(p, n, PROT_READ); }); }},
    {"chdir", [](Observer&) { calls += chdir("/"); }},
    {"umask", [](Observer&) { umask(0777); }},
    {"ignore-signals",
     [](Observer&) {
       for (int number = 1; number < 32; ++number) signal(number, SIG_IGN);
     }},
    {"block-signals",
     [](Observer&) {
       sigset_t all;
       sigfillset(&all);
       sigprocmask(SIG_SETMASK, &all, nullptr);
     }},
    {"ignore-and-crash",
     [](Observer&) {
       signal(SIGABRT, SIG_IGN);
       std::abort();
     }},
    {"no-files", [](Observer&) { Limit(RLIMIT_FSIZE, 0), Limit(RLIMIT_NOFILE, 0); }},
    {"no-processes", [](Observer&) { Limit(RLIMIT_NPROC, 0); }},
    {"interrupted-all-the-time",
     [](Observer&) {
       signal(SIGALRM, [](int) {});
       const itimerval often = {{0, 1000}, {0, 1000}};
       setitimer(ITIMER_REAL, &often, nullptr);
     }},
    {"no-environment", [](Observer&) { clearenv(); }},
    {"locale", [](Observer&) { std::setlocale(LC_ALL, ""); }},
    {"nice", [](Observer&) { calls += nice(19); }},
    {"thread", [](Observer&) { std::thread(Forever).detach(); }},
    {"core-file", [](Observer&) { Limit(RLIMIT_CORE, 1 << 20), std::abort(); }},
};

}  // namespace

const Attacks kDescriptors = {kDescriptorsTable, std::size(kDescriptorsTable)};
const Attacks kSettings = {kSettingsTable, std::size(kSettingsTable)};

void Limit(int what, unsigned long value) {
  const rlimit limit = {value, value};
  setrlimit(static_cast<__rlimit_resource>(what), &limit);
}

void Put(int fd, const std::string& text) {
  if (write(fd, text.data(), text.size()) < 0) return;
}

}  // namespace ouro
