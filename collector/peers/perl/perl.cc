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

#include <dlfcn.h>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Last, because they define macros with common names.
#include <EXTERN.h>
#include <perl.h>
// After both, which it needs.
#include <XSUB.h>
#undef Copy

#include "collector/peers/perl/perl_kinds.h"

extern "C" void boot_DynaLoader(pTHX_ CV*);

namespace ouro {
namespace {

class Perl : public Peer {
 public:
  explicit Perl(Observer& observer, const std::vector<KindId>* ids = nullptr)
      : Peer(observer, ids == nullptr ? std::vector<KindId>() : *ids), classes_(TheClasses()) {
    if (ids != nullptr) kinds_ = &TheKinds();
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
    lives_.clear();
    objects_ = 0;
    MakeRegisters();
    ForgetIds();
  }

  static std::vector<std::string> ListKinds(const std::string&) {
    TheClasses();
    std::vector<std::string> lines;
    for (const PerlKind& kind : TheKinds()) lines.push_back(kind.line);
    return lines;
  }

 protected:
  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    if (noting()) NoteNode(dest, "[]", finalizer, id);
    AV* const node = newAV();
    for (int i = 0; i < slots; ++i) av_push(node, newSV(0));
    Born(dest, MUTABLE_SV(node), id, slots, kNoKind);
    sv_bless(registers_[dest], classes_.node[finalizer ? 1 : 0]);
  }

  void NewNodeAs(int dest, int slots, bool finalizer, ObjectId id, int kind) override {
    const Statement statement;
    SV* const made = Run(kind, PerlKind::kMake, &PL_sv_undef, nullptr, 0);
    if (made == nullptr) return NewNode(dest, slots, finalizer, id);
    if (noting()) NoteNode(dest, Words(kind, PerlKind::kMake, "undef", "undef", 0), finalizer, id);
    Born(dest, SvREFCNT_inc_NN(SvRV(made)), id, slots, kind);
    SV* const node = SvRV(registers_[dest]);
    const bool fixed = SvREADONLY(node);  // a restricted hash, which could not be blessed
    if (fixed) SvREADONLY_off(node);
    sv_bless(registers_[dest], classes_.node[finalizer ? 1 : 0]);
    if (fixed) SvREADONLY_on(node);
  }

  void NewLeaf(int dest, ObjectId id) override {
    if (noting()) Note(Name(dest) + " = \\(my $leaf);");
    Born(dest, newSV(0), id, 0, kNoKind);
  }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    if (noting()) {
      Note(Name(dest) + " = \\(my $weak = " + Value(target) + "); weaken($" + Name(dest) + ");");
    }
    const Statement statement;
    SV* const weak = newSVsv(Read(target));
    sv_rvweaken(weak);
    Born(dest, weak, id, 0, kNoKind);
  }

  void Copy(int dest, int from) override {
    if (noting()) NoteWrite(dest, Value(from));
    Write(dest, false, [&] { return Read(from); });
  }

  void CopyAs(int dest, int from, int kind) override {
    if (noting()) {
      NoteWrite(dest, Value(from));
      Note(Name(dest) + " = " + Words(kind, PerlKind::kMake, "undef", Name(dest), dest) + ";");
    }
    Write(
        dest, false, [&] { return Read(from); }, kind);
  }

  void Load(int dest, int from, int slot) override {
    if (noting()) NoteWrite(dest, SlotValue(from, slot));
    Write(dest, true, [&] {
      SV* const node = Read(from);
      return Content(Place(node, slot), EdgeOf(node, slot), slot);
    });
  }

  void Dereference(int dest, int weak) override {
    if (noting()) NoteWrite(dest, "${" + Value(weak) + "}");
    Write(dest, true, [&] { return SvRV(Read(weak)); });
  }

  void Store(int into, int slot, int from) override {
    if (noting()) Note(SlotText(into, slot) + " = " + Value(from) + ";");
    Change(into, slot, [&](SV* place, int) {
      sv_setsv_mg(place, Read(from));
      return kNoKind;
    });
  }

  void StoreAs(int into, int slot, int from, int kind) override {
    Change(into, slot, [&](SV* place, int edge) {
      SV* const value = Read(from);
      if (edge == kind && KindAt(kind).Has(PerlKind::kPut)) {
        if (noting()) NoteHolder(kind, PerlKind::kPut, into, slot, Value(from));
        const bool put = Run(kind, PerlKind::kPut, place, value, slot) != nullptr;
        if (put && IdIn(Content(place, kind, slot)) == IdIn(value)) return kind;
      }
      if (noting()) {
        Note(SlotText(into, slot) + " = " +
             Words(kind, PerlKind::kMake, "undef", Value(from), slot) + ";");
      }
      SV* const holder = Run(kind, PerlKind::kMake, value, nullptr, slot);
      sv_setsv_mg(place, holder == nullptr ? value : holder);
      return holder == nullptr ? kNoKind : kind;
    });
  }

  void EmptySlot(int into, int slot) override {
    Change(into, slot, [&](SV* place, int edge) {
      if (edge != kNoKind && KindAt(edge).Has(PerlKind::kTake)) {
        if (noting()) NoteHolder(edge, PerlKind::kTake, into, slot, "undef");
        const bool taken = Run(edge, PerlKind::kTake, place, &PL_sv_undef, slot) != nullptr;
        if (taken && IdIn(Content(place, edge, slot)) == kNone) return edge;
      }
      if (noting()) Note(SlotText(into, slot) + " = undef;");
      sv_setsv_mg(place, &PL_sv_undef);
      return kNoKind;
    });
  }

  void EmptyRegister(int dest) override {
    if (noting()) NoteWrite(dest, "undef");
    Write(dest, false, [] { return &PL_sv_undef; });
  }

  void Poke(int from, int slot, int action) override {
    const Statement statement;
    SV* const node = sv_2mortal(newRV_inc(SvRV(Read(from))));
    const int edge = EdgeOf(node, slot);
    const size_t actions = edge == kNoKind ? 0 : KindAt(edge).actions();
    if (actions != 0) {
      const size_t act = PerlKind::kActions + static_cast<size_t>(action) % actions;
      if (noting()) NoteHolder(edge, act, from, slot, "undef");
      // A script may change the slot meanwhile, which must not end the holder's life.
      Run(edge, act, sv_mortalcopy(Place(node, slot)), &PL_sv_undef, slot);
    }
    Got(IdIn(Content(Place(node, slot), EdgeOf(node, slot), slot)));
  }

  int Collect(int) override { return 0; }

 private:
  static constexpr int kNoKind = -1;

  struct Classes {
    HV* node[2];  // without and with a finalizer
  };

  // What the adapter knows of an object.
  struct Life {
    SV* object = nullptr;  // not counted; null once freed
    int slots = 0;
    int kind = kNoKind;
    std::array<int, kMaxSlots> edges;  // by what kind a slot holds
  };

  // ---- Births and deaths -----------------------------------------------------------------------

  // The id of an object is in its magic, whose `free` Perl calls when the object is dead: its weak
  // references are cleared by then, and its own references are released next.
  void Born(int dest, SV* object, ObjectId id, int slots, int kind) {
    char* const number = reinterpret_cast<char*>(static_cast<intptr_t>(id));
    sv_magicext(object, nullptr, PERL_MAGIC_ext, &kMagic, number, 0);
    lives_.resize(static_cast<size_t>(id) + 1);
    lives_.back() = {.object = object, .slots = slots, .kind = kind, .edges = {}};
    lives_.back().edges.fill(kNoKind);
    ++objects_;
    sv_setrv_noinc(registers_[dest], object);
  }

  static ObjectId IdOf(const MAGIC* magic) { return ObjectId(intptr_t(magic->mg_ptr)); }

  // The id of what that reference refers to; kNone if it is no object of the program.
  static ObjectId IdIn(SV* reference) {
    if (!SvROK(reference) || SvTYPE(SvRV(reference)) < SVt_PVMG) return kNone;
    const MAGIC* const magic = mg_findext(SvRV(reference), PERL_MAGIC_ext, &kMagic);
    return magic == nullptr ? kNone : IdOf(magic);
  }

  Life& LifeOf(ObjectId id) { return lives_[static_cast<size_t>(id)]; }

  static int FreeMagic(pTHX_ SV*, MAGIC* magic) {
    PERL_UNUSED_CONTEXT;
    const ObjectId id = IdOf(magic);
    live_->LifeOf(id).object = nullptr;
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
    const bool raised = Finalize(IdIn(self));
    registers_[kSelf] = outer;
    return raised;
  }

  // ---- Assignments -----------------------------------------------------------------------------

  const PerlKind& KindAt(int kind) const { return (*kinds_)[static_cast<size_t>(kind)]; }

  int RootOf(int from) const { return from == kSelf ? kNoKind : root_kinds_[from]; }

  // A reference to the content of a register.
  SV* Read(int from) { return Content(registers_[from], RootOf(from), from); }

  int EdgeOf(SV* node, int slot) { return LifeOf(IdIn(node)).edges[slot]; }

  // The scalar that is that slot, of what `node` refers to.
  SV* Place(SV* node, int slot) {
    const int kind = LifeOf(IdIn(node)).kind;
    if (kind == kNoKind) return *av_fetch(MUTABLE_AV(SvRV(node)), slot, 0);
    SV* const place = Run(kind, PerlKind::kGet, node, nullptr, slot);
    if (place == nullptr || !SvROK(place)) {
      Broken("Perl: a node has lost its slots: " + KindAt(kind).line);
      return sv_newmortal();
    }
    return SvRV(place);
  }

  // A reference to what that kind of holder holds, or undef.
  SV* Content(SV* holder, int kind, int k) {
    if (kind == kNoKind) return holder;
    SV* const found = Run(kind, PerlKind::kGet, holder, nullptr, k);
    return found == nullptr || IdIn(found) == kNone ? &PL_sv_undef : found;
  }

  // Runs a sub of a kind. Returns its value, a mortal, or null if it died. What it throws may be an
  // object of the program.
  SV* Run(int kind, size_t sub, SV* first, SV* second, int k) {
    dSP;
    PUSHMARK(SP);
    XPUSHs(first);
    if (second != nullptr) XPUSHs(second);
    mXPUSHi(k);
    PUTBACK;
    call_sv(KindAt(kind).subs[sub], G_SCALAR | G_EVAL);
    SPAGAIN;
    SV* const value = POPs;
    PUTBACK;
    if (!SvROK(ERRSV) && !SvTRUE(ERRSV)) return value;
    CLEAR_ERRSV();
    return nullptr;
  }

  // Changes a slot: `change` does, and returns by what kind the slot holds from then on. What it
  // held before dies when no sub runs any more, whose variables would keep other objects alive.
  template <typename Function>
  void Change(int into, int slot, Function change) {
    const Statement outer;
    SV* old = nullptr;
    {
      const Statement inner;
      SV* const node = Read(into);
      SV* const place = Place(node, slot);
      const int edge = EdgeOf(node, slot);
      old = newSVsv(Content(place, edge, slot));
      const int now = change(place, edge);
      LifeOf(IdIn(node)).edges[slot] = now;
    }
    sv_2mortal(old);
  }

  // Writes the value of a function to a register, which holds by that kind from then on. What it
  // held before dies after the report.
  template <typename Function>
  void Write(int dest, bool report, Function value, int kind = kNoKind) {
    const Statement outer;
    SV* old = nullptr;
    {
      const Statement inner;
      SV* const written = value();
      old = newSVsv(Read(dest));
      LetGo(dest);
      sv_setsv(registers_[dest], written);
      SV* const holder =
          kind == kNoKind ? nullptr : Run(kind, PerlKind::kMake, written, nullptr, dest);
      if (holder != nullptr) {
        sv_setsv(registers_[dest], holder);
        root_kinds_[dest] = kind;
      }
    }
    sv_2mortal(old);
    if (report) Got(IdIn(Read(dest)));
  }

  // A register is held by itself again. What it held may be in its old place until it is written.
  void LetGo(int dest) {
    const int kind = std::exchange(root_kinds_[dest], kNoKind);
    if (kind == kNoKind || !KindAt(kind).Has(PerlKind::kTake)) return;
    Run(kind, PerlKind::kTake, registers_[dest], &PL_sv_undef, dest);
  }

  // New for each program: a scalar keeps flags of the kinds of values that it has had, which change
  // how Perl assigns to it.
  void MakeRegisters() {
    for (int i = 0; i < kRegisters; ++i) registers_[i] = newSV(0);
    root_kinds_.fill(kNoKind);
  }

  // Breaks cycles, which Perl does not.
  void Drop() {
    set_silent(true);
    for (int i = 0; i < kRegisters; ++i) {
      const Statement statement;
      LetGo(i);
      SvREFCNT_dec_NN(registers_[i]);
    }
    for (size_t i = 0; objects_ != 0 && i < lives_.size(); ++i) {
      for (int slot = 0; slot < lives_[i].slots && lives_[i].object != nullptr; ++slot) {
        const Statement statement;
        sv_setsv_mg(Place(sv_2mortal(newRV_inc(lives_[i].object)), slot), &PL_sv_undef);
      }
    }
    set_silent(false);
  }

  // ---- Notes -----------------------------------------------------------------------------------

  static std::string Name(int from) {
    return from == kSelf ? "$self" : "$r" + std::to_string(from);
  }

  std::string Words(int kind, size_t sub, const std::string& h, const std::string& x, int k) {
    return PerlWords(KindAt(kind), sub, h, x, k);
  }

  std::string Value(int from) {
    const int kind = RootOf(from);
    return kind == kNoKind ? Name(from) : Words(kind, PerlKind::kGet, Name(from), "undef", from);
  }

  std::string SlotText(int from, int slot) {
    const Statement statement;
    const int kind = LifeOf(IdIn(Read(from))).kind;
    if (kind == kNoKind) return Value(from) + "->[" + std::to_string(slot) + "]";
    return "${+" + Words(kind, PerlKind::kGet, Value(from), "undef", slot) + "}";
  }

  std::string SlotValue(int from, int slot) {
    const Statement statement;
    const int edge = EdgeOf(Read(from), slot);
    const std::string text = SlotText(from, slot);
    return edge == kNoKind ? text : Words(edge, PerlKind::kGet, text, "undef", slot);
  }

  void NoteNode(int dest, const std::string& text, bool finalizer, ObjectId id) {
    Note(Name(dest) + " = " +
         (finalizer ? "final(" + text + ", " + std::to_string(id) + ")" : text) + ";");
  }

  void NoteWrite(int dest, const std::string& text) {
    const int kind = RootOf(dest);
    const bool takes = kind != kNoKind && KindAt(kind).Has(PerlKind::kTake);
    if (!takes) return Note(Name(dest) + " = " + text + ";");
    Note("{ my $new = " + text + "; " + Words(kind, PerlKind::kTake, Name(dest), "undef", dest) +
         "; " + Name(dest) + " = $new; }");
  }

  void NoteHolder(int kind, size_t sub, int into, int slot, const std::string& value) {
    Note("eval { " + Words(kind, sub, SlotText(into, slot), value, slot) + " };");
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
    if (perl_parse(my_perl, BootLoader, argc, args, env) != 0 || perl_run(my_perl) != 0) {
      croak("the adapter could not start");
    }
    newXS("Ouro::Final::DESTROY", Destroy, __FILE__);
    return {{gv_stashpvs("Ouro::Node", GV_ADD), gv_stashpvs("Ouro::Final", GV_ADD)}};
  }

  // Modules in C need libperl's symbols, but this adapter is loaded without showing it to others.
  static void BootLoader(pTHX) {
    Dl_info perl = {};
    if (dladdr(reinterpret_cast<void*>(perl_alloc), &perl) != 0) {
      dlopen(perl.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
    }
    newXS("DynaLoader::boot_DynaLoader", boot_DynaLoader, __FILE__);
  }

  static const std::vector<PerlKind>& TheKinds() {
    static const std::vector<PerlKind>& kinds = *new std::vector<PerlKind>(LoadPerlKinds(aTHX));
    return kinds;
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
  SV* registers_[kRegisters + 1] = {};      // scalars; the last one is `self`, and DESTROY's
  std::array<int, kRegisters> root_kinds_;  // by what kind a register holds
  std::vector<Life> lives_;                 // by id
  int objects_ = 0;                         // not freed
  const std::vector<PerlKind>* kinds_ = nullptr;
};

constexpr LibraryKinds kKinds = {
    .list = Perl::ListKinds,
    .make = [](Observer& observer, const std::string&, const std::vector<KindId>& ids)
        -> std::unique_ptr<Collector> { return std::make_unique<Perl>(observer, &ids); },
    .language = "perl",
    .prelude = PerlPrelude};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::Perl>(
    ouro::kPeerAbilities,
    "Perl " PERL_VERSION_STRING ": reference counting, and DESTROY that may resurrect", "perl",
    &ouro::kKinds);

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's libperl-dev");

#endif  // OURO_HAVE_PERL
