// SPDX-License-Identifier: Apache-2.0

#include "model/last_words.h"

#include <cxxabi.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace ouro {
namespace {

constexpr size_t kMaxSentence = 120;  // bytes of a sentence in a signature

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool IsHex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// The end of the address that begins with "0x" at `i`.
size_t EndOfAddress(std::string_view text, size_t i) {
  for (i += 2; i < text.size() && IsHex(text[i]);) ++i;
  return i;
}

std::string WithoutAddresses(std::string_view line) {
  std::string result;
  for (size_t i = 0; i < line.size();) {
    const bool address = line.compare(i, 2, "0x") == 0;
    result += address ? "0x.." : std::string(1, line[i]);
    i = address ? EndOfAddress(line, i) : i + 1;
  }
  return Printable(result);
}

// Calls visit(line) for each line while it returns true.
template <typename Visit>
void EachLine(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!visit(text.substr(0, end))) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool NamesAFault(std::string_view line) {
  for (std::string_view word : {"rror", "ERROR", "SUMMARY", "ssert", "atal", "anic", "terminate",
                                "CHECK failed", "(): ", "corrupt", "smashing"}) {
    if (line.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// "SUMMARY: AddressSanitizer: heap-use-after-free x.c:3:5 in f" -> "AddressSanitizer:
// heap-use-after-free in f": the place in the file moves with each edit.
std::string Summary(std::string_view line) {
  constexpr std::string_view kMark = "SUMMARY: ";
  if (line.substr(0, kMark.size()) != kMark) return "";
  line.remove_prefix(kMark.size());
  const size_t tool = line.find(": ");
  if (tool == std::string_view::npos) return "";
  const size_t kind = std::min(line.find(' ', tool + 2), line.size());
  const size_t function = line.rfind(" in ");
  std::string summary(line.substr(0, kind));
  if (function != std::string_view::npos && function >= kind) summary += line.substr(function);
  return summary;
}

// "toy.c:7: f: Assertion `x' failed." -> "f: Assertion `x' failed.": see Summary.
std::string_view WithoutPlace(std::string_view line) {
  const size_t assertion = line.find("Assertion `");
  if (assertion == std::string_view::npos) return line;
  return line.substr(assertion);
}

// "./toy.so(toy_collect+0x12)[0x7f01]" -> "toy_collect (toy.so)"; "./toy.so(+0x12)[0x7f01]" ->
// "toy.so+0x12"; "" for a line that is not a frame, or a frame of the C library.
std::string Frame(std::string_view line) {
  const size_t open = line.rfind('(');
  const size_t close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return "";
  std::string_view file = line.substr(0, open);
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
  if (file.substr(0, 6) == "libc.s" || file.substr(0, 7) == "libpthr") return "";
  const std::string_view place = line.substr(open + 1, close - open - 1);
  const size_t plus = place.rfind('+');
  if (place.empty() || plus == std::string_view::npos) return "";
  if (plus == 0) return Printable(std::string(file) + std::string(place));
  const std::string name(place.substr(0, plus));
  int failed = 0;
  char* const plain = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &failed);
  std::string frame = failed == 0 && plain != nullptr ? plain : name;
  std::free(plain);
  return Printable(frame + " (" + std::string(file) + ")");
}

}  // namespace

std::string Printable(std::string_view text, size_t limit) {
  std::string printable;
  for (const char c : text.substr(0, limit)) printable += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > limit) printable += "...";
  return printable;
}

std::string Anonymous(std::string_view sentence) {
  std::string result;
  for (size_t i = 0; i < sentence.size() && result.size() < kMaxSentence;) {
    size_t end = i;
    if (sentence.compare(i, 2, "0x") == 0) {
      end = EndOfAddress(sentence, i);
      result += "0x..";
    } else if (IsDigit(sentence[i])) {
      while (end < sentence.size() && IsDigit(sentence[end])) ++end;
      const bool keep = EndsWith(result, "signal ") || EndsWith(result, "status ");
      result += keep ? sentence.substr(i, end - i) : "N";
    } else {
      result += sentence[end++];
    }
    i = end;
  }
  return Printable(result, kMaxSentence);
}

void LastWords::Add(std::string_view part) {
  text_.append(part);
  // Superfluous text is erased occasionally, not with each part, so that Add is amortized linear.
  if (text_.size() <= 4 * kMaxWords) return;
  const size_t mark = text_.rfind(kBacktraceMark);
  if (mark == std::string::npos) {
    text_.erase(0, text_.size() - 2 * kMaxWords);
    return;
  }
  // Of a backtrace the beginning counts: with long paths it is longer than what is kept.
  text_.erase(0, mark - std::min(mark, kMaxWords));
  text_.resize(std::min(text_.size(), 3 * kMaxWords));
}

std::string_view LastWords::Words() const {
  const std::string_view words = std::string_view(text_).substr(0, text_.rfind(kBacktraceMark));
  return words.substr(words.size() - std::min(words.size(), kMaxWords));
}

std::string LastWords::Text() const {
  std::string text;
  EachLine(Words(), [&text](std::string_view line) {
    text += Printable(line, kMaxWords) + "\n";
    return true;
  });
  return text;
}

std::string LastWords::Gist(bool any) const {
  std::string first;
  std::string fault;
  std::string summary;
  EachLine(Words(), [&](std::string_view line) {
    if (line.substr(0, 2) == "==") {  // "==123==ERROR: ..." of the sanitizers, valgrind
      line.remove_prefix(std::min(line.find_first_not_of("0123456789="), line.size()));
    }
    // Of a Python traceback, the last line says what happened.
    const bool part =
        line.empty() || line[0] == ' ' || line[0] == '\t' || line.substr(0, 10) == "Traceback ";
    if (part) return true;
    if (first.empty()) first = WithoutAddresses(line);
    if (fault.empty() && NamesAFault(line)) fault = WithoutAddresses(WithoutPlace(line));
    summary = WithoutAddresses(Summary(line));
    return summary.empty();
  });
  if (!summary.empty()) return summary;
  return !fault.empty() || !any ? fault : first;
}

std::vector<std::string> LastWords::Frames() const {
  std::vector<std::string> frames;
  const size_t mark = text_.rfind(kBacktraceMark);
  if (mark == std::string::npos) return frames;
  EachLine(std::string_view(text_).substr(mark + sizeof(kBacktraceMark) - 1),
           [&frames](std::string_view line) {
             std::string frame = Frame(line);
             if (!frame.empty()) frames.push_back(std::move(frame));
             return frames.size() < kMaxFrames;
           });
  return frames;
}

}  // namespace ouro
