// A subprocess runs what is not to be trusted: the code of a collector, which may crash, exit,
// hang, print without end, start helpers, close descriptors or write into them.
//
// Place: below isolated trials, workers of campaigns and collectors in other processes. Nobody else
// forks.
//
// Between us and the code stands a warden, a process of its own:
//
//   supervisor ── warden ── the code ── whatever the code starts
//
// The warden adopts what the code leaves behind, kills all of it as soon as the code has ended, or
// its supervisor has, in whatever way, and then ends as the code did. So a subprocess that has
// ended has left nobody; and its end is seen by the warden's death, never by the end of a pipe,
// which a helper may hold open. Only whoever kills the warden by SIGKILL can leave helpers behind.
//
// The code has a session of its own, no descriptor of ours but its channel, which has a high number
// that loops over "all descriptors" do not reach, and no destructor, exit handler or catch of ours.
// What it prints is read as it comes; the end of it is kept.

#ifndef MODEL_SUBPROCESS_H_
#define MODEL_SUBPROCESS_H_

#include <poll.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/last_words.h"

namespace ouro {

// A file descriptor that is closed in the end.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { Close(); }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;

  int get() const { return fd_; }
  void Set(int fd);
  void Close();

 private:
  int fd_ = -1;
};

class Subprocess {
 public:
  struct Task {
    // Called in the subprocess, with the descriptor of the channel, through which bytes go to us.
    // It may exec; when it returns, the subprocess ends with status 0. An exception that leaves it
    // is a crash.
    std::function<void(int channel)> run;
    int input = -1;   // what becomes its standard input; -1: it is empty
    int output = -1;  // and its standard output; -1: it goes where its standard error goes, to us
  };

  Subprocess() = default;
  ~Subprocess() { Kill(); }
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  // Starts it. Returns "" or why there is no process to be had. It dies with the thread that calls.
  // REQUIRES: it is not running.
  std::string Start(const Task& task);

  bool running() const { return warden_ > 0; }

  // Adds what poll() should wait for: there is something to Read, or it has ended.
  void Await(std::vector<pollfd>* polled) const;
  // Takes in what it has sent and printed, without waiting. Of the channel no more than `most`
  // bytes are held at once: it waits until inbox() is emptied.
  void Read(size_t most = size_t{1} << 16);
  // Whether more may come through the channel: its last descriptor is not closed yet.
  bool channel_open() const { return channel_.get() >= 0; }
  // What came through the channel; the reader takes away what it has understood.
  std::string& inbox() { return inbox_; }

  // Whether it has ended by itself; what it sent last can still be Read. Does not wait.
  bool Ended();
  // Ends it, and all that it has started, if it has not ended. Returns how it ended, as waitpid
  // does: killed by SIGKILL if that was us. It can be called again. Takes 3 s at most.
  int Kill();

  // Complete after Ended or Kill, until it is started again.
  const LastWords& words() const { return words_; }

 private:
  void Reap(int options);

  pid_t warden_ = -1;
  int status_ = 0;  // of the one that has ended
  UniqueFd channel_, printed_, life_;
  std::string inbox_;
  LastWords words_;
};

// Writes all of it, however often a signal interrupts. False: nobody reads it any more.
bool WriteAll(int fd, std::string_view bytes);

}  // namespace ouro

#endif  // MODEL_SUBPROCESS_H_
