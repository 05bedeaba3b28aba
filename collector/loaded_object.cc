// SPDX-License-Identifier: Apache-2.0

#include "collector/loaded_object.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace ouro {
namespace {

constexpr std::string_view kTracePc("\0__sanitizer_cov_trace_pc\0", 26);

int Append(dl_phdr_info* info, size_t, void* data) {
  auto& objects = *static_cast<std::vector<LoadedObject>*>(data);
  LoadedObject object;
  object.program = objects.empty();
  object.path = object.program ? "/proc/self/exe" : info->dlpi_name;
  object.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    object.segments.push_back({object.base + segment.p_vaddr, segment.p_memsz});
  }
  if (!object.segments.empty()) {
    object.whole.begin = object.segments.front().begin;  // they ascend
    const MemoryRange& last = object.segments.back();
    object.whole.size = last.begin + last.size - object.whole.begin;
  }
  objects.push_back(std::move(object));
  return 0;
}

// The bytes of a file, as long as this object lives. Empty if it cannot be read.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat file = {};
    if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
      const auto size = static_cast<size_t>(file.st_size);
      void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (bytes != MAP_FAILED) bytes_ = {static_cast<const char*>(bytes), size};
    }
    close(fd);
  }
  ~MappedFile() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // The bytes from there on; empty if the file has less.
  std::string_view Part(uint64_t begin, uint64_t size) const {
    if (begin > bytes_.size() || size > bytes_.size() - begin) return {};
    return bytes_.substr(begin, size);
  }

 private:
  std::string_view bytes_;
};

std::vector<ElfW(Shdr)> HeadersOf(const MappedFile& file, size_t* names) {
  std::vector<ElfW(Shdr)> headers;
  ElfW(Ehdr) head;
  const std::string_view bytes = file.Part(0, sizeof head);
  if (bytes.empty()) return headers;
  std::memcpy(&head, bytes.data(), sizeof head);
  const int own_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != own_class ||
      head.e_shentsize != sizeof(ElfW(Shdr)) || head.e_shstrndx >= head.e_shnum) {
    return headers;
  }
  const std::string_view table = file.Part(head.e_shoff, head.e_shnum * sizeof(ElfW(Shdr)));
  headers.resize(table.size() / sizeof(ElfW(Shdr)));
  if (!headers.empty()) std::memcpy(headers.data(), table.data(), table.size());
  *names = head.e_shstrndx;
  return headers;
}

}  // namespace

std::vector<LoadedObject> LoadedObjects() {
  std::vector<LoadedObject> objects;
  dl_iterate_phdr(Append, &objects);
  return objects;
}

ObjectSections SectionsOf(const LoadedObject& object) {
  ObjectSections found;
  const MappedFile file(object.path);
  size_t index = 0;
  const std::vector<ElfW(Shdr)> headers = HeadersOf(file, &index);
  if (headers.empty()) return found;
  const std::string_view names = file.Part(headers[index].sh_offset, headers[index].sh_size);
  for (const ElfW(Shdr) & header : headers) {
    if (header.sh_name >= names.size()) continue;
    const std::string_view rest = names.substr(header.sh_name);
    const std::string_view name = rest.substr(0, rest.find('\0'));
    const MemoryRange range = {object.base + header.sh_addr, header.sh_size};
    const bool loaded = std::any_of(object.segments.begin(), object.segments.end(),
                                    [&range](const auto& s) { return s.Contains(range); });
    if (!loaded) continue;
    if (name == "__sancov_cntrs") found.counters = range;
    if (name == "__sancov_pcs") found.pcs = range;
    if (name != ".dynstr") continue;
    const std::string_view strings = file.Part(header.sh_offset, header.sh_size);
    found.traces_pc = strings.find(kTracePc) != std::string_view::npos;
  }
  return found;
}

}  // namespace ouro
