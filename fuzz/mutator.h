#ifndef FUZZ_MUTATOR_H_
#define FUZZ_MUTATOR_H_
#include "model/program.h"
#include "properties/generator.h"
#include <cstdint>
namespace ouro {
inline void Mutate(uint64_t seed, size_t max_ops, Program* p) { GeneratorOptions o; o.operations = (int)max_ops; *p = Generate(seed, o); }
inline Program Cross(uint64_t, const Program& a, const Program&, size_t) { return a; }
}
#endif
