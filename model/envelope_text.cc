// SPDX-License-Identifier: Apache-2.0

// Envelopes as text: one line for each field, and contracts that users spell out, such as
// `lua,weak=when-freed`. One table serves both.

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <type_traits>

#include "model/collector.h"
#include "model/envelope.h"

namespace ouro {
namespace {

constexpr int kMaxNumber = 1000;

struct Value {
  const char* word;  // null: there are no more values
  const char* sentence;
};

// A field of an envelope: its name and its values. A numeric field has one value, whose sentence
// says what the number means.
struct Field {
  const char* name;
  std::array<Value, 4> values;  // in the order of their numbers
  int (*get)(const Envelope&);
  void (*set)(Envelope&, int);
  int least = 0;  // of a numeric field

  bool number() const { return values[1].word == nullptr; }
};

template <auto kMember>
int Get(const Envelope& envelope) {
  return static_cast<int>(envelope.*kMember);
}

template <auto kMember>
void Set(Envelope& envelope, int value) {
  using Type = std::remove_reference_t<decltype(envelope.*kMember)>;
  envelope.*kMember = static_cast<Type>(value);
}

template <auto kMember>
constexpr Field Of(const char* name, std::array<Value, 4> values, int least = 0) {
  return {name, values, Get<kMember>, Set<kMember>, least};
}

constexpr Field kFields[] = {
    Of<&Envelope::prompt>("prompt",
                          {{{"no", "only collections free"},
                            {"yes", "an unreferenced object is freed before the operation ends"},
                            {"either", "it is freed then or later, by the next full collection"}}}),
    Of<&Envelope::spares>(
        "spares",
        {{{"all", "unreachable cycles are never freed"},
          {"behind-finalizers",
           "what a finalizer that has not run can reach is kept; in a cycle, permanently"},
          {"nothing", "all trash is freed"}}}),
    Of<&Envelope::finalizers>(
        "finalizers", {{{"once", "an object's finalizer runs once in its life"},
                        {"each-death", "an object's finalizer runs at each of its deaths"},
                        {"after-death", "an object's finalizer runs once, after it was freed"}}}),
    Of<&Envelope::order>(
        "order", {{{"any", "the finalizers of trash run in any order"},
                   {"holders-first",
                    "a finalizer runs when no other one that is due can reach its object"}}}),
    Of<&Envelope::touched>(
        "touched",
        {{{"freed-at-once",
           "trash is freed by the collection that runs its finalizers, if they do nothing"},
          {"freed-by-next",
           "what a finalizer of trash could reach is freed by the next full collection"}}}),
    Of<&Envelope::collections>("collections",
                               {{{"N", "trash is gone after that many full collections"}}}, 1),
    Of<&Envelope::weak>(
        "weak", {{{"before-finalizer", "weak references are cleared before finalizers run"},
                  {"when-freed", "weak references are cleared when their target is freed"},
                  {"either", "weak references are cleared before finalizers run or later"}}}),
    Of<&Envelope::callbacks>(
        "callbacks",
        {{{"before-free", "the callback of a weak reference runs before its target is freed"},
          {"any-time",
           "the callback of a weak reference runs before or after its target is freed"}}}),
    Of<&Envelope::queued>(
        "queued",
        {{{"no", "finalizers and callbacks run within the operation that found the death"},
          {"yes", "finalizers and callbacks run then or later, by the next full collection"}}}),
    Of<&Envelope::automatic>(
        "automatic", {{{"never", "it collects when asked"},
                       {"told", "it may collect within any operation, and reports it"},
                       {"untold", "it may collect within any operation, and need not report it"}}}),
    Of<&Envelope::end>(
        "end", {{{"nothing", "no finalizer runs at the end"},
                 {"any", "any finalizers that are due run at the end"},
                 {"all", "all finalizers that are due run at the end"},
                 {"until-raise", "all finalizers that are due run at the end, until one raises"}}}),
    Of<&Envelope::strays>(
        "strays",
        {{{"N",
           "up to that many objects of a program may be kept by words that look like pointers"}}}),
    Of<&Envelope::repeatable>("repeatable",
                              {{{"no", "the same program may have other events in another process"},
                                {"yes", "the same program has the same events in every process"}}}),
};

// Sets the field that `text` names, `weak=when-freed`. Returns "" or what is wrong.
std::string Change(const std::string& text, Envelope* envelope) {
  const size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  std::string known;
  for (const Field& field : kFields) {
    known += fmt::format(" {}", field.name);
    if (name != field.name) continue;
    if (field.number()) {
      int number = 0;
      const char* end = value.data() + value.size();
      const auto [rest, error] = std::from_chars(value.data(), end, number);
      if (error != std::errc{} || rest != end || number < field.least || number > kMaxNumber) {
        return fmt::format("`{}` is not a number from {} to {}", text, field.least, kMaxNumber);
      }
      field.set(*envelope, number);
      return "";
    }
    std::string words;
    for (size_t i = 0; i < field.values.size() && field.values[i].word != nullptr; ++i) {
      words += fmt::format(" {}", field.values[i].word);
      if (value != field.values[i].word) continue;
      field.set(*envelope, static_cast<int>(i));
      return "";
    }
    return fmt::format("`{}` may be:{}", name, words);
  }
  return fmt::format("no contract has a field `{}`; there are:{}", name, known);
}

// A contract that a user spelled out. Specimens point to it, so it lives as long as the process.
struct Spelled {
  std::string name;
  std::string summary;
  Contract contract;
};

const Contract* Keep(const std::string& text, const Contract& base, const Envelope& envelope) {
  static std::mutex mutex;
  static auto& kept = *new std::map<std::string, std::unique_ptr<Spelled>>;
  const std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<Spelled>& spelled = kept[text];
  if (spelled == nullptr) {
    spelled = std::make_unique<Spelled>(Spelled{text, fmt::format("{}, changed", base.name), {}});
    spelled->contract = {spelled->name.c_str(), spelled->summary.c_str(), envelope};
  }
  return &spelled->contract;
}

}  // namespace

std::vector<std::string> Describe(const Envelope& envelope) {
  std::vector<std::string> lines;
  for (const Field& field : kFields) {
    const int value = field.get(envelope);
    const Value& meaning = field.values[field.number() ? 0 : static_cast<size_t>(value)];
    lines.push_back(fmt::format("{}={}: {}", field.name,
                                field.number() ? fmt::format("{}", value) : meaning.word,
                                meaning.sentence));
  }
  return lines;
}

std::string ReadContract(const std::string& text, const Contract** contract) {
  const size_t comma = text.find(',');
  const std::string name = text.substr(0, comma);
  const Contract* const base = FindContract(name);
  if (base == nullptr) {
    return fmt::format("there is no contract \"{}\"; `ouro contracts` lists them", name);
  }
  if (comma == std::string::npos) {
    *contract = base;
    return "";
  }
  if (base->bounds() == nullptr) {
    return fmt::format(
        "{} fixes every step, so no field can be changed; start from another contract, such as "
        "`lua`",
        name);
  }
  Envelope envelope = *base->bounds();
  for (size_t begin = comma; begin != std::string::npos;) {
    const size_t end = text.find(',', begin + 1);
    const std::string error = Change(text.substr(begin + 1, end - begin - 1), &envelope);
    if (!error.empty()) return fmt::format("contract \"{}\": {}", text, error);
    begin = end;
  }
  if (envelope.spares == Envelope::Spares::kAll && envelope.prompt == Envelope::Prompt::kNo) {
    return fmt::format("contract \"{}\": prompt=no and spares=all together demand nothing", text);
  }
  *contract = Keep(text, *base, envelope);
  return "";
}

}  // namespace ouro
