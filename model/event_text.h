// SPDX-License-Identifier: Apache-2.0

// The text of events, as it follows `> ` in traces and in the line protocol: `new 0`, `got none`,
// `end 3 raised`, `collect 2 auto`, `tracked 4 1`. One table drives printer and parser.
//
// Place: beside collector.h, for all that write or read events: trial, trace, protocol collector.

#ifndef MODEL_EVENT_TEXT_H_
#define MODEL_EVENT_TEXT_H_

#include <string>
#include <string_view>

#include "model/collector.h"

namespace ouro {

// The canonical form of an event, without `> `, indentation or line end.
std::string Print(const Event& event);

// Accepts exactly what Print writes: single spaces, no further words, numbers from 0 to 2^31 - 1
// without leading zeros, generations from 0 to 2. So ParseEvent(Print(e)) yields e.
// Returns "" and sets *event, or returns what is wrong and leaves *event unchanged. `text` may be
// anything, of any length: an error quotes at most 40 of its characters, made printable.
std::string ParseEvent(std::string_view text, Event* event);

}  // namespace ouro

#endif  // MODEL_EVENT_TEXT_H_
