// SPDX-License-Identifier: Apache-2.0

#include "fuzz/report/page.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fuzz/report/page_text.h"
#include "model/check.h"

namespace ouro {
namespace {

constexpr std::string_view kTitle = "@TITLE@";
constexpr std::string_view kData = "@DATA@";

void AppendText(std::string_view text, std::string* html) {
  for (const char c : text) {
    switch (c) {
      case '&':
        *html += "&amp;";
        break;
      case '<':
        *html += "&lt;";
        break;
      default:
        *html += c;
    }
  }
}

// A browser ends the element of the data at `</script`, and reads on after `<!--` as if it did not.
// Such a `<` is in a string of the JSON, as no other place has any.
void AppendData(std::string_view json, std::string* html) {
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i);
    if (rest.starts_with("</")) {
      *html += "<\\/";
      ++i;
    } else if (rest.starts_with("<!--")) {
      *html += "\\u003c";
    } else {
      *html += json[i];
    }
  }
}

std::string TitleOf(const std::string& json) {
  const nlohmann::json data = nlohmann::json::parse(json, nullptr, false);
  CHECK(data.is_object());
  const auto title = data.find("title");
  return title != data.end() && title->is_string() ? title->get<std::string>() : "a report";
}

}  // namespace

std::string MakePage(const std::string& json) {
  const std::string text = PageText();
  if (text.empty()) return "";
  const std::size_t title = text.find(kTitle);
  const std::size_t data = text.find(kData);
  CHECK(title < data && data < text.size());
  std::string html = text.substr(0, title);
  AppendText(TitleOf(json) + " – Ouroboros", &html);
  html += text.substr(title + kTitle.size(), data - title - kTitle.size());
  AppendData(json, &html);
  html += text.substr(data + kData.size());
  return html;
}

}  // namespace ouro
