// SPDX-License-Identifier: Apache-2.0

// Subprocesses that end, hang, print, start processes or tamper with descriptors: what we learn of
// them, in time, and that no process is left behind.

#include "model/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ouro {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 30'000;  // for what takes milliseconds

[[noreturn]] void Forever() {
  for (;;) pause();
}

bool Alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string all;
  std::getline(stat, all);
  const size_t at = all.rfind(')');
  return at != std::string::npos && all[at + 2] != 'Z' && all[at + 2] != 'X';
}

class SubprocessTest : public testing::Test {
 protected:
  // Starts it, waits until it has ended, and returns its status.
  int Run(std::function<void(int channel)> run) {
    EXPECT_EQ(process_.Start({.run = std::move(run)}), "");
    return WaitForEnd();
  }

  int WaitForEnd() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (!process_.Ended() && std::chrono::steady_clock::now() < end) {
      std::vector<pollfd> polled;
      process_.Await(&polled);
      poll(polled.data(), polled.size(), 10);
      process_.Read();
    }
    EXPECT_FALSE(process_.running()) << "it does not end";
    process_.Read();
    return process_.Kill();
  }

  // The number that arrived through the channel.
  pid_t Told() { return std::atoi(process_.inbox().c_str()); }

  void TearDown() override {
    process_.Kill();
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
  }

  Subprocess process_;
};

void Tell(int channel, pid_t pid) { WriteAll(channel, std::to_string(pid) + "\n"); }

TEST_F(SubprocessTest, EndsAsTheCodeDoes) {
  EXPECT_EQ(Run([](int) {}), 0);
  EXPECT_EQ(WEXITSTATUS(Run([](int) { std::exit(7); })), 7);
  for (const int number : {SIGKILL, SIGTERM, SIGUSR1, SIGFPE}) {
    const int status = Run([number](int) {
      signal(number, SIG_DFL);
      raise(number);
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number) << status;
  }
}

TEST_F(SubprocessTest, AnExceptionIsACrashThatSaysWhat) {
  const int status = Run([](int) { throw std::runtime_error("thrown here"); });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  EXPECT_NE(process_.words().Text().find("thrown here"), std::string::npos);
}

TEST_F(SubprocessTest, SoIsTheUnwindingOfItsThread) {
  const int status = Run([](int) { pthread_exit(nullptr); });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

TEST_F(SubprocessTest, NoExitHandlerOfOursRunsThere) {
  static const std::string file = testing::TempDir() + "/exit_handler";
  fs::remove(file);
  static const pid_t us = getpid();
  std::atexit([] {
    if (getpid() != us) std::ofstream(file).put('x');
  });
  EXPECT_EQ(Run([](int) { std::exit(0); }), 0);
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(SubprocessTest, TellsThroughItsChannel) {
  const std::string much(1 << 20, 'x');
  std::string all;
  ASSERT_EQ(process_.Start({.run = [&much](int channel) { WriteAll(channel, much); }}), "");
  for (bool ended = false; !ended || !process_.inbox().empty();) {
    ended = process_.Ended();
    process_.Read(1000);
    const size_t most = ended ? 1 << 16 : 1000;  // Ended takes in what was left, up to the default
    EXPECT_LT(process_.inbox().size(), most + (1 << 15)) << "more than was asked for";
    all += process_.inbox();
    process_.inbox().clear();
  }
  EXPECT_EQ(all, much);
}

TEST_F(SubprocessTest, OfWhatItPrintsTheEndIsKept) {
  Run([](int) {
    for (int i = 0; i < 100'000; ++i) std::printf("line %d\n", i);
    std::fflush(stdout);
    std::fputs("\033[31mlast\xff words\n", stderr);
  });
  const std::string words = process_.words().Text();
  EXPECT_LE(words.size(), kMaxWords);
  EXPECT_TRUE(words.ends_with("line 99999\n?[31mlast? words\n")) << words.substr(words.size() - 99);
}

TEST_F(SubprocessTest, ACrashLeavesFrames) {
  const int status = Run([](int) {
    std::fputs("f.c:7: f: Assertion `x' failed.\n", stderr);
    std::abort();
  });
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  EXPECT_EQ(process_.words().Gist(/*any=*/false), "Assertion `x' failed.");
  EXPECT_EQ(process_.words().Text(), "f.c:7: f: Assertion `x' failed.\n");
  ASSERT_FALSE(process_.words().Frames().empty());
  EXPECT_NE(process_.words().Frames()[0].find("subprocess_test"), std::string::npos);
}

TEST_F(SubprocessTest, HelpersDieWithIt) {
  const std::function<void(int)> helpers[] = {
      [](int channel) {
        if (const pid_t pid = fork(); pid > 0) return Tell(channel, pid);
        Forever();
      },
      [](int channel) {  // in a session of its own, and of a parent that has gone
        if (fork() > 0) return static_cast<void>(usleep(100'000));
        setsid();
        if (fork() > 0) _exit(0);
        Tell(channel, getpid());
        Forever();
      },
      [](int channel) {  // the code crashes
        const pid_t pid = fork();
        if (pid == 0) Forever();
        Tell(channel, pid);
        std::abort();
      },
  };
  for (const auto& helper : helpers) {
    Run(helper);
    ASSERT_GT(Told(), 0);
    EXPECT_FALSE(Alive(Told()));
  }
}

TEST_F(SubprocessTest, IsKilledWithItsHelpers) {
  ASSERT_EQ(process_.Start({.run =
                                [](int channel) {
                                  const pid_t pid = fork();
                                  if (pid == 0) setsid();
                                  if (pid > 0) Tell(channel, pid);
                                  Forever();
                                }}),
            "");
  while (process_.inbox().empty()) process_.Read();
  const int status = process_.Kill();
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_FALSE(Alive(Told()));
  EXPECT_EQ(process_.Kill(), status) << "again, without effect";
}

TEST_F(SubprocessTest, AWardenThatIsStoppedOrKilledIsNoObstacle) {
  for (const int number : {SIGSTOP, SIGKILL, SIGTERM, SIGUSR1}) {
    ASSERT_EQ(process_.Start({.run =
                                  [number](int channel) {
                                    Tell(channel, getpid());
                                    kill(getppid(), number);
                                    Forever();
                                  }}),
              "");
    while (process_.inbox().empty()) process_.Read();
    const auto begin = std::chrono::steady_clock::now();
    process_.Kill();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(kPatienceMs));
    for (int i = 0; i < 1000 && Alive(Told()); ++i) usleep(10'000);
    EXPECT_FALSE(Alive(Told())) << number;
  }
}

TEST_F(SubprocessTest, ItsDeathIsNotTheEndOfAPipe) {
  // A helper that nobody can kill in time would hold the channel open; here it is closed early.
  ASSERT_EQ(process_.Start({.run =
                                [](int channel) {
                                  close(channel);
                                  Forever();
                                }}),
            "");
  while (process_.channel_open()) process_.Read();
  EXPECT_FALSE(process_.Ended());
  EXPECT_EQ(WTERMSIG(process_.Kill()), SIGKILL);
}

TEST_F(SubprocessTest, HasNoDescriptorOfOurs) {
  const UniqueFd ours(open("/dev/null", O_RDONLY));
  Run([](int channel) {
    std::string all;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
      const int fd = std::atoi(entry.path().filename().c_str());
      if (fd > 2 && fd < 600) all += fs::read_symlink(entry.path()).string() + " ";
    }
    WriteAll(channel, all + "\n");
  });
  // What it reads the folder with.
  EXPECT_TRUE(process_.inbox().starts_with("/proc/")) << process_.inbox();
  EXPECT_EQ(process_.inbox().find(' '), process_.inbox().size() - 2) << process_.inbox();
}

TEST_F(SubprocessTest, DiesWithTheThreadThatStartedIt) {
  pid_t code = 0;
  std::thread([this, &code] {
    ASSERT_EQ(process_.Start({.run =
                                  [](int channel) {
                                    Tell(channel, getpid());
                                    Forever();
                                  }}),
              "");
    while (process_.inbox().empty()) process_.Read();
    code = Told();
  }).join();
  WaitForEnd();
  EXPECT_FALSE(Alive(code));
}

TEST_F(SubprocessTest, OutOfDescriptorsItSaysSo) {
  Subprocess process;  // no member: UBSan takes descriptors to look at the fixture's type
  std::vector<int> taken;
  for (int fd; (fd = open("/dev/null", O_RDONLY)) >= 0;) taken.push_back(fd);
  const std::string error = process.Start({.run = [](int) {}});
  for (const int fd : taken) close(fd);
  EXPECT_EQ(error, "Too many open files");
  EXPECT_FALSE(process.running());
  EXPECT_EQ(Run([](int) {}), 0) << "and starts when there are some";
}

// ---- last words ----

LastWords Words(const std::string& text) {
  LastWords words;
  words.Add(text);
  return words;
}

TEST(LastWordsTest, TheGistIsTheFault) {
  const struct {
    const char* text;
    const char* gist;
  } cases[] = {
      {"", ""},
      {"hello\n", ""},
      {"hello\nx: error: no\n", "x: error: no"},
      {"toy.c:7: f: Assertion `n > 0' failed.\n", "Assertion `n > 0' failed."},
      {"free(): invalid pointer\n", "free(): invalid pointer"},
      {"==12==ERROR: AddressSanitizer: heap-use-after-free on 0x60300\n    #0 0x1 in f x.c:3\n"
       "SUMMARY: AddressSanitizer: heap-use-after-free x.c:3:5 in f\n",
       "AddressSanitizer: heap-use-after-free in f"},
      {"SUMMARY: AddressSanitizer: stack-overflow\n", "AddressSanitizer: stack-overflow"},
      {"Traceback (most recent call last):\n  File \"x\"\nValueError: 7\n", "ValueError: 7"},
      {"bad pointer 0xdeadbeef: fatal\n", "bad pointer 0x..: fatal"},
  };
  for (const auto& c : cases) EXPECT_EQ(Words(c.text).Gist(/*any=*/false), c.gist) << c.text;
  EXPECT_EQ(Words("hello\nthere\n").Gist(/*any=*/true), "hello");
}

TEST(LastWordsTest, Frames) {
  const std::string text = std::string("words\n") + kBacktraceMark +
                           "/lib/x86_64-linux-gnu/libc.so.6(abort+0xd3)[0x7f01]\n"
                           "./toy.so(toy_collect+0x12)[0x7f02]\n"
                           "./toy.so(+0x1a2b)[0x7f03]\n"
                           "/usr/bin/ouro(_ZN4ouro5Trial3RunEi+0x1)[0x7f04]\n"
                           "no frame at all\n";
  const std::vector<std::string> frames = {"toy_collect (toy.so)", "toy.so+0x1a2b",
                                           "ouro::Trial::Run(int) (ouro)"};
  EXPECT_EQ(Words(text).Frames(), frames);
  EXPECT_EQ(Words(text).Text(), "words\n");
}

// Its frames have long paths, it comes in parts, and much was printed before.
TEST(LastWordsTest, OfALongBacktraceTheInnermostFramesAreKept) {
  const std::string frame = "/" + std::string(400, 'p') + "/toy.so(toy_collect+0x12)[0x7f02]\n";
  for (const size_t part : {100, 5000, 60'000}) {
    std::string text(20'000, 'x');
    text += "\nfatal: it is full\n";
    text += kBacktraceMark;
    text += "./inner.so(inner+0x1)[0x7f01]\n";
    for (int i = 0; i < 64; ++i) text += frame;
    LastWords words;
    for (size_t i = 0; i < text.size(); i += part) words.Add(text.substr(i, part));
    EXPECT_EQ(words.Gist(/*any=*/false), "fatal: it is full") << part;
    ASSERT_EQ(words.Frames().size(), kMaxFrames) << part;
    EXPECT_EQ(words.Frames()[0], "inner (inner.so)") << part;
    EXPECT_EQ(words.Frames()[7], "toy_collect (toy.so)") << part;
    EXPECT_LE(words.Text().size(), kMaxWords + 1) << part;
  }
}

TEST(LastWordsTest, Anonymous) {
  EXPECT_EQ(Anonymous("wrong at 0xbeef, 12 of 7"), "wrong at 0x.., N of N");
  EXPECT_EQ(Anonymous("died of signal 11 after 12 ms"), "died of signal 11 after N ms");
  EXPECT_EQ(Anonymous("exited with status 3"), "exited with status 3");
  EXPECT_LE(Anonymous(std::string(100'000, 'x')).size(), 200u);
  EXPECT_EQ(Anonymous("a\nb\033"), "a?b?");
}

}  // namespace
}  // namespace ouro
