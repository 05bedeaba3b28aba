// SPDX-License-Identifier: Apache-2.0

// A kind is a way in which Java holds a reference, or makes an object: a name and pieces of Java.
//
// Place: the table of openjdk.java, between that and kinds_objects.java. To add a kind, add an
// entry.
//
//   edge(name, make, get, put, take, pokes...)   how a slot holds its content
//   root(name, make, get, take)                  how a register holds its content
//   node(name, make, finalized)                  what an object is
//
// make: from the content x to its holder h. Without put a holder cannot be refilled: another is
// made then. take: what empties it. No piece leaves a copy of the content outside of the holder.

@SuppressWarnings({"deprecation", "removal"})
final class Kinds extends KindObjects {
  interface Make<H> { H of(Object x) throws Throwable; }
  interface Poke<H> { void run(H h) throws Exception; }
  interface Birth { Node of(int number, int slots); }

  static final class Kind {
    String place, name;
    Make<Object> make;
    Function<Object, Object> get;
    BiConsumer<Object, Object> put;
    Consumer<Object> take = h -> { };
    List<Poke<Object>> pokes = List.of();
    Birth plain, finalized;

    @Override public String toString() {
      return name + " " + place + (place.equals("node") && finalized == null ? " nofinal" : "")
          + (pokes.isEmpty() ? "" : " pokes=" + pokes.size());
    }
  }

  // ---- The table --------------------------------------------------------------------------------

  private static final Map<String, Kind> kinds = new LinkedHashMap<>();
  private static final String options =
      "&" + Objects.requireNonNullElse(System.getenv("OURO_OPTIONS"), "") + "&";

  static boolean offered() { return options.contains("&kinds&") || options.contains("&kinds="); }
  static Collection<Kind> all() { return kinds.values(); }

  private static boolean wanted(String name) {
    final int at = options.indexOf("&kinds=");
    if (at < 0) return offered();
    for (final String one : options.substring(at + 7, options.indexOf('&', at + 1)).split(",")) {
      if (name.equals(one) || name.startsWith(one + "-")) return true;
    }
    return false;
  }
  private static void add(Kind kind) {
    if (wanted(kind.name)) kinds.put(kind.name, kind);
  }
  static Kind find(String place, String name) {
    final Kind kind = kinds.get(name);
    if (kind == null || !kind.place.equals(place)) {
      throw new IllegalArgumentException("no " + place + " kind " + name);
    }
    return kind;
  }
  static Node makeNode(String name, int number, int slots, boolean finalized) {
    if (name == null) {
      return finalized ? new PlainFinalized(number, slots) : new Plain(number, slots);
    }
    final Kind kind = find("node", name);
    return (finalized ? kind.finalized : kind.plain).of(number, slots);
  }

  static Object make(Kind kind, Object x) {
    try {
      return kind.make.of(x);
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    }
  }

  @SuppressWarnings("unchecked")
  private static <H> Kind kind(String place, String name, Make<H> make, Function<H, Object> get,
      Consumer<H> take) {
    final Kind kind = new Kind();
    kind.place = place;
    kind.name = name;
    kind.make = (Make<Object>) make;
    kind.get = (Function<Object, Object>) get;
    if (take != null) kind.take = (Consumer<Object>) take;
    add(kind);
    return kind;
  }
  @SuppressWarnings("unchecked")
  @SafeVarargs
  private static <H> void edge(String name, Make<H> make, Function<H, Object> get,
      BiConsumer<H, Object> put, Consumer<H> take, Poke<H>... pokes) {
    final Kind kind = kind("edge", name, make, get, take);
    kind.put = (BiConsumer<Object, Object>) put;
    kind.pokes = List.of((Poke<Object>[]) (Poke<?>[]) pokes);
  }
  private static <H> void root(String name, Make<H> make, Function<H, Object> get,
      Consumer<H> take) {
    kind("root", name, make, get, take);
  }
  private static void node(String name, Birth plain, Birth finalized) {
    final Kind kind = new Kind();
    kind.place = "node";
    kind.name = name;
    kind.plain = plain;
    kind.finalized = finalized;
    add(kind);
  }

  static {
    fields();
    collections();
    concurrent();
    code();
    references();
    roots();
    node("wide-array", (number, slots) -> new Wide(number, slots), null);
    node("array-list-subclass", Listed::new, ListedFinalized::new);
    node("hash-map-subclass", Mapped::new, MappedFinalized::new);
    node("soft-reference-subclass", Referring::new, null);
    node("throwable", Thrown::new, ThrownFinalized::new);
  }

  private static void fields() {
    Kinds.<Box>edge("field", Box::new, h -> h.x, (h, x) -> h.x = x, h -> h.x = null);
    Kinds.<Volatile>edge("field-volatile", Volatile::new, h -> h.x, (h, x) -> h.x = x,
        h -> h.x = null);
    Kinds.<Pair>edge("record", x -> new Pair(null, x), Pair::second, null, null);
    Kinds.<Object[]>edge("array", x -> new Object[] {x}, h -> h[0], (h, x) -> h[0] = x,
        h -> h[0] = null, h -> Arrays.fill(h, h[0]));
    Kinds.<Object[]>edge("array-large", x -> {
      final Object[] h = new Object[200_000];
      h[150_000] = x;
      return h;
    }, h -> h[150_000], (h, x) -> h[150_000] = x, h -> h[150_000] = null,
        h -> System.arraycopy(h, 100_000, h, 99_000, 90_000),
        h -> System.arraycopy(h, 99_000, h, 100_000, 90_000));
    Kinds.<Object[][]>edge("array-nested", x -> new Object[][] {{}, {null, x}}, h -> h[1][1],
        (h, x) -> h[1][1] = x, h -> h[1][1] = null, h -> h[1] = h[1].clone());
    Kinds.<Box>edge("chain", Kinds::chain, h -> last(h).x, (h, x) -> last(h).x = x,
        h -> last(h).x = null, h -> h.x = new Box(h.x), h -> churn());
    Kinds.<AtomicReference<Object>>edge("atomic", AtomicReference::new, AtomicReference::get,
        (h, x) -> h.compareAndSet(h.get(), x), h -> h.getAndSet(null),
        h -> h.getAndUpdate(x -> x), h -> h.weakCompareAndSetPlain(h.get(), h.get()));
    Kinds.<AtomicReferenceArray<Object>>edge("atomic-array", x -> {
      final var h = new AtomicReferenceArray<Object>(3);
      h.set(1, x);
      return h;
    }, h -> h.get(1), (h, x) -> h.lazySet(1, x), h -> h.set(1, null),
        h -> h.accumulateAndGet(1, null, (x, y) -> x));
    Kinds.<AtomicStampedReference<Object>>edge("atomic-stamped",
        x -> new AtomicStampedReference<>(x, 1), AtomicStampedReference::getReference,
        (h, x) -> h.set(x, 2), h -> h.set(null, 3), h -> h.attemptStamp(h.getReference(), 4));
  }

  private static void collections() {
    Kinds.<ArrayList<Object>>edge("list", x -> new ArrayList<>(Arrays.asList(x)), h -> h.get(0),
        (h, x) -> h.set(0, x), ArrayList::clear, h -> h.ensureCapacity(100),
        ArrayList::trimToSize, h -> {
          for (int i = 0; i < 50; ++i) h.add(null);
        }, h -> h.subList(1, h.size()).clear());
    Kinds.<LinkedList<Object>>edge("list-linked", x -> new LinkedList<>(Arrays.asList(null, x)),
        LinkedList::getLast, (h, x) -> h.set(h.size() - 1, x), LinkedList::clear,
        h -> h.addFirst(null), h -> Collections.rotate(h, h.size()));
    Kinds.<List<Object>>edge("list-view", x -> Collections.unmodifiableList(
        new ArrayList<>(Arrays.asList(null, x)).subList(1, 2)), h -> h.get(0), null, null);
    Kinds.<ArrayDeque<Object>>edge("deque", x -> new ArrayDeque<>(List.of(x)), h -> h.peek(),
        (h, x) -> {
          h.clear();
          h.add(x);
        }, ArrayDeque::clear, h -> {
          for (int i = 0; i < 40; ++i) h.addLast(i);
          for (int i = 0; i < 40; ++i) h.removeLast();
        });
    Kinds.<PriorityQueue<Key>>edge("priority-queue", x -> new PriorityQueue<>(List.of(new Key(x))),
        h -> h.peek().x, null, PriorityQueue::clear, h -> h.add(h.poll()));
    Kinds.<HashMap<Object, Object>>edge("map-value", x -> {
      final var h = new HashMap<Object, Object>();
      h.put(1, x);
      return h;
    }, h -> h.get(1), (h, x) -> h.put(1, x), h -> h.remove(1), h -> {
      for (int i = 2; i < 60; ++i) h.put(i, null);
    }, h -> h.keySet().removeIf(key -> !key.equals(1)));
    Kinds.<HashMap<Object, Object>>edge("map-key", x -> new HashMap<>(Map.of(new Key(x), 1)),
        h -> ((Key) h.keySet().iterator().next()).x, null, HashMap::clear);
    Kinds.<HashMap<Object, Object>>edge("map-bin", x -> {  // One bin, which becomes a tree.
      final var h = new HashMap<Object, Object>();
      for (int i = 0; i < 20; ++i) h.put("" + (char) i + (char) (1000 - 31 * i), null);
      h.put("" + (char) 20 + (char) (1000 - 620), x);
      return h;
    }, h -> h.get("" + (char) 20 + (char) (1000 - 620)),
        (h, x) -> h.put("" + (char) 20 + (char) (1000 - 620), x), HashMap::clear,
        h -> h.values().removeIf(value -> value == null));
    Kinds.<IdentityHashMap<Object, Object>>edge("map-identity", x -> {
      final var h = new IdentityHashMap<Object, Object>();
      h.put(x, null);
      return h;
    }, h -> h.keySet().iterator().next(), null, IdentityHashMap::clear);
    Kinds.<TreeMap<Integer, Object>>edge("map-tree", x -> {
      final var h = new TreeMap<Integer, Object>();
      h.put(1, x);
      return h;
    }, h -> h.get(1), (h, x) -> h.put(1, x), h -> h.remove(1), h -> {
      for (int i = 2; i < 20; ++i) h.put(i, null);
    }, h -> h.tailMap(2).clear());
    Kinds.<LinkedHashSet<Object>>edge("set-linked", x -> new LinkedHashSet<>(List.of(new Key(x))),
        h -> ((Key) h.iterator().next()).x, null, LinkedHashSet::clear);
    Kinds.<WeakHashMap<Object, Object>>edge("map-weak-value", x -> {
      final var h = new WeakHashMap<Object, Object>();
      h.put("", x);  // A constant, which lives for ever.
      return h;
    }, h -> h.get(""), (h, x) -> h.put("", x), WeakHashMap::clear, h -> {
      for (int i = 0; i < 30; ++i) h.put(new Object(), null);
    }, h -> h.size());
    Kinds.<EnumMap<Thread.State, Object>>edge("map-enum", x -> {
      final var h = new EnumMap<Thread.State, Object>(Thread.State.class);
      h.put(Thread.State.NEW, x);
      return h;
    }, h -> h.get(Thread.State.NEW), (h, x) -> h.put(Thread.State.NEW, x), EnumMap::clear);
  }

  private static void concurrent() {
    Kinds.<ConcurrentHashMap<Object, Object>>edge("concurrent-map",
        x -> new ConcurrentHashMap<>(Map.of(1, x)), h -> h.get(1), (h, x) -> h.put(1, x),
        h -> h.remove(1), h -> {
          for (int i = 2; i < 100; ++i) h.put(i, i);
        }, h -> h.keySet().removeIf(key -> !key.equals(1)),
        h -> h.computeIfPresent(1, (k, v) -> v));
    Kinds.<ConcurrentSkipListMap<Integer, Object>>edge("concurrent-skip-list",
        x -> new ConcurrentSkipListMap<>(Map.of(1, x)), h -> h.get(1), (h, x) -> h.put(1, x),
        h -> h.remove(1), h -> {
          for (int i = 2; i < 30; ++i) h.put(i, i);
        }, h -> h.tailMap(2).clear());
    Kinds.<CopyOnWriteArrayList<Object>>edge("concurrent-list",
        x -> new CopyOnWriteArrayList<>(List.of(x)), h -> h.get(0), (h, x) -> h.set(0, x),
        CopyOnWriteArrayList::clear, h -> h.add(null));
    Kinds.<LinkedBlockingDeque<Object>>edge("concurrent-deque",
        x -> new LinkedBlockingDeque<>(List.of(x)), LinkedBlockingDeque::peek, null,
        LinkedBlockingDeque::clear, h -> {
          h.addLast(1);
          h.removeLast();
        });
    Kinds.<ConcurrentLinkedQueue<Object>>edge("concurrent-queue",
        x -> new ConcurrentLinkedQueue<>(List.of(1, x)), h -> h.toArray()[h.size() - 1], null,
        ConcurrentLinkedQueue::clear, h -> h.remove(1));
    Kinds.<DelayQueue<Waits>>edge("concurrent-delay", x -> new DelayQueue<>(List.of(new Waits(x))),
        h -> h.peek().x(), null, DelayQueue::clear);
    Kinds.<CompletableFuture<Object>>edge("future", CompletableFuture::completedFuture,
        h -> h.getNow(null), (h, x) -> h.obtrudeValue(x), h -> h.obtrudeValue(null),
        h -> h.thenApply(x -> x), h -> h.whenComplete((x, thrown) -> churn()));
    Kinds.<Thread>edge("thread-unstarted", x -> new Waiting(x, false), h -> ((Waiting) h).x,
        (h, x) -> ((Waiting) h).x = x, h -> ((Waiting) h).x = null);
  }

  private static void code() {
    Kinds.<Supplier<Object>>edge("lambda", Kinds::supplier, Supplier::get, null, null);
    Kinds.<Supplier<Object>>edge("lambda-composed", x -> supplier(supplier(x))::get,
        h -> ((Supplier<?>) h.get()).get(), null, null);
    Kinds.<Supplier<Object>>edge("class-anonymous", x -> new Supplier<Object>() {
      @Override public Object get() { return x; }
    }, Supplier::get, null, null);
    Kinds.<MethodHandle>edge("method-handle", x -> MethodHandles.constant(Object.class, x),
        Kinds::call, null, null);
    Kinds.<MethodHandle>edge("method-handle-bound", x -> MethodHandles.insertArguments(
        MethodHandles.identity(Object.class), 0, x), Kinds::call, null, null);
    Kinds.<Supplier<?>>edge("proxy", x -> (Supplier<?>) Proxy.newProxyInstance(
        Kinds.class.getClassLoader(), new Class<?>[] {Supplier.class}, (proxy, method, all) -> x),
        Supplier::get, null, null);
    Kinds.<Exception>edge("exception", x -> new Carrier(x), h -> ((Carrier) h).x, null, null,
        Throwable::getStackTrace, Throwable::fillInStackTrace);
    Kinds.<Exception>edge("exception-cause", x -> new Exception(new Carrier(x)),
        h -> ((Carrier) h.getCause()).x, null, null);
    Kinds.<Exception>edge("exception-suppressed", x -> {
      final var h = new Exception();
      h.addSuppressed(new Carrier(x));
      return h;
    }, h -> ((Carrier) h.getSuppressed()[0]).x, null, null, h -> h.addSuppressed(new Error()));
    Kinds.<Optional<Object>>edge("optional", Optional::ofNullable, h -> h.orElse(null), null, null);
    Kinds.<Box>edge("monitor", Box::new, h -> h.x, (h, x) -> h.x = x, h -> h.x = null, h -> {
      synchronized (h) {
        h.wait(0, 1);  // Makes the lock a monitor, to which the header leads.
      }
    }, h -> {
      if (h.x != null) {
        synchronized (h.x) { churn(); }
      }
    }, h -> System.identityHashCode(h.x));
  }

  private static void references() {
    // Memory is plenty, so soft references hold: SoftRefLRUPolicyMSPerMB.
    Kinds.<SoftReference<Object>>edge("soft", SoftReference::new, Reference::get, null,
        Reference::clear);
  }

  private static void roots() {
    Kinds.<Integer>root("static-array", x -> {
      final int k = free(statics);
      statics[k] = x == null ? "" : x;
      return k;
    }, h -> statics[h] == "" ? null : statics[h], h -> statics[h] = null);
    Kinds.<Integer>root("thread-local-array", x -> {
      final int k = free(local.get());
      local.get()[k] = x == null ? "" : x;
      return k;
    }, h -> local.get()[h] == "" ? null : local.get()[h], h -> local.get()[h] = null);
    Kinds.<Waiting>root("thread-frame", x -> Waiting.started(x, false), Waiting::ask,
        Waiting::finish);
    Kinds.<Waiting>root("thread-monitor", x -> Waiting.started(x, true), Waiting::ask,
        Waiting::finish);
    Kinds.<Thread>root("shutdown-hook", x -> {
      final Waiting hook = new Waiting(x, false);
      Runtime.getRuntime().addShutdownHook(hook);
      return hook;
    }, h -> ((Waiting) h).x, h -> Runtime.getRuntime().removeShutdownHook(h));
    Kinds.<Cleaner.Cleanable>root("cleaner", x -> {
      final Box box = new Box(x);
      final var h = cleaner.register(cleaner, () -> box.x = null);
      return new Cleaning(h, box);
    }, h -> ((Cleaning) h).box().x, Cleaner.Cleanable::clean);
  }
}
