// SPDX-License-Identifier: Apache-2.0

// The kinds of Perl: what kinds_table.pl says, compiled by the interpreter that is tested. A kind
// is a few subs that make a holder, read it, fill it, empty it, and act on it, and their texts.
//
// Place: a part of perl.cc, which runs the subs and includes Perl's headers before this.

#ifndef COLLECTOR_PEERS_PERL_PERL_KINDS_H_
#define COLLECTOR_PEERS_PERL_PERL_KINDS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "collector/peers/perl/kinds_pl.h"

namespace ouro {

// Perl's macros pass this to its functions by this name.
inline PerlInterpreter* my_perl = nullptr;

// A scope that ends as a Perl statement does.
class Statement {
 public:
  Statement() {
    ENTER;
    SAVETMPS;
  }
  ~Statement() {
    FREETMPS;
    LEAVE;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
};

struct PerlKind {
  // What its subs and texts are, in this order; of a node, kGet says a slot. Actions are the rest.
  enum : size_t { kMake, kGet, kPut, kTake, kActions };

  std::string line;       // as LibraryKinds::list gives it
  std::vector<SV*> subs;  // null where the kind has none
  std::vector<std::string> texts;

  bool Has(size_t sub) const { return sub < subs.size() && subs[sub] != nullptr; }
  bool is_node() const { return subs.size() == kPut; }
  size_t actions() const { return subs.size() > kActions ? subs.size() - kActions : 0; }
};

inline std::string TextOf(pTHX_ SV* value) {
  STRLEN size = 0;
  const char* const text = SvPV(value, size);
  return std::string(text, size);
}

// Compiles the table. Croaks if that fails. REQUIRES: it was not called before.
inline std::vector<PerlKind> LoadPerlKinds(pTHX) {
  eval_pv((std::string("package Ouro;\n") + kPerlKinds + "\n1").c_str(), TRUE);
  std::vector<PerlKind> kinds;
  AV* const rows = get_av("Ouro::KINDS", 0);
  for (SSize_t i = 0; i <= av_top_index(rows); ++i) {
    AV* const row = MUTABLE_AV(SvRV(*av_fetch(rows, i, 0)));
    PerlKind kind;
    kind.line = TextOf(aTHX_ * av_fetch(row, 0, 0));
    AV* const subs = MUTABLE_AV(SvRV(*av_fetch(row, 1, 0)));
    AV* const texts = MUTABLE_AV(SvRV(*av_fetch(row, 2, 0)));
    for (SSize_t sub = 0; sub <= av_top_index(subs); ++sub) {
      SV* const code = *av_fetch(subs, sub, 0);
      kind.subs.push_back(SvROK(code) ? code : nullptr);
      SV** const text = av_fetch(texts, sub, 0);
      kind.texts.push_back(text != nullptr && SvOK(*text) ? TextOf(aTHX_ * text) : "");
    }
    kinds.push_back(kind);
  }
  return kinds;
}

// An expression that does what a sub of a kind does. `h` is the holder, or the node.
inline std::string PerlWords(const PerlKind& kind, size_t sub, const std::string& h,
                             const std::string& x, int k) {
  const std::string number = std::to_string(k), text = kind.texts[sub];
  if (sub == PerlKind::kMake) {
    return "do { my ($x, $k) = (" + x + ", " + number + "); " + text + " }";
  }
  if (kind.is_node()) return "do { my ($n, $k) = (" + h + ", " + number + "); \\(" + text + ") }";
  return "do { my ($h, $x, $k) = (" + h + ", " + x + ", " + number + "); " + text + " }";
}

// The head of a native script: the subs that snippets call, and classes with and without DESTROY.
inline std::string PerlPrelude(const std::vector<std::string>&) {
  const std::string text = kPerlKinds;
  const size_t begin = text.find("use strict;"), end = text.find("# ---- The table");
  return "package Ouro;\n" + text.substr(begin, end - begin) +
         "my (@scripts, %number);\n"
         "my ($r0, $r1, $r2, $r3, $r4, $r5, $r6, $r7, $r8, $r9, $r10, $r11, $r12, $r13, $r14, "
         "$r15);\n"
         "sub final { $number{builtin::refaddr($_[0])} = $_[1]; bless $_[0], 'Final' }\n"
         "sub Final::DESTROY {\n"
         "  my $script = $scripts[$number{builtin::refaddr($_[0])}];\n"
         "  $script->(@_) if $script\n"
         "}\n";
}

}  // namespace ouro

#endif  // COLLECTOR_PEERS_PERL_PERL_KINDS_H_
