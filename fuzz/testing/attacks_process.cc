// SPDX-License-Identifier: Apache-2.0

// Attacks that end the process, hang in it, start others, or signal them.
//
// Place: testonly, part of the hostile collector.

#include "fuzz/testing/attacks.h"

#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iterator>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace ouro {
namespace {

void Die(int number) {
  signal(number, SIG_DFL);
  raise(number);
}

int Deep(int depth) {
  volatile char room[4096];
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : Deep(depth + 1) + room[0];
}

// The process ends.
constexpr Attack kEndsTable[] = {
    {"segv", [](Observer&) { *static_cast<volatile int*>(nullptr) = 1; }},
    {"abort", [](Observer&) { std::abort(); }},
    {"trap", [](Observer&) { __builtin_trap(); }},
    {"exit-0", [](Observer&) { std::exit(0); }},
    {"exit-1", [](Observer&) { std::exit(1); }},
    {"exit-3", [](Observer&) { std::exit(3); }},
    {"exit-127", [](Observer&) { _exit(127); }},
    {"_exit-0", [](Observer&) { _exit(0); }},
    {"quick-exit", [](Observer&) { std::quick_exit(0); }},
    {"exit-handler-hangs", [](Observer&) { std::atexit(Forever), std::exit(0); }},
    {"exit-handler-crashes", [](Observer&) { std::atexit(std::abort), std::exit(0); }},
    {"terminate", [](Observer&) { std::terminate(); }},
    {"throw-int", [](Observer&) { throw 5; }},
    {"throw-system", [](Observer&) { throw std::system_error(EAGAIN, std::generic_category()); }},
    {"throw-runtime", [](Observer&) { throw std::runtime_error("thrown"); }},
    {"throw-memory", [](Observer&) { throw std::bad_alloc(); }},
    {"throw-filesystem", [](Observer&) { std::filesystem::create_directory("/no/such/x"); }},
    {"pthread-exit", [](Observer&) { pthread_exit(nullptr); }},
    {"thread-exits", [](Observer&) { std::thread([] { _exit(4); }).join(); }},
    {"thread-crashes", [](Observer&) { std::thread([] { std::abort(); }).join(); }},
    {"kill", [](Observer&) { Die(SIGKILL); }},
    {"term", [](Observer&) { Die(SIGTERM); }},
    {"int", [](Observer&) { Die(SIGINT); }},
    {"hup", [](Observer&) { Die(SIGHUP); }},
    {"quit", [](Observer&) { Die(SIGQUIT); }},
    {"pipe", [](Observer&) { Die(SIGPIPE); }},
    {"alarm", [](Observer&) { alarm(1), Forever(); }},
    {"fpe", [](Observer&) { Die(SIGFPE); }},
    {"bus", [](Observer&) { Die(SIGBUS); }},
    {"sys", [](Observer&) { Die(SIGSYS); }},
    {"xcpu", [](Observer&) { Die(SIGXCPU); }},
    {"stop", [](Observer&) { raise(SIGSTOP); }},
    {"double-free",
     [](Observer&) {
       char* volatile p = static_cast<char*>(malloc(100));
       free(p);
       free(p);
     }},
    {"free-nothing",
     [](Observer&) {
       static long words[8];
       void* volatile p = words + 2;
       free(p);
     }},
    {"stack-overflow", [](Observer&) { calls += Deep(1); }},
    {"killed-by-limit-of-time",
     [](Observer&) {
       Limit(RLIMIT_CPU, 1);
       Spin();
     }},
};

// It hangs, or the events do not end.
constexpr Attack kHangsTable[] = {
    {"hang", [](Observer&) { Forever(); }},
    {"spin", [](Observer&) { Spin(); }},
    {"hang-deaf",
     [](Observer&) {
       sigset_t all;
       sigfillset(&all);
       sigprocmask(SIG_SETMASK, &all, nullptr);
       Forever();
     }},
    {"hang-undying",
     [](Observer&) {
       prctl(PR_SET_PDEATHSIG, 0);
       Forever();
     }},
    {"hang-elsewhere",
     [](Observer&) {
       setsid();
       Fork([] { Spin(); });
       Forever();
     }},
    {"read-input",
     [](Observer&) {
       char c;
       if (read(0, &c, 1) == 1) Forever();
     }},
    {"sleep-a-little", [](Observer&) { usleep(10'000); }},
    {"sleep-a-second", [](Observer&) { sleep(1); }},
    {"wait-for-a-thread", [](Observer&) { std::thread(Forever).join(); }},
    {"event-forever",
     [](Observer& o) {
       for (;;) o.On(Event::Got(kNone));
     }},
    {"births-forever",
     [](Observer& o) {
       for (ObjectId id = 0;; ++id) o.On(Event::New(id));
     }},
    {"collections-forever",
     [](Observer& o) {
       for (;;) o.On(Event::Collect(2, true));
     }},
};

// It starts processes, or signals those of the harness.
constexpr Attack kProcessesTable[] = {
    {"helper", [](Observer&) { Fork(Forever); }},
    {"one-helper",
     [](Observer&) {
       static bool once = (Fork(Forever), true);
       static_cast<void>(once);
     }},
    {"helper-and-crash",
     [](Observer&) {
       Fork(Forever);
       std::abort();
     }},
    {"helper-in-a-session", [](Observer&) { Fork([] { setsid(); }); }},
    {"helper-of-a-helper",
     [](Observer&) {
       Fork([] {
         setsid();
         Fork(Forever);
         _exit(0);
       });
     }},
    {"helper-that-spins", [](Observer&) { Fork([] { setsid(), Spin(); }); }},
    {"helper-that-ignores",
     [](Observer&) {
       Fork([] {
         for (int number = 1; number < 32; ++number) signal(number, SIG_IGN);
       });
     }},
    {"helper-that-prints",
     [](Observer&) {
       Fork([] {
         for (;;) Put(1, "helper\n");
       });
     }},
    {"eight-helpers",
     [](Observer&) {
       for (int i = 0; i < 8; ++i) Fork(Forever);
     }},
    {"helper-from-a-shell", [](Observer&) { calls += system("sleep 1000 &"); }},
    {"helper-by-spawn",
     [](Observer&) {
       char name[] = "sleep", time[] = "1000";
       char* argv[] = {name, time, nullptr};
       pid_t pid;
       posix_spawnp(&pid, name, nullptr, nullptr, argv, environ);
     }},
    {"helper-by-pipe", [](Observer&) { calls += popen("sleep 1000", "r") != nullptr; }},
    {"two-return", [](Observer&) { calls += fork() == 0; }},
    {"daemon", [](Observer&) { calls += daemon(1, 1); }},
    {"signal-to-the-group", [](Observer&) { kill(0, SIGUSR1); }},
    {"kill-the-group", [](Observer&) { kill(0, SIGKILL); }},
    {"signal-to-the-parent", [](Observer&) { kill(getppid(), SIGUSR1); }},
    {"terminate-the-parent", [](Observer&) { kill(getppid(), SIGTERM); }},
    {"stop-the-parent", [](Observer&) { kill(getppid(), SIGSTOP); }},
    {"kill-the-parent", [](Observer&) { kill(getppid(), SIGKILL); }},
    {"own-session", [](Observer&) { setsid(); }},
    {"own-group", [](Observer&) { setpgid(0, 0); }},
    {"subreaper", [](Observer&) { prctl(PR_SET_CHILD_SUBREAPER, 1); }},
    {"traced", [](Observer&) { ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
    {"ignores-its-children", [](Observer&) { signal(SIGCHLD, SIG_IGN); }},
    {"waits-for-all", [](Observer&) { waitpid(-1, nullptr, WNOHANG); }},
};

}  // namespace

const Attacks kEnds = {kEndsTable, std::size(kEndsTable)};
const Attacks kHangs = {kHangsTable, std::size(kHangsTable)};
const Attacks kProcesses = {kProcessesTable, std::size(kProcessesTable)};

}  // namespace ouro
