// The text of events, as it stands behind `> ` in traces and in the line protocol: `new 0`,
// `got none`, `end 3 raised`, `collect 2 auto`, `tracked 4 1`.
//
// Place: beside collector.h, for those who write or read events: trial, trace, collector/process.

#ifndef MODEL_EVENT_TEXT_H_
#define MODEL_EVENT_TEXT_H_

#include <string>
#include <string_view>

#include "model/collector.h"

namespace ouro {

// The one written form of an event, without `> `, indentation or line end.
std::string Print(const Event& event);

// Reads exactly what Print writes: single spaces, no more words, numbers from 0 to 2^31 - 1 without
// leading zeros, generations from 0 to 2.
// Returns "" and sets *event, or returns what is wrong, in one line, and leaves *event alone.
std::string ParseEvent(std::string_view text, Event* event);

}  // namespace ouro

#endif  // MODEL_EVENT_TEXT_H_
