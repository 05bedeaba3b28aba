// SPDX-License-Identifier: Apache-2.0

// A toy is a collector: reference counting alone, with finalizers and weak references, as an
// adapter over the line protocol. Cycles are never freed. It is toy.py once more, as a program that
// is compiled.
//
// Place: GUIDE.md tests it: go build toy.go && ouro check-adapter process:perl:./toy
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

type object struct {
	number    int
	slots     []*object
	finalizer bool
	target    *object // of a weak reference, which does not count
	count     int
	freed     bool
}

type toy struct {
	registers map[string]*object
	born      int
	in        *bufio.Scanner
	out       *bufio.Writer
}

// A line is flushed at once: the other side waits for it.
func (t *toy) say(format string, values ...any) {
	fmt.Fprintf(t.out, format+"\n", values...)
	t.out.Flush()
}

func (t *toy) reset() {
	t.registers = map[string]*object{}
	t.born = 0
}

// The new reference is counted first, the old one released last.
func (t *toy) put(get func() *object, set func(*object), value *object) {
	if value != nil {
		value.count++
	}
	old := get()
	set(value)
	t.release(old)
}

func (t *toy) putRegister(name string, value *object) {
	t.put(func() *object { return t.registers[name] },
		func(o *object) { t.registers[name] = o }, value)
}

func (t *toy) putSlot(holder *object, slot int, value *object) {
	t.put(func() *object { return holder.slots[slot] },
		func(o *object) { holder.slots[slot] = o }, value)
}

func (t *toy) release(o *object) {
	if o == nil {
		return
	}
	o.count--
	if o.count == 0 && o.finalizer {
		o.count = 1 // the finalizer's own reference
		t.finalize(o)
		o.count--
	}
	if o.count > 0 {
		return // others hold it, or the finalizer brought it back
	}
	o.freed = true
	t.say("> free %d", o.number)
	for slot := range o.slots {
		t.putSlot(o, slot, nil)
	}
}

// The operations until `end` or `raise` belong to the finalizer.
func (t *toy) finalize(o *object) {
	outer := t.registers["self"]
	t.registers["self"] = o
	t.say("> finalize %d", o.number)
	how := t.run()
	t.registers["self"] = outer
	if how == "raise" {
		t.say("> end %d raised", o.number)
	} else {
		t.say("> end %d", o.number)
	}
}

func (t *toy) birth(register string, o *object) {
	o.number = t.born
	t.putRegister(register, o)
	t.born++
	t.say("> new %d", o.number)
}

func (t *toy) got(register string, value *object) {
	if value == nil {
		t.say("> got none")
	} else {
		t.say("> got %d", value.number)
	}
	t.putRegister(register, value)
}

func (t *toy) assign(left, right string) {
	words := strings.Fields(right)
	name, slot, isSlot := strings.Cut(left, ".")
	switch {
	case words[0] == "node":
		slots, _ := strconv.Atoi(words[1])
		t.birth(left, &object{slots: make([]*object, slots),
			finalizer: len(words) > 2 && words[2] == "del"})
	case words[0] == "leaf":
		t.birth(left, &object{})
	case words[0] == "weak":
		t.birth(left, &object{target: t.registers[words[1]]})
	case strings.HasSuffix(right, "()"):
		target := t.registers[strings.TrimSuffix(right, "()")].target
		if target.freed {
			target = nil
		}
		t.got(left, target)
	case strings.Contains(right, "."):
		from, index, _ := strings.Cut(right, ".")
		number, _ := strconv.Atoi(index)
		t.got(left, t.registers[from].slots[number])
	case isSlot:
		number, _ := strconv.Atoi(slot)
		t.putSlot(t.registers[name], number, t.registers[right])
	default:
		t.putRegister(left, t.registers[right]) // of `none` there is none
	}
}

// Executes operations until a script ends. Returns the line that ended it.
func (t *toy) run() string {
	for t.in.Scan() {
		line := strings.TrimSpace(t.in.Text())
		switch {
		case line == "end" || line == "raise":
			return line
		case line == "hello":
			t.say("> hello toy 1.0 weak finalizer")
		case line == "reset":
			t.reset()
		case strings.HasPrefix(line, "collect"):
			t.say("> %s\n> done 0", line) // there is nothing that it could do
		default:
			left, right, _ := strings.Cut(line, " = ")
			t.assign(left, right)
		}
		t.say("ok")
	}
	os.Exit(0)
	return ""
}

func main() {
	t := &toy{in: bufio.NewScanner(os.Stdin), out: bufio.NewWriter(os.Stdout)}
	t.reset()
	t.run()
}
