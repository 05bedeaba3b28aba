// SPDX-License-Identifier: Apache-2.0

// The adapter of Perl 5, embedded. It counts references and has no collector, so a cycle lives
// until it is broken. A node is a blessed array, whose finalizer is the DESTROY of its class, at
// every death; a leaf is a scalar, and a weak reference a scalar that refers weakly.
//
// Place: a peer (peer.h). A process has one interpreter for its whole life: a new one per program
// would cost as much as forty programs. Every operation is executed as a Perl statement: the value
// that an assignment releases may be mortal, and dies when the statement ends.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_PERL

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// Last, because they define macros with common names.
#include <EXTERN.h>
#include <perl.h>
// After both, which it needs.
#include <XSUB.h>
#undef Copy

namespace ouro {
namespace {

// Perl's macros pass this to its functions by this name.
PerlInterpreter* my_perl = nullptr;

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

class Perl : public Peer {
 public:
  explicit Perl(Observer& observer) : Peer(observer), classes_(TheClasses()) {
    MakeRegisters();
    live_ = this;
  }

  ~Perl() override {
    Drop();
    live_ = nullptr;
  }

  void Reset() override {
    Drop();
    if (objects_ != 0) Broken("Perl: objects survive a reset");
    alive_.clear();
    objects_ = 0;
    MakeRegisters();
    ForgetIds();
  }

 protected:
  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    AV* const node = newAV();
    for (int i = 0; i < slots; ++i) av_push(node, newSV(0));
    Born(dest, MUTABLE_SV(node), id);
    sv_bless(registers_[dest], classes_.node[finalizer ? 1 : 0]);
  }

  void NewLeaf(int dest, ObjectId id) override { Born(dest, newSV(0), id); }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    SV* const weak = newSVsv(registers_[target]);
    sv_rvweaken(weak);
    Born(dest, weak, id);
  }

  void Copy(int dest, int from) override { Assign(registers_[dest], registers_[from]); }

  void Load(int dest, int from, int slot) override { Fetch(dest, Slot(Object(from), slot)); }

  void Dereference(int dest, int weak) override { Fetch(dest, Object(weak)); }

  void Store(int into, int slot, int from) override {
    Assign(Slot(Object(into), slot), registers_[from]);
  }

  void EmptySlot(int into, int slot) override { Assign(Slot(Object(into), slot), &PL_sv_undef); }

  void EmptyRegister(int dest) override { Assign(registers_[dest], &PL_sv_undef); }

  int Collect(int) override { return 0; }

 private:
  struct Classes {
    HV* node[2];  // without and with a finalizer
  };

  // ---- Births and deaths -----------------------------------------------------------------------

  // The id of an object is in its magic, whose `free` Perl calls when the object is dead: its weak
  // references are cleared by then, and its own references are released next.
  void Born(int dest, SV* object, ObjectId id) {
    char* const number = reinterpret_cast<char*>(static_cast<intptr_t>(id));
    sv_magicext(object, nullptr, PERL_MAGIC_ext, &kMagic, number, 0);
    alive_.resize(static_cast<size_t>(id) + 1);
    alive_.back() = object;
    ++objects_;
    sv_setrv_noinc(registers_[dest], object);
  }

  static ObjectId IdOf(const MAGIC* magic) {
    return static_cast<ObjectId>(reinterpret_cast<intptr_t>(magic->mg_ptr));
  }

  static ObjectId IdOf(SV* object) { return IdOf(mg_findext(object, PERL_MAGIC_ext, &kMagic)); }

  static int FreeMagic(pTHX_ SV*, MAGIC* magic) {
    PERL_UNUSED_CONTEXT;
    const ObjectId id = IdOf(magic);
    live_->alive_[static_cast<size_t>(id)] = nullptr;
    --live_->objects_;
    live_->Freed(id);
    return 0;
  }

  // `croak` leaves by longjmp: no local variable may have a destructor.
  static void Destroy(pTHX_ CV* cv) {
    dXSARGS;
    PERL_UNUSED_VAR(cv);
    PERL_UNUSED_VAR(items);
    if (live_->RunScript(ST(0))) croak("raised");
    XSRETURN_EMPTY;
  }

  bool RunScript(SV* self) {
    SV* const outer = std::exchange(registers_[kSelf], self);
    const bool raised = Finalize(IdOf(SvRV(self)));
    registers_[kSelf] = outer;
    return raised;
  }

  // ---- Assignments -----------------------------------------------------------------------------

  SV* Object(int from) const { return SvRV(registers_[from]); }

  static SV* Slot(SV* node, int slot) { return *av_fetch(MUTABLE_AV(node), slot, 0); }

  static void Assign(SV* place, SV* value) {
    const Statement statement;
    sv_setsv(place, value);
  }

  void Fetch(int dest, SV* value) {
    const Statement statement;
    // Keeps the old value alive until the new one is reported.
    PERL_UNUSED_RESULT(sv_mortalcopy(registers_[dest]));
    sv_setsv(registers_[dest], value);
    Got(SvROK(registers_[dest]) ? IdOf(Object(dest)) : kNone);
  }

  // New for each program: a scalar keeps flags of the kinds of values that it has had, which change
  // how Perl assigns to it.
  void MakeRegisters() {
    for (int i = 0; i < kRegisters; ++i) registers_[i] = newSV(0);
  }

  // Breaks cycles, which Perl does not.
  void Drop() {
    set_silent(true);
    for (int i = 0; i < kRegisters; ++i) SvREFCNT_dec_NN(registers_[i]);
    for (size_t i = 0; objects_ != 0 && i < alive_.size(); ++i) {
      SV* const object = alive_[i];
      if (object == nullptr || SvTYPE(object) != SVt_PVAV) continue;
      SvREFCNT_inc_simple_void_NN(object);
      for (int slot = 0; slot <= av_top_index(MUTABLE_AV(object)); ++slot) {
        Assign(Slot(object, slot), &PL_sv_undef);
      }
      SvREFCNT_dec_NN(object);
    }
    set_silent(false);
  }

  // ---- The interpreter -------------------------------------------------------------------------

  static Classes Start() {
    static char arguments[][3] = {"", "-X", "-e",
                                  "0"};  // -X: exceptions of scripts are not printed
    static char* argv[] = {arguments[0], arguments[1], arguments[2], arguments[3], nullptr};
    static char* environment[] = {nullptr};
    int argc = 4;
    char** args = argv;
    char** env = environment;
    const auto on_error = signal(SIGFPE, SIG_DFL);
    PERL_SYS_INIT3(&argc, &args, &env);
    signal(SIGFPE, on_error);  // Perl ignores it
    my_perl = perl_alloc();
    perl_construct(my_perl);
    if (perl_parse(my_perl, nullptr, argc, args, env) != 0 || perl_run(my_perl) != 0) {
      croak("the adapter could not start");
    }
    newXS("Ouro::Final::DESTROY", Destroy, __FILE__);
    return {{gv_stashpvs("Ouro::Node", GV_ADD), gv_stashpvs("Ouro::Final", GV_ADD)}};
  }

  static const Classes& TheClasses() {
    static const Classes classes = Start();
    return classes;
  }

  static constexpr MGVTBL kMagic = [] {
    MGVTBL magic = {};
    magic.svt_free = FreeMagic;
    return magic;
  }();

  inline static Perl* live_ = nullptr;  // receives the reports of the functions that Perl calls

  const Classes& classes_;
  SV* registers_[kRegisters + 1] = {};  // scalars; the last one is `self`, and DESTROY's
  std::vector<SV*> alive_;              // by id, not counted; null once freed
  int objects_ = 0;                     // not null in alive_
};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::Perl>(
    ouro::kPeerAbilities,
    "Perl " PERL_VERSION_STRING ": reference counting, and DESTROY that may resurrect", "perl");

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's libperl-dev");

#endif  // OURO_HAVE_PERL
