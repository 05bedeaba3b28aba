// SPDX-License-Identifier: Apache-2.0

#include "fuzz/power/power_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "model/check.h"

namespace ouro {
namespace {

// Of the drawing, and of the area within its axes. In pixels.
constexpr double kWidth = 760;
constexpr double kHeight = 460;
constexpr double kLeft = 68;
constexpr double kRight = 724;
constexpr double kTop = 84;
constexpr double kBottom = 400;

// Dashes tell engines apart without colors. The colors are those of Okabe and Ito, which
// color-blind readers do not confuse.
struct Style {
  const char* color;
  const char* dashes;
};
Style StyleOf(Engine engine) {
  switch (engine) {
    case Engine::kRandom:
      return {"#0072b2", "none"};
    case Engine::kUniform:
      return {"#d55e00", "9 4"};
    case Engine::kLibFuzzer:
      break;
  }
  return {"#009e73", "2 3"};
}

// "10 ms", "5 s"
std::string Duration(double seconds) {
  return seconds < 0.9995 ? fmt::format("{:g} ms", seconds * 1000) : fmt::format("{:g} s", seconds);
}

// One of 1, 2, 5, 10, 20, ...: the step of an axis with about five labels up to `size`.
size_t Step(size_t size) {
  size_t step = 1;
  for (size_t factor = 0; step * 5 < size; ++factor)
    step = factor % 3 == 1 ? step / 2 * 5 : step * 2;
  return step;
}

class Drawing {
 public:
  Drawing(const std::vector<Score>& scores, double limit)
      : scores_(scores), totals_(Totals(scores)), last_(limit) {
    double least = limit / 10;
    for (const Total& total : totals_) {
      mutants_ = std::max(mutants_, total.mutants);
      if (!total.seconds.empty()) least = std::min(least, total.seconds[0]);
    }
    first_ = std::pow(10, std::floor(std::log10(std::max(least, 1e-6))));
  }

  std::string Draw() {
    Begin();
    TimeAxis();
    CountAxis();
    for (const Total& total : totals_) Curve(total);
    Legend();
    return text_ + "</svg>\n";
  }

 private:
  template <class... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }

  double X(double seconds) const {
    const double part = std::log(std::clamp(seconds, first_, last_) / first_);
    return kLeft + (kRight - kLeft) * part / std::log(last_ / first_);
  }
  double Y(size_t count) const {
    const double part = static_cast<double>(count) / static_cast<double>(mutants_);
    return kBottom - (kBottom - kTop) * part;
  }

  std::string Seeds() const {
    const auto [least, most] =
        std::minmax_element(scores_.begin(), scores_.end(),
                            [](const Score& a, const Score& b) { return a.seeds < b.seeds; });
    if (least->seeds == most->seeds) {
      return fmt::format("{} seed{}", most->seeds, most->seeds == 1 ? "" : "s");
    }
    return fmt::format("{} to {} seeds", least->seeds, most->seeds);
  }

  void Begin() {
    Add(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0:.0f}" height="{1:.0f}" )"
        R"(viewBox="0 0 {0:.0f} {1:.0f}" role="img" font-family="Helvetica, Arial, sans-serif" )"
        R"(font-size="13" fill="#222">)",
        kWidth, kHeight);
    const std::string title =
        fmt::format("How soon each engine finds {} mutant{}", mutants_, mutants_ == 1 ? "" : "s");
    Add("<title>{}</title>", title);
    Add(R"(<rect width="100%" height="100%" fill="#fff"/>)");
    Add(R"(<text x="{:.0f}" y="30" font-size="17" font-weight="bold">{}</text>)", kLeft, title);
  }

  void TimeAxis() {
    for (double decade = first_; decade < last_ * 1.0001; decade *= 10) {
      for (int digit = 1; digit < 10 && decade * digit < last_ * 1.0001; ++digit) {
        Add(R"(<path d="M{0:.1f} {1:.0f}V{2:.0f}" stroke="{3}"/>)", X(decade * digit), kTop,
            kBottom, digit == 1 ? "#d4d4d4" : "#f0f0f0");
      }
      if (X(last_) - X(decade) > 1 && X(last_) - X(decade) < 45) continue;  // room for the limit
      TimeLabel(decade);
    }
    if (std::abs(std::remainder(std::log10(last_ / first_), 1)) > 1e-6) TimeLabel(last_);
    Add(R"(<text x="{:.0f}" y="444" text-anchor="middle">time to kill, logarithmic; )"
        "median over {}; at most {}</text>",
        (kLeft + kRight) / 2, Seeds(), Duration(last_));
  }

  void TimeLabel(double seconds) {
    Add(R"(<text x="{:.1f}" y="{:.0f}" text-anchor="middle">{}</text>)", X(seconds), kBottom + 20,
        Duration(seconds));
  }

  void CountAxis() {
    const size_t step = Step(mutants_);
    for (size_t count = 0; count <= mutants_; ++count) {
      // The label of the maximum is always drawn; others keep away from it.
      const bool fits = count % step == 0 && Y(count) - Y(mutants_) > 18;
      if (!fits && count != mutants_) continue;
      Add(R"(<path d="M{:.0f} {:.1f}H{:.0f}" stroke="#d4d4d4"/>)", kLeft, Y(count), kRight,
          Y(count));
      Add(R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 8, Y(count) + 4.5,
          count);
    }
    Add(R"svg(<text transform="translate(22 {:.0f}) rotate(-90)" text-anchor="middle">)svg"
        "mutants found</text>",
        (kTop + kBottom) / 2);
    Add(R"(<path d="M{0:.0f} {1:.0f}V{2:.0f}H{3:.0f}" fill="none" stroke="#222"/>)", kLeft, kTop,
        kBottom, kRight);
  }

  // Begins with the first mutant found: before that, all curves coincide.
  void Curve(const Total& total) {
    if (total.seconds.empty()) return;
    std::string path = fmt::format("M{:.1f} {:.1f}", X(total.seconds[0]), Y(0));
    for (size_t i = 0; i < total.seconds.size(); ++i) {
      path += fmt::format("H{:.1f}V{:.1f}", X(total.seconds[i]), Y(i + 1));
    }
    path += fmt::format("H{:.1f}", X(last_));
    Stroke(path, total.engine);
  }

  void Stroke(const std::string& path, Engine engine) {
    const Style style = StyleOf(engine);
    Add(R"(<path d="{}" fill="none" stroke="{}" stroke-width="2.5" stroke-linejoin="round" )"
        R"(stroke-dasharray="{}"/>)",
        path, style.color, style.dashes);
  }

  void Legend() {
    double x = kLeft;
    for (const Total& total : totals_) {
      Stroke(fmt::format("M{:.1f} 56H{:.1f}", x, x + 44), total.engine);
      Add(R"(<text x="{:.1f}" y="60.5">{}: {} of {}</text>)", x + 52, Name(total.engine),
          total.seconds.size(), total.mutants);
      x += (kRight - kLeft) / 3;
    }
  }

  const std::vector<Score>& scores_;
  const std::vector<Total> totals_;
  size_t mutants_ = 0;
  double first_ = 0;  // seconds at the left end
  const double last_;
  std::string text_;
};

}  // namespace

std::string PowerPlot(const std::vector<Score>& scores, double limit) {
  CHECK(!scores.empty());
  return Drawing(scores, limit).Draw();
}

}  // namespace ouro
