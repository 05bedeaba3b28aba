// SPDX-License-Identifier: Apache-2.0

// The adapter of OpenJDK over the line protocol: it reads operations from its standard input and
// writes events to its output. `run` compiles and starts it, and chooses the collector.
//
// Place: a peer of collector/protocol_collector, which drives it, behind kinds_objects.java and
// kinds_table.java. It executes and reports; it parses no scripts and judges nothing.
//
// Its collectors trace; System.gc() is a collection of everything by any of them, after which weak
// references to what only finalizers can reach are cleared, and finalizers are due. An instrument
// must not disturb what it measures:
//
// * A death is seen in a PhantomReference, which a collection clears itself, when nothing, not even
//   a finalizer that has yet to run, can reach the object any more.
// * Which finalizers are due is seen in a WeakReference, likewise. A thread of the machine calls
//   them; all they do is to hand their object over. Scripts are run by the main thread, in the
//   order of their objects' numbers, once all that are due have arrived, and once that thread
//   sleeps: its frames held the object.
// * A callback is that of a WeakReference with a queue, and waited for likewise.
// * A local variable of a frame that is being interpreted counts as a reference even when it is
//   dead. So no frame that waits or collects has one to an object: handlers take names.
// * The young generation is large enough for many programs, and a reset empties it. Nevertheless it
//   may be collected at any time, so the contract has collections that are not told.
//
// JDK 16 or newer, for Reference.refersTo. With finalizers as long as there are any (JEP 421).

final class OpenJdk {
  static final int MAX_COLLECTIONS = 8;   // Tried by a reset.
  static final long MAX_WAIT = 5_000_000_000L;  // Nanoseconds, for what is due.

  /** What a program's objects have in common. */
  interface Thing {
    int number();
  }

  static final class Leaf implements Thing {
    final int number = born;
    public int number() { return number; }
  }

  static final class Weak extends WeakReference<Object> implements Thing {
    final int number = born;
    final boolean called;  // It has a callback.
    Weak(Object target, boolean called) {
      super(target, called ? queue : null);
      this.called = called;
    }
    public int number() { return number; }
  }

  /** Sees a death. */
  static final class Watch extends PhantomReference<Object> {
    final int number;
    Watch(Object thing, int number) {
      super(thing, null);
      this.number = number;
    }
  }

  static final Object[] registers = new Object[16];
  static final Kinds.Kind[] rootOf = new Kinds.Kind[16];  // How a register holds, if not plainly.
  static Object self;            // Of the innermost script.
  static final List<Watch> watches = new ArrayList<>();  // Of objects that are not reported dead.
  static final Map<Integer, WeakReference<Object>> finalizers = new TreeMap<>();  // Not run.
  static final Map<Integer, WeakReference<Weak>> callbacks = new TreeMap<>();     // Likewise.
  static ReferenceQueue<Object> queue = new ReferenceQueue<>();  // Of those with callbacks.
  static final ConcurrentLinkedQueue<Kinds.Node> handed = new ConcurrentLinkedQueue<>();
  static final Map<Integer, Kinds.Node> arrived = new TreeMap<>();  // From `handed`, by number.
  static volatile Thread caller;  // Of finalizers.
  static int born;
  static int scripts;

  static final BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
  static final PrintStream output = new PrintStream(System.out, false);
  static final StringBuilder answer = new StringBuilder();

  static void say(String line) { answer.append(line).append('\n'); }

  // ---- Deaths -----------------------------------------------------------------------------------

  static void reportDeaths() {
    for (Iterator<Watch> it = watches.iterator(); it.hasNext();) {
      final Watch watch = it.next();
      if (!watch.refersTo(null)) continue;
      it.remove();
      say("> free " + watch.number);
    }
  }

  /** Called by a thread of the machine's. */
  static void handOver(Kinds.Node node) {
    caller = Thread.currentThread();
    handed.add(node);
  }

  static void receive() {
    for (Kinds.Node node; (node = handed.poll()) != null;) arrived.put(node.number(), node);
  }

  /** Waits until all finalizers that are due have handed their objects over. */
  static void awaitFinalizers() throws IOException {
    final long limit = System.nanoTime() + MAX_WAIT;
    for (boolean all = false; !all && System.nanoTime() < limit; Thread.yield()) {
      receive();
      all = true;
      for (final var due : finalizers.entrySet()) {
        all = all && (!due.getValue().refersTo(null) || arrived.containsKey(due.getKey()));
      }
    }
    while (caller != null && caller.getState() == Thread.State.RUNNABLE) Thread.yield();
  }

  /** The next weak reference whose callback is due; waits for it. */
  static Weak nextCallback() {
    final long limit = System.nanoTime() + MAX_WAIT;
    while (callbackIsDue() && System.nanoTime() < limit) {
      final Object next = queue.poll();
      if (next != null) return (Weak) next;
      Thread.yield();
    }
    return null;
  }

  static boolean callbackIsDue() {
    for (final WeakReference<Weak> one : callbacks.values()) {
      final Weak weak = one.get();
      if (weak != null && weak.refersTo(null)) return true;
    }
    return false;
  }

  /** Runs the script of what `self` is, an object with that number. */
  static void runScript(String what, int number) throws IOException {
    say("> " + what + " " + number);
    ++scripts;
    final boolean raised = serve(true);
    --scripts;
    say("> end " + number + (raised ? " raised" : ""));
  }

  /** All that follows from a collection. */
  static void settle() throws IOException {
    reportDeaths();
    final Object outer = self;
    while ((self = nextCallback()) != null) {
      final int number = ((Weak) self).number;
      callbacks.remove(number);
      runScript("callback", number);
      self = null;
      reportDeaths();
    }
    awaitFinalizers();
    while (!arrived.isEmpty()) {
      final int number = arrived.keySet().iterator().next();
      self = arrived.remove(number);
      finalizers.remove(number);
      reportDeaths();
      runScript("finalize", number);
      self = null;
    }
    self = outer;
  }

  // ---- Operations -------------------------------------------------------------------------------

  static int at(String register) { return Integer.parseInt(register.substring(1)); }

  /** The value of a register, or null for `none`. */
  static Object value(String register) {
    if (register.equals("none")) return null;
    if (register.equals("self")) return self;
    final int k = at(register);
    return rootOf[k] == null ? registers[k] : rootOf[k].get.apply(registers[k]);
  }

  static void drop(int k) {
    if (rootOf[k] != null) rootOf[k].take.accept(registers[k]);
    rootOf[k] = null;
    registers[k] = null;
  }

  static void give(String register, Object thing) {
    say("> got " + (thing == null ? "none" : ((Thing) thing).number()));
    write(register, thing);
  }

  static void write(String register, Object thing) {
    final int k = at(register);
    drop(k);
    registers[k] = thing;
  }

  static void birth(String register, Thing thing) {
    watches.add(new Watch(thing, born));
    write(register, thing);
    say("> new " + born++);
  }

  static void makeNode(String register, int slots, String kind, boolean script) {
    final Kinds.Node node = Kinds.makeNode(kind, born, slots, script);
    if (script) finalizers.put(born, new WeakReference<>(node));
    birth(register, node);
  }

  static void makeWeak(String register, String target, boolean called) {
    final Weak weak = new Weak(value(target), called);
    if (called) callbacks.put(born, new WeakReference<>(weak));
    birth(register, weak);
  }

  static void store(String target, int slot, String source) {
    final Kinds.Node node = (Kinds.Node) value(target);
    final Kinds.Kind kind = node.kinds()[slot];
    if (kind != null) kind.take.accept(node.get(slot));
    node.kinds()[slot] = null;
    node.put(slot, value(source));
  }

  static void storeAs(String target, int slot, String source, String name) {
    final Kinds.Kind kind = Kinds.find("edge", name);
    final Kinds.Node node = (Kinds.Node) value(target);
    if (node.kinds()[slot] == kind && kind.put != null) {
      kind.put.accept(node.get(slot), value(source));
    } else {
      node.put(slot, Kinds.make(kind, value(source)));
    }
    node.kinds()[slot] = kind;
  }

  static void holdAs(String register, String source, String name) {
    final Kinds.Kind kind = Kinds.find("root", name);
    final Object thing = value(source);
    drop(at(register));
    registers[at(register)] = Kinds.make(kind, thing);
    rootOf[at(register)] = kind;
  }

  static Object content(Object holder, int slot) {
    final Kinds.Node node = (Kinds.Node) holder;
    final Object held = node.get(slot);
    return node.kinds()[slot] == null ? held : node.kinds()[slot].get.apply(held);
  }

  /** Runs an action of the kind that holds a slot, and reports what the slot holds then. */
  static void poke(String target, int slot, int number) throws IOException {
    final Object node = value(target);
    final Kinds.Kind kind = ((Kinds.Node) node).kinds()[slot];
    if (kind != null && !kind.pokes.isEmpty()) {
      try {
        kind.pokes.get(number % kind.pokes.size()).run(((Kinds.Node) node).get(slot));
      } catch (Exception expected) {
        // An action may fail; the collector is what is tested.
      }
    }
    reportDeaths();
    final Object found = content(node, slot);
    say("> got " + (found == null ? "none" : ((Thing) found).number()));
  }

  static void collect(String generation) throws IOException {
    say("> collect " + generation);
    System.gc();
    settle();
    say("> done 0");  // The language does not say how many.
  }

  /** Drops everything and proves it: a surviving object would affect the next program. */
  static void reset() throws IOException {
    if (scripts > 0) throw new IllegalStateException("a script is running");
    for (int k = 0; k < registers.length; ++k) drop(k);
    callbacks.clear();
    queue = new ReferenceQueue<>();
    for (int k = 0; k < MAX_COLLECTIONS && !watches.isEmpty(); ++k) {
      System.gc();
      awaitFinalizers();
      finalizers.keySet().removeAll(arrived.keySet());
      arrived.clear();
      watches.removeIf(watch -> watch.refersTo(null));
    }
    if (!watches.isEmpty()) say("error objects survive a reset");
    watches.clear();
    finalizers.clear();
    born = 0;
  }

  static void hello() {
    say("> hello openjdk " + System.getProperty("java.version") + " contract=openjdk"
        + " weak callback finalizer" + (Kinds.offered() ? " kinds" : ""));
    for (final Kinds.Kind kind : Kinds.all()) say("> kind " + kind);
  }

  // ---- The protocol -----------------------------------------------------------------------------

  interface Operation {
    void run(Matcher operands) throws IOException;
  }

  static final List<Pattern> patterns = new ArrayList<>();
  static final List<Operation> operations = new ArrayList<>();

  static void on(String pattern, Operation operation) {
    final String words = pattern.replace("D", "(r\\d+)").replace("R", "(r\\d+|self)")
        .replace("V", "(r\\d+|self|none)").replace("K", "(\\d)");
    patterns.add(Pattern.compile(words));
    operations.add(operation);
  }

  static void define() {
    on("D = node K(?: as ([a-z0-9-]+))?( del \\d+)?", m ->
        makeNode(m.group(1), Integer.parseInt(m.group(2)), m.group(3), m.group(4) != null));
    on("D = leaf", m -> birth(m.group(1), new Leaf()));
    on("D = weak R( call \\d+)?", m -> makeWeak(m.group(1), m.group(2), m.group(3) != null));
    on("D = V", m -> write(m.group(1), value(m.group(2))));
    on("D = R\\.K", m ->
        give(m.group(1), content(value(m.group(2)), Integer.parseInt(m.group(3)))));
    on("D = R\\(\\)", m -> give(m.group(1), ((Weak) value(m.group(2))).get()));
    on("R\\.K = V", m -> store(m.group(1), Integer.parseInt(m.group(2)), m.group(3)));
    on("R\\.K = V as ([a-z0-9-]+)", m ->
        storeAs(m.group(1), Integer.parseInt(m.group(2)), m.group(3), m.group(4)));
    on("D = V as ([a-z0-9-]+)", m -> holdAs(m.group(1), m.group(2), m.group(3)));
    on("poke R\\.K (\\d+)", m ->
        poke(m.group(1), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3))));
    on("collect ([0-2])", m -> collect(m.group(1)));
    on("hello", m -> hello());
    on("reset", m -> reset());
    on("notes on", m -> { });
    on("prelude.*", m -> { });
  }

  static void execute(String line) throws IOException {
    for (int i = 0; i < patterns.size(); ++i) {
      final Matcher operands = patterns.get(i).matcher(line);
      if (!operands.matches()) continue;
      operations.get(i).run(operands);
      return;
    }
    throw new IllegalArgumentException("no operation");
  }

  /** Returns when a script ends, whether it raised; main's goes on until there is no line. */
  static boolean serve(boolean inScript) throws IOException {
    for (;;) {
      output.append(answer).flush();
      answer.setLength(0);
      final String line = input.readLine();
      if (line == null) Runtime.getRuntime().halt(0);
      if (inScript && (line.equals("end") || line.equals("raise"))) return line.equals("raise");
      try {
        execute(line);
        reportDeaths();
        say("ok");
      } catch (RuntimeException error) {
        say("error in \"" + line + "\": " + error);
      }
    }
  }

  /** The folder of its classes is removed once they are loaded: nobody else could do it in time. */
  public static void main(String[] arguments) throws Exception {
    final File folder = new File(arguments[0]);
    for (final File file : folder.listFiles()) {
      final String name = file.getName();
      if (name.endsWith(".class")) Class.forName(name.substring(0, name.length() - 6));
      file.delete();
    }
    folder.delete();
    define();
    serve(false);
  }
}
