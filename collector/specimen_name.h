// SPDX-License-Identifier: Apache-2.0

// The name of a specimen is a base and, after a question mark, options: KEY=VALUE or KEY, with `&`
// between them, as in `php:php8.2?kinds=generator&gc=1`. What follows the last question mark and is
// not made of the characters of options is part of the base, as in the command of a `process:`.
//
// Place: below the registry of specimens, which finds what the base names. A value.

#ifndef COLLECTOR_SPECIMEN_NAME_H_
#define COLLECTOR_SPECIMEN_NAME_H_

#include <cstdint>
#include <string>

namespace ouro {

struct SpecimenName {
  explicit SpecimenName(const std::string& name);

  // The value of an option; "" if it has none, or is not there.
  std::string Value(const std::string& key) const;
  bool Has(const std::string& key) const;
  // Whether its value is a number, digits alone; then sets *number.
  bool Number(const std::string& key, uint64_t* number) const;

  std::string text;     // all of it
  std::string base;     // "php:php8.2"
  std::string options;  // "kinds=generator&gc=1", or ""
};

}  // namespace ouro

#endif  // COLLECTOR_SPECIMEN_NAME_H_
