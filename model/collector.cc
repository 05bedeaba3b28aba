// SPDX-License-Identifier: Apache-2.0

#include "model/collector.h"

namespace ouro {

const Contract* const kContracts[] = {&kCPython26,      &kCPython27,  &kCPython34,  &kCPython37,
                                      &kCPython38,      &kCPython39,  &kCPython313, &kCPython3140,
                                      &kCPython314,     &kCPython315, &kCPython,    &kBoehm,
                                      &kBoehmUnordered, &kDuktape,    &kGObject,    &kLua,
                                      &kPerl,           &kPhp,        &kRuby,       nullptr};

std::vector<std::string> Describe(const Contract& contract) {
  const Envelope* const bounds = contract.bounds();
  return bounds != nullptr ? Describe(*bounds) : Describe(*contract.exact());
}

const Contract* FindContract(const std::string& name) {
  for (const Contract* const* c = kContracts; *c != nullptr; ++c) {
    if (name == (*c)->name) return *c;
  }
  return nullptr;
}

}  // namespace ouro
