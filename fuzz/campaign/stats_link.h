// SPDX-License-Identifier: Apache-2.0

// A statistics link stands on top of an output folder: `stats.json` and `plot_data` lead to the
// numbers of the specimen that runs there, or ran last. Each specimen has files of its own in
// work/, which no other touches, so a change of specimen moves no numbers.
//
// Place: part of the output folder.

#ifndef FUZZ_CAMPAIGN_STATS_LINK_H_
#define FUZZ_CAMPAIGN_STATS_LINK_H_

#include <functional>
#include <string>
#include <vector>

namespace ouro {

struct StatsLink {
  std::string link;    // "ouro-out/stats-2.json"
  std::string target;  // "ouro-out/work/liar-load-<hash>-stats-2.json"
};

// Of the file `name` + `suffix`, "stats" + ".json" or "plot_data" + "", of the number-th campaign
// in the folder, from 1.
StatsLink StatsLinkOf(const std::string& out, const std::string& specimen, int number,
                      const std::string& name, const std::string& suffix);

// The steps that make both links lead to that specimen, each one change of the disk that returns ""
// or "FILE: why". A process that is killed between two steps, or in one, has lost no numbers: the
// next campaign finds them, whatever its specimen. A plain file in place of a link, from a
// copy or an older version, becomes the numbers of the specimen that it names. What is foreign
// stays.
std::vector<std::function<std::string()>> StepsToLink(const std::string& out,
                                                      const std::string& specimen, int number);

// Whether the user has put something else in place of the link, which is then written to: a pipe,
// or a link out of the folder.
bool IsForeign(const StatsLink& file);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_STATS_LINK_H_
