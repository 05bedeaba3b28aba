// SPDX-License-Identifier: Apache-2.0

// A work folder is temporary, and removed with its object. It is in memory where possible, as a
// busy disk may block a worker that writes to its shared memory.
//
// Place: below what runs workers outside a campaign.

#ifndef FUZZ_WORK_FOLDER_H_
#define FUZZ_WORK_FOLDER_H_

#include <string>

namespace ouro {

class WorkFolder {
 public:
  WorkFolder() = default;
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  // Its name begins with `name`. Returns "" or why there is none. REQUIRES: it is called once.
  std::string Make(const std::string& name);
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace ouro

#endif  // FUZZ_WORK_FOLDER_H_
