// SPDX-License-Identifier: Apache-2.0

// The text of events in both directions, and text that is not that of an event.
//
// Place: beside event_text.

#include "model/event_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace ouro {
namespace {

constexpr int32_t kMax = std::numeric_limits<int32_t>::max();

TEST(EventText, EveryEventHasOneWrittenForm) {
  const struct {
    Event event;
    const char* text;
  } cases[] = {
      {Event::New(0), "new 0"},
      {Event::New(kMax), "new 2147483647"},
      {Event::Got(7), "got 7"},
      {Event::Got(kNone), "got none"},
      {Event::Finalize(1), "finalize 1"},
      {Event::Callback(2), "callback 2"},
      {Event::End(3, false), "end 3"},
      {Event::End(3, true), "end 3 raised"},
      {Event::Free(4), "free 4"},
      {Event::Collect(0, false), "collect 0"},
      {Event::Collect(2, true), "collect 2 auto"},
      {Event::Done(0), "done 0"},
      {Event::Done(kMax), "done 2147483647"},
      {Event::Garbage(5), "garbage 5"},
      {Event::Tracked(6, 1), "tracked 6 1"},
      {Event::Failed(), "failed"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Print(c.event), c.text);
    Event read = Event::Tracked(99, 2);
    EXPECT_EQ(ParseEvent(c.text, &read), "");
    EXPECT_EQ(read, c.event) << c.text;
  }
}

TEST(EventText, NothingElseIsAnEvent) {
  for (const char* text : {"",
                           " ",
                           "ok",
                           "New 0",
                           "new",
                           "new ",
                           "new none",
                           "new -1",
                           "new -0",
                           "new +1",
                           "new 01",
                           "new 2147483648",
                           "new 99999999999999999999",
                           "new 0x1",
                           "new 1.0",
                           "new 0 ",
                           "new  0",
                           " new 0",
                           "new 0 0",
                           "new 0 raised",
                           "got",
                           "got nothing",
                           "got none 1",
                           "end none",
                           "end 0 raise",
                           "end 0 raised ",
                           "end 0 raised raised",
                           "end raised",
                           "collect",
                           "collect 3",
                           "collect 2 ",
                           "collect 2 automatic",
                           "done",
                           "done none",
                           "tracked 1",
                           "tracked 1 3",
                           "tracked none 1",
                           "tracked 1 2 3",
                           "failed 0",
                           "failed ",
                           "> new 0",
                           "new 0\r",
                           "new\t0"}) {
    Event event = Event::Done(42);
    const std::string error = ParseEvent(text, &event);
    EXPECT_NE(error, "") << text;
    EXPECT_EQ(error.find('\n'), std::string::npos);
    EXPECT_EQ(event, Event::Done(42)) << text;
  }
}

TEST(EventText, ErrorsQuoteWhatWasWrittenAndSayWhatWouldBeRight) {
  Event event;
  EXPECT_EQ(ParseEvent("tracked 1", &event), "\"tracked 1\" is not of the form `tracked I G`");
  EXPECT_EQ(ParseEvent("end 1 raise", &event),
            "\"end 1 raise\" is not of the form `end I [raised]`");
  EXPECT_EQ(ParseEvent("be\tgone", &event), "\"be?gone\" is not an event");
  EXPECT_EQ(ParseEvent(std::string(1000, 'x'), &event),
            "\"" + std::string(40, 'x') + "...\" is not an event");
}

}  // namespace
}  // namespace ouro
