// A hostile collector is a lawful one that does something wicked to its process, its harness or the
// machine at every n-th operation of a kind. The environment says what:
//
//   OURO_WICKED=NAME  one of the names below
//   OURO_AT=PLACE     create, reset, destroy, load, or an operation's word (model/judge/judge.h)
//   OURO_EVERY=N      at every N-th of these
//
// Place: testonly, a library for hostile_test.

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "collector/library.h"
#include "collector/naive.h"
#include "model/judge/judge.h"

namespace ouro {
namespace {

// ---- Helpers of the wicked ----
int calls = 0;  // of wicked places

[[noreturn]] void Forever() {
  for (;;) pause();
}
[[noreturn]] void Spin() {
  for (volatile int i = 0;; i = i + 1) {
  }
}

// A process that stays, if it can.
template <typename Body>
void Fork(Body body) {
  if (fork() == 0) {
    body();
    Forever();
  }
}

void Die(int number) {
  signal(number, SIG_DFL);
  raise(number);
}

void Limit(int what, rlim_t value) {
  const rlimit limit = {value, value};
  setrlimit(static_cast<__rlimit_resource>(what), &limit);
}

template <typename Do>
void EachDescriptor(int from, int to, Do act) {
  for (int fd = from; fd < to; ++fd) act(fd);
}

void Put(int fd, const std::string& text) {
  if (write(fd, text.data(), text.size()) < 0) return;
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

int Deep(int depth) {
  volatile char room[4096];
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : Deep(depth + 1) + room[0];
}

std::string Changing() { return std::to_string(calls) + " " + std::to_string(random()); }

// ---- What they do ----

using Wickedness = void (*)(Observer& observer);
struct Wicked {
  const char* name;
  Wickedness act;
};

// How it ends.
constexpr Wicked kEnds[] = {
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

// How it does not.
constexpr Wicked kHangs[] = {
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
    {"event-for-ever",
     [](Observer& o) {
       for (;;) o.On(Event::Got(kNone));
     }},
    {"births-for-ever",
     [](Observer& o) {
       for (ObjectId id = 0;; ++id) o.On(Event::New(id));
     }},
    {"collections-for-ever",
     [](Observer& o) {
       for (;;) o.On(Event::Collect(2, true));
     }},
};

// Whom it brings along.
constexpr Wicked kProcesses[] = {
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

// What it does with descriptors and standard streams.
constexpr Wicked kDescriptors[] = {
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

// What it does with memory, limits, settings of the process.
constexpr Wicked kSettings[] = {
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

// What it says.
constexpr Wicked kEvents[] = {
    {"free-negative", [](Observer& o) { o.On(Event::Free(-5)); }},
    {"free-large", [](Observer& o) { o.On(Event::Free(2147483647)); }},
    {"got-least", [](Observer& o) { o.On(Event::Got(-2147483647 - 1)); }},
    {"finalize-negative", [](Observer& o) { o.On(Event::Finalize(-7)); }},
    {"finalize-large", [](Observer& o) { o.On(Event::Finalize(1 << 30)); }},
    {"finalize-often",
     [](Observer& o) {
       for (int i = 0; i < 1000; ++i) o.On(Event::Finalize(i));
     }},
    {"callback-large", [](Observer& o) { o.On(Event::Callback(1 << 30)); }},
    {"garbage-large", [](Observer& o) { o.On(Event::Garbage(1 << 30)); }},
    {"tracked-large", [](Observer& o) { o.On(Event::Tracked(1 << 30, 77)); }},
    {"tracked-nowhere", [](Observer& o) { o.On(Event::Tracked(0, -1'000'000)); }},
    {"collect-nowhere", [](Observer& o) { o.On(Event::Collect(-1'000'000, true)); }},
    {"done-unasked", [](Observer& o) { o.On(Event::Done(-1)), o.On(Event::Done(2147483647)); }},
    {"end-unasked", [](Observer& o) { o.On(Event::End(3, true)); }},
    {"failed-unasked", [](Observer& o) { o.On(Event::Failed()); }},
    {"million-births",
     [](Observer& o) {
       for (ObjectId id = 0; id < 1'000'000; ++id) o.On(Event::New(id));
     }},
    {"kind-unknown",
     [](Observer& o) {
       Event event;
       event.kind = static_cast<Event::Kind>(99);
       o.On(event);
     }},
    {"says-lines", [](Observer& o) { o.Broken("line one\nr0 = this is no program\n---\n"); }},
    {"says-escapes", [](Observer& o) { o.Broken("\033[2J\033[31mred\007\r\b"); }},
    {"says-bytes", [](Observer& o) { o.Broken("bad \xff\xfe\x80 bytes"); }},
    {"says-nothing", [](Observer& o) { o.Broken(""); }},
    {"says-much", [](Observer& o) { o.Broken(std::string(10 << 20, 'x')); }},
    {"says-a-header", [](Observer& o) { o.Broken("specimen: other (x)\n# signature: zzz"); }},
    {"says-code", [](Observer& o) { o.Broken(")gct\"; } int main() { /* */ \\"); }},
    {"says-a-path", [](Observer& o) { o.Broken("../../../etc/x'; $(reboot) `"); }},
    {"says-numbers", [](Observer& o) { o.Broken("wrong at " + Changing()); }},
    {"says-an-address",
     [](Observer& o) {
       std::ostringstream text;
       text << "corrupt at " << malloc(1);
       o.Broken(text.str());
     }},
    {"says-words",
     [](Observer& o) {
       std::string word;
       for (long n = random(); n > 0; n /= 26) word += static_cast<char>('a' + n % 26);
       o.Broken("a new word: " + word);
     }},
    {"says-it-often",
     [](Observer& o) {
       for (int i = 0; i < 1000; ++i) o.Broken("again");
     }},
    {"says-from-a-thread", [](Observer& o) { std::thread([&o] { o.On(Event::Got(0)); }).join(); }},
};

struct Family {
  const Wicked* begin;
  size_t size;
};
constexpr Family kFamilies[] = {
    {kEnds, std::size(kEnds)},           {kHangs, std::size(kHangs)},
    {kProcesses, std::size(kProcesses)}, {kDescriptors, std::size(kDescriptors)},
    {kSettings, std::size(kSettings)},   {kEvents, std::size(kEvents)},
};

std::string Environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

const std::string kName = Environment("OURO_WICKED", "");
const std::string kAt = Environment("OURO_AT", "assignment");
const int kEvery = std::atoi(Environment("OURO_EVERY", "40").c_str());

void Act(const std::string& place, Observer& observer) {
  if (place != kAt || ++calls % kEvery != 0) return;
  for (const Family& family : kFamilies) {
    for (size_t i = 0; i < family.size; ++i) {
      if (kName == family.begin[i].name) return family.begin[i].act(observer);
    }
  }
}

class Hostile : public Collector {
 public:
  explicit Hostile(Observer& observer)
      : observer_(observer), inner_(MakeNaive(observer, kNaive26)) {
    Act("create", observer_);
  }
  ~Hostile() override { Act("destroy", observer_); }
  void Execute(const Op& op) override {
    Act(WordOf(op.code), observer_);
    inner_->Execute(op);
  }
  void Reset() override {
    Act("reset", observer_);
    inner_->Reset();
  }

 private:
  Observer& observer_;
  const std::unique_ptr<Collector> inner_;
};

}  // namespace
}  // namespace ouro

const ouro::LibraryEntry ouro_library = {
    .summary = "hostile",
    .contract = "cpython26",
    .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {
      return std::make_unique<ouro::Hostile>(observer);
    },
};
