// Last words are what a process printed before it ended: of any amount only the end is kept, and
// what is quoted of it is one printable line that is the same in every run.
//
// Place: below everything that starts processes or passes on what a collector says of itself.

#ifndef MODEL_LAST_WORDS_H_
#define MODEL_LAST_WORDS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ouro {

inline constexpr size_t kMaxWords = 4096;  // bytes that are kept of what a process prints
inline constexpr size_t kMaxQuote = 200;   // bytes of somebody else's text in a sentence of ours
inline constexpr size_t kMaxFrames = 8;    // of a backtrace, the innermost
inline constexpr char kBacktraceMark[] = "\n#! backtrace\n";  // before the frames, see Subprocess

// One line: what is not printable ASCII becomes `?`, and no more than `limit` bytes are taken.
std::string Printable(std::string_view text, size_t limit = kMaxQuote);

// The same sentence for the same trouble in every run: without addresses, process numbers, counts
// and times. Numbers of signals and exit statuses stay. At most 120 bytes.
std::string Anonymous(std::string_view sentence);

// The end of a text that comes in parts.
class LastWords {
 public:
  void Add(std::string_view part);
  void Clear() { text_.clear(); }

  // What was printed, printable, line by line; without a backtrace.
  std::string Text() const;
  // The line that names the fault, or, if `any`, else the first one: the SUMMARY of a sanitizer as
  // its kind and function, an assertion that failed. Printable, without addresses; or "".
  std::string Gist(bool any) const;
  // The frames of a backtrace, innermost first: "toy_collect (toy.so)", "toy.so+0x1a2b". Those of
  // the C library are left out.
  std::vector<std::string> Frames() const;

 private:
  std::string_view Words() const;  // before the backtrace

  std::string text_;
};

}  // namespace ouro

#endif  // MODEL_LAST_WORDS_H_
