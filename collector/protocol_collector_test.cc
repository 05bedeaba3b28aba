// SPDX-License-Identifier: Apache-2.0

// Programs that misbehave, in every way that we could think of: each is reported in one sentence,
// in time, and leaves no process behind. And one that behaves. They are shell scripts of a few
// lines.

#include "collector/protocol_collector.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/event_text.h"
#include "model/program.h"

namespace ouro {
namespace {

constexpr int kShortMs = 200;         // for peers that hang
constexpr int kMuchTooLongMs = 8000;  // less than the default timeout

Op O(const std::string& text) {
  Op op;
  EXPECT_EQ(ParseOp(text, /*in_script=*/true, &op), "") << text;
  return op;
}

// Records events; scripts are functions.
class Recorder : public Observer {
 public:
  ScriptEnd On(const Event& event) override {
    events.push_back(Print(event));
    const bool opens = event.kind == Event::Kind::kFinalize || event.kind == Event::Kind::kCallback;
    return opens && script ? script(event) : ScriptEnd::kReturned;
  }
  void Broken(const std::string& why) override { broken.push_back(why); }

  std::vector<std::string> events;
  std::vector<std::string> broken;
  std::function<ScriptEnd(const Event&)> script;
};

using Lines = std::vector<std::string>;

std::vector<std::string> Shell(const std::string& script) { return {"sh", "-c", script}; }

// A peer that greets and then runs `script`.
std::vector<std::string> Greeting(const std::string& script) {
  return Shell("read hello; echo '> hello fake 1.0 weak finalizer'; echo ok; " + script);
}

class ProtocolCollectorTest : public testing::Test {
 protected:
  void SetUp() override { started_ = std::chrono::steady_clock::now(); }

  void TearDown() override {
    collector_.reset();
    // No child is left, not even a dead one.
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    const auto took = std::chrono::steady_clock::now() - started_;
    EXPECT_LT(took, std::chrono::milliseconds(kMuchTooLongMs));
  }

  void Make(const std::vector<std::string>& argv) {
    collector_ = MakeProtocolCollector(argv, recorder_, options_);
  }
  void Execute(const std::string& op) { collector_->Execute(O(op)); }

  // What becomes of `r0 = none` on a peer that runs `script`.
  std::string BrokenBy(const std::string& script) {
    Make(Greeting(script));
    EXPECT_EQ(recorder_.broken, Lines());
    Execute("r0 = none");
    Execute("r1 = none");  // no effect
    EXPECT_EQ(recorder_.broken.size(), 1u);
    return recorder_.broken.empty() ? "" : recorder_.broken[0];
  }

  ProcessOptions options_;
  Recorder recorder_;
  std::unique_ptr<Collector> collector_;
  std::chrono::steady_clock::time_point started_;
};

// ---- Who it is

TEST_F(ProtocolCollectorTest, GreetingNamesVersionAndAbilities) {
  ProcessGreeting greeting;
  std::string error;
  const std::string line = "> hello lua 5.4.4 weak callback finalizer telepathy generations";
  ASSERT_TRUE(Hello(Shell("read x; echo '" + line + "'; echo ok"), &greeting, &error)) << error;
  EXPECT_EQ(greeting.name, "lua");
  EXPECT_EQ(greeting.version, "5.4.4");
  EXPECT_EQ(greeting.abilities,
            static_cast<uint32_t>(kWeakReferences | kCallbacks | kFinalizers | kGenerations3));
  EXPECT_EQ(greeting.unknown, Lines{"telepathy"});
}

TEST_F(ProtocolCollectorTest, GreetingKnowsEveryAbility) {
  ProcessGreeting greeting;
  std::string error;
  const std::string all =
      "weak callback finalizer generations garbage saveall threshold census fail map "
      "dispose end scope fill held step";
  ASSERT_TRUE(Hello(Shell("echo '> hello a b " + all + "'; echo ok"), &greeting, &error)) << error;
  EXPECT_EQ(greeting.abilities, static_cast<uint32_t>(kAllAbilities));
  EXPECT_EQ(greeting.unknown, Lines());
}

TEST_F(ProtocolCollectorTest, WhoDoesNotGreetIsNoCollector) {
  const struct {
    std::vector<std::string> argv;
    const char* error;
  } cases[] = {
      {{}, " cannot be started: no command"},
      {{"/no/such/program"}, "program cannot be started: No such file or directory"},
      {Shell("exit 3"), "sh exited with status 3 after `hello`"},
      {Shell("echo 'Fatal: no heap' >&2; exit 1"),
       "sh exited with status 1 after `hello`: Fatal: no heap"},
      {Shell("echo ok"),
       "sh did not greet after `hello`: \"ok\" instead of `> hello NAME VERSION ...`"},
      {Shell("echo '> hello you'"),
       "sh did not greet after `hello`: \"> hello you\" instead of `> hello NAME VERSION ...`"},
      {Shell("echo '> hello a b'; echo '> new 0'"),
       "sh did not greet after `hello`: \"> new 0\" instead of `ok`"},
  };
  for (const auto& c : cases) {
    ProcessGreeting greeting;
    std::string error;
    EXPECT_FALSE(Hello(c.argv, &greeting, &error));
    EXPECT_EQ(error, c.error);
  }
}

// ---- One that behaves

// Responds to each line; `self` of scripts is #0.
constexpr char kDecent[] = R"(
  while read line; do
    case "$line" in
      "r0 = node 1 del 0") echo "> new 0";;
      "r0 = none") echo "> finalize 0";
        while read inner; do
          case "$inner" in
            end) echo "> end 0"; break;;
            raise) echo "> end 0 raised"; break;;
            "r1 = leaf") echo "> new 1"; echo ok;;
            *) echo "error $inner";;
          esac
        done
        echo "> free 0";;
      "collect 2") echo "> collect 2"; echo "> done 0";;
      reset) ;;
      *) echo "error $line";;
    esac
    echo ok
  done)";

TEST_F(ProtocolCollectorTest, EventsAndScriptsPassInOrder) {
  recorder_.script = [this](const Event& event) {
    EXPECT_EQ(event, Event::Finalize(0));
    Execute("r1 = leaf");
    return ScriptEnd::kReturned;
  };
  Make(Greeting(kDecent));
  Execute("r0 = node 1 del 0");
  Execute("r0 = none");
  Execute("collect 2");
  EXPECT_EQ(recorder_.events,
            (Lines{"new 0", "finalize 0", "new 1", "free 0", "collect 2", "done 0"}));
  recorder_.events.clear();
  collector_->Reset();
  recorder_.script = [](const Event&) { return ScriptEnd::kRaised; };
  Execute("r0 = none");
  EXPECT_EQ(recorder_.events, (Lines{"finalize 0", "free 0"}));
  EXPECT_EQ(recorder_.broken, Lines());
}

TEST_F(ProtocolCollectorTest, StandardErrorMayFlood) {
  Make(Greeting("while read line; do head -c 1048576 /dev/zero >&2; echo ok; done"));
  for (int i = 0; i < 3; ++i) Execute("r0 = none");
  EXPECT_EQ(recorder_.broken, Lines());
}

// ---- Those that die

TEST_F(ProtocolCollectorTest, Crash) {
  EXPECT_EQ(BrokenBy("read op; kill -SEGV $$"),
            "fake died of signal 11 (Segmentation fault) after `r0 = none`");
}

TEST_F(ProtocolCollectorTest, ExitExplainsItself) {
  EXPECT_EQ(BrokenBy("read op; printf 'Traceback (most recent call last):\n  File x\n' >&2;"
                     "echo 'MemoryError: at 0x7f12ab' >&2; exit 1"),
            "fake exited with status 1 after `r0 = none`: MemoryError: at 0x..");
}

TEST_F(ProtocolCollectorTest, SanitizerReport) {
  EXPECT_EQ(BrokenBy("read op; printf '====\n==77==ERROR: AddressSanitizer: use 0xAb1\n' >&2;"
                     "printf '    #0 0x1\nSUMMARY: x\n' >&2; kill -ABRT $$"),
            "fake died of signal 6 (Aborted) after `r0 = none`: "
            "ERROR: AddressSanitizer: use 0x..");
}

TEST_F(ProtocolCollectorTest, DeathBetweenOperations) {
  EXPECT_EQ(BrokenBy("exit 0"), "fake exited with status 0 after `r0 = none`");
}

TEST_F(ProtocolCollectorTest, DeathInAFinalizer) {
  recorder_.script = [this](const Event&) {
    Execute("r3 = none");
    return ScriptEnd::kReturned;
  };
  EXPECT_EQ(BrokenBy("read op; echo '> finalize 0'; kill -KILL $$"),
            "fake died of signal 9 (Killed) after `r3 = none`");
  EXPECT_EQ(recorder_.events, Lines{"finalize 0"});
}

TEST_F(ProtocolCollectorTest, DeathAtTheEndOfAFinalizer) {
  EXPECT_EQ(BrokenBy("read op; echo '> finalize 0'; read end; kill -KILL $$"),
            "fake died of signal 9 (Killed) after `r0 = none` and the end of a script");
}

TEST_F(ProtocolCollectorTest, DeathInAReset) {
  Make(Greeting("read op; exit 4"));
  collector_->Reset();
  EXPECT_EQ(recorder_.broken, Lines{"fake exited with status 4 after `reset`"});
}

// ---- Those that hang

TEST_F(ProtocolCollectorTest, Hang) {
  options_.timeout_ms = kShortMs;
  EXPECT_EQ(BrokenBy("read op; echo '> free 0'; sleep 1000"),
            "fake hung after `r0 = none`: no answer in 200 ms");
  EXPECT_EQ(recorder_.events, Lines{"free 0"});
}

TEST_F(ProtocolCollectorTest, HalfALine) {
  options_.timeout_ms = kShortMs;
  EXPECT_EQ(BrokenBy("read op; printf 'o'; sleep 1000"),
            "fake hung after `r0 = none`: no answer in 200 ms");
}

TEST_F(ProtocolCollectorTest, AStartMayTakeLonger) {
  options_.timeout_ms = kShortMs;
  Make(Shell("read op; sleep 0.5; echo '> hello fake 1.0'; echo ok; read op; echo ok; cat"));
  Execute("r0 = none");
  EXPECT_EQ(recorder_.broken, Lines());
  options_.start_timeout_ms = kShortMs;
  Make(Shell("sleep 1000"));
  EXPECT_EQ(recorder_.broken, Lines{"sh hung after `hello`: no answer in 200 ms"});
}

TEST_F(ProtocolCollectorTest, OutputClosedAlive) {
  EXPECT_EQ(BrokenBy("read op; exec >&-; sleep 1000"), "fake closed its output after `r0 = none`");
}

TEST_F(ProtocolCollectorTest, TricklingIsHangingToo) {
  options_.timeout_ms = kShortMs;
  EXPECT_EQ(BrokenBy("read op; while echo '> free 0'; do sleep 0.01; done"),
            "fake hung after `r0 = none`: no answer in 200 ms");
}

// ---- Malformed and excessive output

TEST_F(ProtocolCollectorTest, Nonsense) {
  EXPECT_EQ(BrokenBy("read op; echo hallo; echo ok"),
            "fake sent a malformed line after `r0 = none`: \"hallo\"");
}

TEST_F(ProtocolCollectorTest, NearlyAnEvent) {
  EXPECT_EQ(
      BrokenBy("read op; echo '> free -1'; echo ok"),
      "fake sent a malformed line after `r0 = none`: \"free -1\" is not of the form `free I`");
}

TEST_F(ProtocolCollectorTest, NonsenseForEver) {
  EXPECT_EQ(BrokenBy("read op; yes"), "fake sent a malformed line after `r0 = none`: \"y\"");
}

TEST_F(ProtocolCollectorTest, EventsForEver) {
  options_.max_lines = 1000;
  EXPECT_EQ(BrokenBy("read op; yes '> free 0'"),
            "fake sent more than 1000 lines after `r0 = none`");
  EXPECT_EQ(recorder_.events.size(), 1000u);
}

TEST_F(ProtocolCollectorTest, ScriptsForEver) {
  options_.timeout_ms = kShortMs;
  EXPECT_EQ(BrokenBy("read op; yes '> finalize 0'").substr(0, 43),
            "fake sent unsolicited output after `r0 = no");
}

TEST_F(ProtocolCollectorTest, ScriptsInProperFormForEver) {
  options_.max_lines = 1000;
  EXPECT_EQ(BrokenBy("while read op; do case \"$op\" in end) echo '> end 0';; esac;"
                     "echo '> finalize 0'; done"),
            "fake sent more than 1000 lines after `r0 = none` and the end of a script");
}

TEST_F(ProtocolCollectorTest, AgreementForEver) {
  Make(Greeting("read op; yes ok"));
  for (int i = 0; i < 100 && recorder_.broken.empty(); ++i) Execute("r0 = none");
  EXPECT_EQ(recorder_.broken, Lines{"fake sent unsolicited output after `r0 = none`: \"ok\""});
}

TEST_F(ProtocolCollectorTest, ALineOfAMebibyte) {
  EXPECT_EQ(BrokenBy("read op; head -c 1048576 /dev/zero; echo; echo ok"),
            "fake sent a line of more than 4096 bytes after `r0 = none`");
}

TEST_F(ProtocolCollectorTest, BytesThatAreNoText) {
  EXPECT_EQ(BrokenBy("read op; printf '> fr\\000\\377e 0\\n'"),
            "fake sent a malformed line after `r0 = none`: \"fr??e 0\" is not an event");
}

TEST_F(ProtocolCollectorTest, EventsAfterOk) {
  Make(Greeting("read op; printf 'ok\n> free 0\n'; cat"));
  Execute("r0 = none");
  EXPECT_EQ(recorder_.broken, Lines());
  Execute("r1 = none");
  EXPECT_EQ(recorder_.broken,
            Lines{"fake sent unsolicited output after `r0 = none`: \"> free 0\""});
  EXPECT_EQ(recorder_.events, Lines());
}

TEST_F(ProtocolCollectorTest, ErrorLine) {
  EXPECT_EQ(BrokenBy("read op; echo \"error what is $op\""),
            "fake reported an error after `r0 = none`: \"error what is r0 = none\"");
}

TEST_F(ProtocolCollectorTest, TheEndOfAnotherScript) {
  EXPECT_EQ(BrokenBy("read op; echo '> finalize 0'; read end; echo '> end 1'"),
            "fake did not end a script after `r0 = none` and the end of a script: "
            "\"> end 1\" instead of `> end 0`");
}

TEST_F(ProtocolCollectorTest, AScriptThatRaisedWhenItDidNot) {
  EXPECT_EQ(BrokenBy("read op; echo '> callback 2'; read end; echo '> end 2 raised'"),
            "fake did not end a script after `r0 = none` and the end of a script: "
            "\"> end 2 raised\" instead of `> end 2`");
}

TEST_F(ProtocolCollectorTest, TheEndOfNoScript) {
  EXPECT_EQ(BrokenBy("read op; echo '> end 0'; echo ok"),
            "fake ended a script that was not running after `r0 = none`: `> end 0`");
}

TEST_F(ProtocolCollectorTest, EventsInAReset) {
  Make(Greeting("read op; echo '> free 0'; echo ok; cat"));
  collector_->Reset();
  EXPECT_EQ(recorder_.broken,
            Lines{"fake did not reset after `reset`: \"> free 0\" instead of `ok`"});
  EXPECT_EQ(recorder_.events, Lines());
}

// ---- And what comes then

TEST_F(ProtocolCollectorTest, ResetStartsItAnew) {
  Make(Greeting("while read op; do case \"$op\" in 'r0 = none') exit 9;; esac; echo ok; done"));
  for (int i = 1; i <= 5; ++i) {  // more often than failed starts are allowed
    Execute("r1 = none");
    Execute("r0 = none");
    ASSERT_EQ(recorder_.broken.size(), static_cast<size_t>(i));
    EXPECT_EQ(recorder_.broken.back(), "fake exited with status 9 after `r0 = none`");
    collector_->Reset();
  }
  Execute("r1 = none");
  EXPECT_EQ(recorder_.broken.size(), 5u);
}

TEST_F(ProtocolCollectorTest, WhatNeverStartsIsGivenUp) {
  Make(Shell("exit 7"));
  for (int i = 0; i < 4; ++i) collector_->Reset();
  const std::string why = "sh exited with status 7 after `hello`";
  const std::string given_up = why + " (failed to start 3 times; not restarted)";
  EXPECT_EQ(recorder_.broken, (Lines{why, why, why, given_up, given_up}));
  Execute("r0 = none");
  EXPECT_EQ(recorder_.broken.size(), 5u);
}

// Whether a process has ended; one without a waiting parent may remain a zombie.
bool Gone(pid_t pid) {
  if (kill(pid, 0) != 0) return true;
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  stat >> number >> name >> state;
  return state == "Z" || state == "X";
}

bool SoonGone(pid_t pid) {
  for (int i = 0; i < 500 && !Gone(pid); ++i) usleep(10'000);
  return Gone(pid);
}

TEST_F(ProtocolCollectorTest, ItsChildrenDieWithIt) {
  ProcessGreeting greeting;
  std::string error;
  ASSERT_TRUE(Hello(Shell("sleep 1000 & echo \"> hello a $!\"; echo ok; wait"), &greeting, &error));
  EXPECT_TRUE(SoonGone(std::stoi(greeting.version)));
}

TEST_F(ProtocolCollectorTest, ItDiesWithUs) {
  const std::string file = testing::TempDir() + "/its_number";
  std::filesystem::remove(file);
  const pid_t us = fork();
  ASSERT_GE(us, 0);
  if (us == 0) {
    Recorder recorder;
    const auto collector =
        MakeProtocolCollector(Greeting("echo $$ > " + file + ".new; mv " + file + ".new " + file +
                                       "; while sleep 1; do :; done"),
                              recorder, {});
    for (int i = 0; i < 1000 && !std::filesystem::exists(file); ++i) usleep(10'000);
    _exit(std::filesystem::exists(file) ? 0 : 1);  // no destructors
  }
  int status = 0;
  ASSERT_EQ(waitpid(us, &status, 0), us);
  ASSERT_EQ(status, 0);
  int number = 0;
  std::ifstream(file) >> number;
  EXPECT_TRUE(SoonGone(number));
}

// ---- A real one

TEST_F(ProtocolCollectorTest, CPythonFinalizesACycleOnce) {
  const std::string peer = "collector/peers/cpython/cpython.py";
  if (access(peer.c_str(), R_OK) != 0) GTEST_SKIP() << "no " << peer << " here";
  ProcessGreeting greeting;
  std::string error;
  if (!Hello({"python3", peer}, &greeting, &error)) GTEST_SKIP() << error;
  EXPECT_EQ(greeting.name, "cpython");
  EXPECT_EQ(greeting.abilities, kExactAbilities & ~(kThresholds | kFailures | kMaps));
  recorder_.script = [this](const Event&) {
    Execute("r1 = self");
    Execute("census");
    return ScriptEnd::kRaised;
  };
  Make({"python3", peer});
  for (int i = 0; i < 2; ++i) {
    recorder_.events.clear();
    for (const char* op : {"r0 = node 1 del 0", "r0.0 = r0", "r0 = none", "collect 2", "r2 = r1.0",
                           "r2 = none", "census", "r1 = none", "collect 2"}) {
      Execute(op);
    }
    EXPECT_EQ(recorder_.events, (Lines{"new 0", "collect 2", "finalize 0", "done 0", "got 0",
                                       "tracked 0 2", "collect 2", "free 0", "done 1"}));
    collector_->Reset();
  }
  EXPECT_EQ(recorder_.broken, Lines());
}

}  // namespace
}  // namespace ouro
