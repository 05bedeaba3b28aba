// SPDX-License-Identifier: Apache-2.0

// Attacks by unlawful events and odd sentences.
//
// Place: testonly, part of the hostile collector.

#include "fuzz/testing/attacks.h"

#include <cstdlib>
#include <iterator>
#include <sstream>
#include <thread>

namespace ouro {
namespace {

// Differs from call to call and from run to run.
std::string Changing() { return std::to_string(calls) + " " + std::to_string(random()); }

// It reports unlawful events, or breaks down with odd sentences.
constexpr Attack kEventsTable[] = {
    {"free-negative", [](Observer& o) { o.On(Event::Free(-5)); }},
    {"free-large", [](Observer& o) { o.On(Event::Free(2147483647)); }},
    {"got-least", [](Observer& o) { o.On(Event::Got(-2147483647 - 1)); }},
    {"finalize-negative", [](Observer& o) { o.On(Event::Finalize(-7)); }},
    {"finalize-large", [](Observer& o) { o.On(Event::Finalize(1 << 30)); }},
    {"finalize-often",
     [](Observer& o) {
       for (int i = 0; i < 1000; ++i) o.On(Event::Finalize(i));
     }},
    {"callback-large", [](Observer& o) { o.On(Event::Callback(1 << 30)); }},
    {"garbage-large", [](Observer& o) { o.On(Event::Garbage(1 << 30)); }},
    {"tracked-large", [](Observer& o) { o.On(Event::Tracked(1 << 30, 77)); }},
    {"tracked-nowhere", [](Observer& o) { o.On(Event::Tracked(0, -1'000'000)); }},
    {"collect-nowhere", [](Observer& o) { o.On(Event::Collect(-1'000'000, true)); }},
    {"done-unasked", [](Observer& o) { o.On(Event::Done(-1)), o.On(Event::Done(2147483647)); }},
    {"end-unasked", [](Observer& o) { o.On(Event::End(3, true)); }},
    {"failed-unasked", [](Observer& o) { o.On(Event::Failed()); }},
    {"million-births",
     [](Observer& o) {
       for (ObjectId id = 0; id < 1'000'000; ++id) o.On(Event::New(id));
     }},
    {"kind-unknown",
     [](Observer& o) {
       Event event;
       event.kind = static_cast<Event::Kind>(99);
       o.On(event);
     }},
    {"says-lines", [](Observer& o) { o.Broken("line one\nr0 = this is not a program\n---\n"); }},
    {"says-escapes", [](Observer& o) { o.Broken("\033[2J\033[31mred\007\r\b"); }},
    {"says-bytes", [](Observer& o) { o.Broken("bad \xff\xfe\x80 bytes"); }},
    {"says-nothing", [](Observer& o) { o.Broken(""); }},
    {"says-much", [](Observer& o) { o.Broken(std::string(10 << 20, 'x')); }},
    {"says-a-header", [](Observer& o) { o.Broken("specimen: other (x)\n# signature: zzz"); }},
    {"says-code", [](Observer& o) { o.Broken(")gct\"; } int main() { /* */ \\"); }},
    {"says-a-path", [](Observer& o) { o.Broken("../../../etc/x'; $(reboot) `"); }},
    {"says-numbers", [](Observer& o) { o.Broken("wrong at " + Changing()); }},
    {"says-an-address",
     [](Observer& o) {
       std::ostringstream text;
       text << "corrupt at " << malloc(1);
       o.Broken(text.str());
     }},
    {"says-words",
     [](Observer& o) {
       std::string word;
       for (long n = random(); n > 0; n /= 26) word += static_cast<char>('a' + n % 26);
       o.Broken("a new word: " + word);
     }},
    {"says-it-often",
     [](Observer& o) {
       for (int i = 0; i < 1000; ++i) o.Broken("again");
     }},
    {"says-from-a-thread", [](Observer& o) { std::thread([&o] { o.On(Event::Got(0)); }).join(); }},
};

}  // namespace

const Attacks kEvents = {kEventsTable, std::size(kEventsTable)};

}  // namespace ouro
