// What is shown on top of a campaign's folder: `stats.json` and `plot_data` are links to the
// numbers of the specimen that runs there, or ran last. The numbers of each specimen have a file of
// their own in work/, which nobody else touches, so a change of specimen moves nothing.
//
// Place: part of the records.

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

// Of the files "stats", ".json" and "plot_data", "" of the campaign with that number, from 1.
StatsLink StatsLinkOf(const std::string& out, const std::string& specimen, int number,
                      const std::string& name, const std::string& suffix);

// The steps that make what is on top show that specimen, one change of the disk each. Whoever is
// killed between two of them, or in one, has lost nothing: whichever specimen comes next finds its
// numbers. A plain file on top, which an older version has left or a copy has made of a link, is
// taken to be its specimen's. What is neither a plain file nor a link of ours, a pipe that somebody
// reads, stays.
std::vector<std::function<std::string()>> StepsToLink(const std::string& out,
                                                      const std::string& specimen, int number);

// Whether what is on top is somebody else's: a pipe, or a link to elsewhere.
bool IsForeign(const StatsLink& file);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_STATS_LINK_H_
