// SPDX-License-Identifier: Apache-2.0

// The text of programs: a printer and a parser that both follow the patterns of the table.
//
// Errors say what is wrong and what would be right. Text in double quotes is from the input, made
// printable and short; text in backquotes is from the language.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/program.h"
#include "model/program_table.h"

namespace ouro {
namespace {

using table::Field;
using table::FieldNamed;
using table::Kind;
using table::NextToken;

constexpr size_t kMaxQuote = 24;   // characters of the input that an error quotes
constexpr size_t kMaxTokens = 12;  // more than any valid line has: the rest of a line is ignored
constexpr size_t kMaxDigits = 10;  // of any valid number; with more, it is out of every range

std::string Quote(std::string_view text) {
  std::string quote;
  for (char c : text.substr(0, kMaxQuote)) quote += c >= ' ' && c <= '~' ? c : '?';
  return fmt::format("\"{}{}\"", quote, text.size() > kMaxQuote ? "..." : "");
}

bool IsNumber(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The value of `digits`; of too many digits, a number that is out of every range.
int64_t NumberOf(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > kMaxDigits) return INT64_MAX;
  int64_t number = 0;
  for (char digit : digits) number = 10 * number + (digit - '0');
  return number;
}

// The tokens of a line.
struct Line {
  explicit Line(std::string_view text) {
    while (size < kMaxTokens) {
      const std::string_view token = NextToken(&text);
      if (token.empty()) break;
      tokens[size++] = token;
    }
  }
  std::string_view Token(size_t i) const { return i < size ? tokens[i] : ""; }
  // The text before token i. REQUIRES: i > 0.
  std::string_view Before(size_t i) const {
    const char* end = tokens[i - 1].data() + tokens[i - 1].size();
    return {tokens[0].data(), static_cast<size_t>(end - tokens[0].data())};
  }

  std::array<std::string_view, kMaxTokens> tokens;
  size_t size = 0;
};

// Whether a word has the shape of that field. Its range is checked once the whole line matches.
bool HasShapeOf(const Field& field, std::string_view word) {
  if (field.kind == Kind::kName) return IsKindName(word);
  if (!field.is_register()) return IsNumber(word);
  return word == "self" || (word.substr(0, 1) == "r" && IsNumber(word.substr(1)));
}

// How far a line follows a pattern.
struct Match {
  bool whole = false;
  size_t tokens = 0;  // of the line, that match
  // What the pattern has instead of the first token that does not: the first words of the groups in
  // brackets that are absent there, or the next token; "" is its end.
  std::vector<std::string_view> expected;
  std::array<std::string_view, table::kMaxFields> words;  // the words of the pattern's fields
};

Match MatchPattern(std::string_view pattern, const Line& line) {
  Match match;
  size_t words = 0;
  bool optional = false;  // the token is within brackets
  for (std::string_view token = NextToken(&pattern); !token.empty(); token = NextToken(&pattern)) {
    if (token == "]" && std::exchange(optional, false)) continue;
    const std::string_view word = line.Token(match.tokens);
    if (table::OpensOption(token)) {
      std::string_view rest = pattern;
      optional = NextToken(&rest) == word;
      if (optional) continue;
      match.expected.push_back(NextToken(&pattern));  // the group is absent: its field has no word
      pattern.remove_prefix(pattern.find(']') + 1);
      ++words;
      continue;
    }
    const Field* field = FieldNamed(token);
    if (field != nullptr ? !HasShapeOf(*field, word) : token != word) {
      match.expected = {token};
      return match;
    }
    if (field != nullptr) match.words[words++] = word;
    ++match.tokens;
    match.expected.clear();
  }
  match.whole = match.tokens == line.size;
  if (match.expected.empty()) match.expected.push_back("");
  return match;
}

// A form is what a pattern becomes once it is settled which of its options are there: tokens, each
// a field or itself. Lines are compared with forms; patterns say what is wrong with a line of none.
struct Form {
  struct Token {
    const Field* field = nullptr;
    std::string_view text;
  };
  OpCode code{};
  size_t size = 0;
  std::array<Token, kMaxTokens> tokens;
};

constexpr size_t kMaxOptions = 2;  // of a pattern

// The form of a row whose n-th option is there if bit n of `options` is set; of size 0 if the row
// has fewer options than that.
constexpr Form FormOf(const table::Row& row, unsigned options) {
  Form form;
  form.code = row.code;
  bool optional = false;  // the token is within brackets
  std::string_view rest = row.pattern;
  for (std::string_view token = NextToken(&rest); !token.empty(); token = NextToken(&rest)) {
    if (token == "]" && std::exchange(optional, false)) continue;
    if (table::OpensOption(token)) {
      optional = options % 2 == 1;
      if (!optional) rest.remove_prefix(rest.find(']') + 1);
      options /= 2;
      continue;
    }
    form.tokens[form.size++] = {FieldNamed(token), token};
  }
  if (options != 0) form.size = 0;
  return form;
}

constexpr size_t CountForms() {
  size_t forms = 0;
  for (const table::Row& row : table::kRows) {
    for (unsigned options = 0; options < 1U << kMaxOptions; ++options) {
      forms += FormOf(row, options).size > 0 ? 1 : 0;
    }
  }
  return forms;
}

constexpr std::array kForms = [] {
  std::array<Form, CountForms()> forms;
  size_t size = 0;
  for (const table::Row& row : table::kRows) {
    for (unsigned options = 0; options < 1U << kMaxOptions; ++options) {
      const Form form = FormOf(row, options);
      if (form.size > 0) forms[size++] = form;
    }
  }
  return forms;
}();

bool HasForm(const Line& line, const Form& form) {
  if (line.size != form.size) return false;
  for (size_t i = 0; i < form.size; ++i) {
    const auto& [field, text] = form.tokens[i];
    if (field != nullptr ? !HasShapeOf(*field, line.tokens[i]) : line.tokens[i] != text) {
      return false;
    }
  }
  return true;
}

std::string SetField(const Field& field, std::string_view word, bool in_script, Op* op) {
  if (field.kind == Kind::kName) {
    op->kind = InternKind(word);
    return op->kind != kPlain ? "" : fmt::format("there are more than {} kinds", kMaxKinds);
  }
  if (word == "self") {
    if (field.kind != Kind::kReference) return "`self` cannot be assigned; only registers can";
    if (!in_script) return "`self` is valid only in scripts";
    field.set(op, kSelf);
    return "";
  }
  const std::string_view prefix = field.is_register() ? "r" : "";
  const int64_t number = NumberOf(word.substr(prefix.size()));
  if (number < field.min || number > field.max) {
    return fmt::format("there is no {0} {1}{2}; {0}s are {3}{4} ... {3}{5}", field.noun,
                       word.substr(0, kMaxQuote), word.size() > kMaxQuote ? "..." : "", prefix,
                       field.min, field.max);
  }
  field.set(op, static_cast<int>(number));
  return "";
}

// What errors call the token of a pattern.
std::string Expectation(std::string_view token) {
  if (token.empty()) return "the end of the line";
  const Field* field = FieldNamed(token);
  if (field == nullptr) return fmt::format("`{}`", token);
  if (field->kind == Kind::kName) return "the name of a kind";
  return field->is_register() ? "a register" : "a number";
}

// The error for a token that matches no pattern; the patterns that match the line so far expect one
// of `expected`.
std::string Unexpected(const Line& line, size_t token, const std::vector<std::string>& expected) {
  std::string wanted;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (i > 0) wanted += i + 1 == expected.size() ? " or " : ", ";
    wanted += expected[i];
  }
  const std::string before = Quote(line.Before(token));
  if (token == line.size) {
    return fmt::format("the line ends after {}; expected {}", before, wanted);
  }
  return fmt::format("unexpected {} after {}; expected {}", Quote(line.tokens[token]), before,
                     wanted);
}

std::string UnknownOperation(const Line& line) {
  if (line.size == 0) return "the line has no operation";
  std::string patterns;
  for (const table::Row& row : table::kRows) {
    patterns += fmt::format("{}`{}`", patterns.empty() ? "" : ", ", row.pattern);
  }
  return fmt::format("unknown operation {}; operations are {}", Quote(line.tokens[0]), patterns);
}

// The error for a line: where it departs from the patterns that it matches furthest.
std::string Explain(const Line& line) {
  size_t furthest = 0;
  std::vector<std::string> expected;
  for (const table::Row& row : table::kRows) {
    const Match match = MatchPattern(row.pattern, line);
    if (match.tokens < furthest) continue;
    if (match.tokens > furthest) expected.clear();
    furthest = match.tokens;
    for (const std::string_view token : match.expected) {
      std::string expectation = Expectation(token);
      if (std::find(expected.begin(), expected.end(), expectation) == expected.end()) {
        expected.push_back(std::move(expectation));
      }
    }
  }
  return furthest == 0 ? UnknownOperation(line) : Unexpected(line, furthest, expected);
}

// ParseOp, on the tokens of a line. No line has two forms.
std::string ParseLine(const Line& line, bool in_script, Op* op) {
  for (const Form& form : kForms) {
    if (!HasForm(line, form)) continue;
    Op result;
    result.code = form.code;
    for (size_t i = 0; i < form.size; ++i) {
      if (form.tokens[i].field == nullptr) continue;
      std::string error = SetField(*form.tokens[i].field, line.tokens[i], in_script, &result);
      if (!error.empty()) return error;
    }
    *op = result;
    return "";
  }
  return Explain(line);
}

// Reads the programs of a stream, one line at a time.
class Reader {
 public:
  // "" or what is wrong with the line.
  std::string Read(size_t number, std::string_view text) {
    const Line line(text.substr(0, text.find('#')));
    if (line.size == 0) return "";
    if (line.size == 3 && line.Before(3) == "---") {
      EndProgram();
      return "";
    }
    if (line.tokens[0] == "def") return OpenScript(number, line);
    if (line.tokens[0] == "main") return OpenMain(number, line);
    return Add(line);
  }

  std::vector<Program> Finish() {
    EndProgram();
    return std::move(programs_);
  }

 private:
  std::string OpenScript(size_t number, const Line& line) {
    const Match match = MatchPattern("def S:", line);
    if (!match.whole) return "a script begins with a line such as `def 0:`";
    Op op;  // for its field `script`
    std::string error = SetField(*FieldNamed("S"), match.words[0], true, &op);
    if (!error.empty()) return error;
    size_t& opened = script_lines_[static_cast<size_t>(op.script)];
    if (opened != 0) {
      return fmt::format("script {} is already defined on line {}", op.script, opened);
    }
    opened = number;
    section_ = op.script;
    if (program_.scripts.size() <= static_cast<size_t>(section_)) {
      program_.scripts.resize(static_cast<size_t>(section_) + 1);
    }
    begun_ = true;
    return "";
  }

  std::string OpenMain(size_t number, const Line& line) {
    if (!MatchPattern("main:", line).whole) return "main begins with a line `main:`";
    if (main_line_ != 0) {
      return fmt::format("`main:` is already defined on line {}", main_line_);
    }
    main_line_ = number;
    section_ = kNoScript;
    begun_ = true;
    return "";
  }

  std::string Add(const Line& line) {
    const bool in_script = section_ != kNoScript;
    Op op;
    std::string error = ParseLine(line, in_script, &op);
    if (!error.empty()) return error;
    if (ops_ == kMaxOps) {
      return fmt::format("the program is too long; programs have up to {} operations", kMaxOps);
    }
    ++ops_;
    (in_script ? program_.scripts[static_cast<size_t>(section_)] : program_.main).push_back(op);
    begun_ = true;
    return "";
  }

  void EndProgram() {
    table::TrimScripts(&program_);
    if (begun_) programs_.push_back(std::move(program_));
    program_ = {};
    section_ = kNoScript;
    begun_ = false;
    main_line_ = 0;
    script_lines_ = {};
    ops_ = 0;
  }

  std::vector<Program> programs_;

  // The program that is being read.
  Program program_;
  int section_ = kNoScript;  // its section
  bool begun_ = false;       // it has an operation or a header
  size_t main_line_ = 0;     // the lines of its headers; 0: none
  std::array<size_t, kMaxScripts> script_lines_{};
  int ops_ = 0;
};

// Whether the operation lacks the option of a pattern whose bracket was just opened.
bool IsAbsent(std::string_view rest, const Op& op) {
  NextToken(&rest);  // the word before the field
  const Field* field = FieldNamed(NextToken(&rest));
  return field->get(op) == field->lowest();
}

void PrintScript(const Script& script, std::string_view indent, std::string* text) {
  for (const Op& op : script)
    fmt::format_to(std::back_inserter(*text), "{}{}\n", indent, Print(op));
}

}  // namespace

std::string Print(const Op& op) {
  std::string text;
  bool optional = false;  // the token is within brackets
  std::string_view rest = table::RowOf(op.code).pattern;
  while (!rest.empty()) {
    const char* gap = rest.data();
    const std::string_view token = NextToken(&rest);
    const bool opens = table::OpensOption(token);
    if (opens && IsAbsent(rest, op)) {
      rest.remove_prefix(rest.find(']') + 1);
      continue;
    }
    text.append(gap, static_cast<size_t>(token.data() - gap));
    if (opens) optional = true;
    if (opens || (token == "]" && std::exchange(optional, false))) continue;
    const Field* field = FieldNamed(token);
    if (field == nullptr) {
      text += token;
    } else if (field->kind == Kind::kName) {
      text += KindName(op.kind);
    } else if (field->kind == Kind::kReference && field->get(op) == kSelf) {
      text += "self";
    } else {
      text += fmt::format("{}{}", field->is_register() ? "r" : "", field->get(op));
    }
  }
  return text;
}

std::string Print(const Program& program) {
  std::string text;
  for (size_t i = 0; i < program.scripts.size(); ++i) {
    if (program.scripts[i].empty()) continue;
    text += fmt::format("def {}:\n", i);
    PrintScript(program.scripts[i], "  ", &text);
  }
  // The empty program needs the header, or it would not be a program.
  const bool header = !text.empty() || program.main.empty();
  if (header) text += "main:\n";
  PrintScript(program.main, header ? "  " : "", &text);
  return text;
}

std::string ParseOp(std::string_view line, bool in_script, Op* op) {
  return ParseLine(Line(line), in_script, op);
}

std::string Parse(std::string_view text, std::vector<Program>* programs) {
  Reader reader;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t length = std::min(text.find('\n'), text.size());
    std::string error = reader.Read(number, text.substr(0, length));
    if (!error.empty()) return fmt::format("line {}: {}", number, error);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  for (Program& program : reader.Finish()) programs->push_back(std::move(program));
  return "";
}

}  // namespace ouro
