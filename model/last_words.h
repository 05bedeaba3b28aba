// SPDX-License-Identifier: Apache-2.0

// Last words are the end of what a process printed before it ended. Memory is bounded however much
// it prints, and what is quoted of it is one printable line that is the same in every run.
//
// Place: below everything that starts processes or quotes what a collector says of itself.
//
// Threads: a LastWords belongs to one thread at a time. Input may be any bytes.

#ifndef MODEL_LAST_WORDS_H_
#define MODEL_LAST_WORDS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ouro {

inline constexpr size_t kMaxWords = 4096;  // bytes of output that LastWords::Text returns
inline constexpr size_t kMaxQuote = 200;   // bytes of foreign text in one of our sentences
inline constexpr size_t kMaxFrames = 8;    // frames of a backtrace, the innermost ones
inline constexpr char kBacktraceMark[] = "\n#! backtrace\n";  // what Subprocess prints before them

// One line: the first `limit` bytes, in which all but printable ASCII becomes `?`; then "..." if
// there was more.
std::string Printable(std::string_view text, size_t limit = kMaxQuote);

// The same sentence for the same trouble in every run: numbers become `N` and addresses `0x..`,
// except signal numbers and exit statuses. At most 120 bytes, for signatures.
std::string Anonymous(std::string_view sentence);

// The end of a text that arrives in parts.
class LastWords {
 public:
  // Amortized O(part); keeps at most 16 KB: the end, but of a backtrace the beginning.
  void Add(std::string_view part);
  void Clear() { text_.clear(); }

  // The end of the output, made printable line by line, without the backtrace.
  std::string Text() const;
  // The line that names the fault: a sanitizer's SUMMARY, reduced to kind and function, or a failed
  // assertion. If there is none: the first line if `any`, else "". Printable, without addresses.
  std::string Gist(bool any) const;
  // The frames of the backtrace, innermost first: "toy_collect (toy.so)", "toy.so+0x1a2b". Without
  // those of the C library; empty if there is no backtrace.
  std::vector<std::string> Frames() const;

 private:
  std::string_view Words() const;  // the output before the backtrace

  std::string text_;
};

}  // namespace ouro

#endif  // MODEL_LAST_WORDS_H_
