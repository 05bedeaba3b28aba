// SPDX-License-Identifier: Apache-2.0

// What kinds are made of: nodes, and the holders and helpers that the pieces of a kind call.
//
// Place: the first of the three parts of one file, which `run` pastes together. So the imports of
// all three are here.

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Cleaner;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.function.*;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

@SuppressWarnings({"deprecation", "removal"})
class KindObjects {
  // ---- Nodes ------------------------------------------------------------------------------------

  /** An object with slots, of which kinds say how they hold. */
  interface Node extends OpenJdk.Thing {
    Kinds.Kind[] kinds();
    Object get(int k);
    void put(int k, Object value);
  }
  /** What a node is besides its slots. No reference to anything that a program knows. */
  static final class Tag {
    final int number;
    final Kinds.Kind[] kinds = new Kinds.Kind[8];
    Tag(int number) { this.number = number; }
  }

  /** Even slots are fields, the others elements of an array. */
  static class Plain implements Node {
    final Tag tag;
    final Object[] odd;
    Object slot0, slot2, slot4, slot6;
    Plain(int number, int slots) {
      tag = new Tag(number);
      odd = new Object[slots / 2];
    }
    public int number() { return tag.number; }
    public Kinds.Kind[] kinds() { return tag.kinds; }
    public Object get(int k) {
      return switch (k) {
        case 0 -> slot0;
        case 2 -> slot2;
        case 4 -> slot4;
        case 6 -> slot6;
        default -> odd[k / 2];
      };
    }
    public void put(int k, Object value) {
      switch (k) {
        case 0 -> slot0 = value;
        case 2 -> slot2 = value;
        case 4 -> slot4 = value;
        case 6 -> slot6 = value;
        default -> odd[k / 2] = value;
      }
    }
  }
  static final class PlainFinalized extends Plain {
    PlainFinalized(int number, int slots) { super(number, slots); }
    @Override protected void finalize() { OpenJdk.handOver(this); }
  }

  /** Slots far apart in one array: other cards of a table, and a humongous object for G1. */
  static final class Wide implements Node {
    static final int APART = 30_000;
    final Tag tag;
    final Object[] slots;
    Wide(int number, int slots) {
      tag = new Tag(number);
      this.slots = new Object[1 + slots * APART];
    }
    public int number() { return tag.number; }
    public Kinds.Kind[] kinds() { return tag.kinds; }
    public Object get(int k) { return slots[k * APART]; }
    public void put(int k, Object value) { slots[k * APART] = value; }
  }

  static class Listed extends ArrayList<Object> implements Node {
    final Tag tag;
    Listed(int number, int slots) {
      super(Collections.nCopies(slots, null));
      tag = new Tag(number);
    }
    public int number() { return tag.number; }
    public Kinds.Kind[] kinds() { return tag.kinds; }
    public void put(int k, Object value) { set(k, value); }
    @Override public boolean equals(Object other) { return this == other; }
    @Override public int hashCode() { return tag.number; }
  }
  static final class ListedFinalized extends Listed {
    ListedFinalized(int number, int slots) { super(number, slots); }
    @Override protected void finalize() { OpenJdk.handOver(this); }
  }

  static class Mapped extends HashMap<Integer, Object> implements Node {
    final Tag tag;
    Mapped(int number, int slots) { tag = new Tag(number); }
    public int number() { return tag.number; }
    public Kinds.Kind[] kinds() { return tag.kinds; }
    public Object get(int k) { return super.get((Object) k); }
    public void put(int k, Object value) { super.put((Integer) k, value); }
    @Override public boolean equals(Object other) { return this == other; }
    @Override public int hashCode() { return tag.number; }
  }
  static final class MappedFinalized extends Mapped {
    MappedFinalized(int number, int slots) { super(number, slots); }
    @Override protected void finalize() { OpenJdk.handOver(this); }
  }

  /** A reference object, with slots besides: collectors have functions of their own for these. */
  static class Referring extends SoftReference<Object> implements Node {
    final Plain plain;
    Referring(int number, int slots) {
      super(new Object());
      plain = new Plain(number, slots);
    }
    public int number() { return plain.number(); }
    public Kinds.Kind[] kinds() { return plain.kinds(); }
    public Object get(int k) { return plain.get(k); }
    public void put(int k, Object value) { plain.put(k, value); }
  }
  static class Thrown extends Exception implements Node {
    final Plain plain;
    Thrown(int number, int slots) { plain = new Plain(number, slots); }
    public int number() { return plain.number(); }
    public Kinds.Kind[] kinds() { return plain.kinds(); }
    public Object get(int k) { return plain.get(k); }
    public void put(int k, Object value) { plain.put(k, value); }
  }
  static final class ThrownFinalized extends Thrown {
    ThrownFinalized(int number, int slots) { super(number, slots); }
    @Override protected void finalize() { OpenJdk.handOver(this); }
  }

  // ---- Holders ----------------------------------------------------------------------------------

  record Pair(Object first, Object second) {}
  static class Box { Object x; Box(Object x) { this.x = x; } }
  static final class Volatile { volatile Object x; Volatile(Object x) { this.x = x; } }
  static final class Key implements Comparable<Key> {
    final Object x;
    Key(Object x) { this.x = x; }
    public int compareTo(Key other) { return 0; }
    @Override public boolean equals(Object other) { return other instanceof Key; }
    @Override public int hashCode() { return 7; }
  }
  /** A linked list of a hundred cells, the last of which has the content. */
  static Box chain(Object x) {
    Box box = new Box(x);
    for (int i = 0; i < 100; ++i) box = new Box(box);
    return box;
  }
  static Box last(Object h) {
    Box box = (Box) h;
    while (box.x instanceof Box next) box = next;
    return box;
  }
  /** Garbage, so that a young collection may come. */
  static void churn() {
    Object[] list = new Object[50];
    for (int i = 0; i < 2000; ++i) list[i % 50] = new Object[20];
  }
  static Supplier<Object> supplier(Object x) { return () -> x; }
  static Object call(MethodHandle handle) {
    try {
      return handle.invoke();
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    }
  }
  static final class Carrier extends Exception {
    final Object x;
    Carrier(Object x) { this.x = x; }
  }
  record Waits(Object x) implements Delayed {
    public long getDelay(TimeUnit unit) { return unit.convert(1, TimeUnit.HOURS); }
    public int compareTo(Delayed other) { return 0; }
  }
  record Cleaning(Cleaner.Cleanable cleanable, Box box) implements Cleaner.Cleanable {
    public void clean() { cleanable.clean(); }
  }

  /** A thread that has the content in a frame, and waits for its end. */
  static final class Waiting extends Thread {
    Object x;  // Until it runs, and for those who ask.
    final Semaphore runs = new Semaphore(0), ends = new Semaphore(0);
    final boolean locks;
    volatile Object shown;
    Waiting(Object x, boolean locks) {
      this.x = x;
      this.locks = locks;
      setDaemon(true);
    }
    static Waiting started(Object x, boolean locks) {
      final Waiting thread = new Waiting(x, locks);
      thread.start();
      thread.runs.acquireUninterruptibly();
      return thread;
    }
    @Override public void run() {
      final Object own = x;
      x = null;
      if (locks && own != null) {
        synchronized (own) { hold(own); }
      } else {
        hold(own);
      }
    }
    private void hold(Object own) {
      runs.release();
      for (;;) {
        ends.acquireUninterruptibly();
        if (asked) {
          asked = false;
          shown = own;
          runs.release();
          continue;
        }
        Reference.reachabilityFence(own);
        return;
      }
    }
    volatile boolean asked;
    Object ask() {
      asked = true;
      ends.release();
      runs.acquireUninterruptibly();
      final Object found = shown;
      shown = null;
      return found;
    }
    void finish() {
      ends.release();
      try {
        join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static final Cleaner cleaner = Cleaner.create();
  static final Object[] statics = new Object[64];
  static final ThreadLocal<Object[]> local = ThreadLocal.withInitial(() -> new Object[64]);
  static int next;
  /** A place in an array: what a register is held by there. */
  static int free(Object[] array) {
    while (array[next %= array.length] != null) ++next;
    return next;
  }
}
