// SPDX-License-Identifier: Apache-2.0

#include "collector/specimen_name.h"

#include <charconv>
#include <cstddef>
#include <sstream>
#include <system_error>

namespace ouro {
namespace {

constexpr char kOptionCharacters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.,=&";

}  // namespace

SpecimenName::SpecimenName(const std::string& name) : text(name), base(name) {
  const size_t mark = name.rfind('?');
  if (mark == std::string::npos || mark + 1 == name.size()) return;
  if (name.find_first_not_of(kOptionCharacters, mark + 1) != std::string::npos) return;
  base = name.substr(0, mark);
  options = name.substr(mark + 1);
}

std::string SpecimenName::Value(const std::string& key) const {
  std::istringstream words(options);
  for (std::string word; std::getline(words, word, '&');) {
    if (word.substr(0, key.size() + 1) == key + "=") return word.substr(key.size() + 1);
  }
  return "";
}

bool SpecimenName::Has(const std::string& key) const {
  std::istringstream words(options);
  for (std::string word; std::getline(words, word, '&');) {
    if (word == key || word.substr(0, key.size() + 1) == key + "=") return true;
  }
  return false;
}

bool SpecimenName::Number(const std::string& key, uint64_t* number) const {
  const std::string value = Value(key);
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, *number);
  return error == std::errc() && stop == end;
}

}  // namespace ouro
