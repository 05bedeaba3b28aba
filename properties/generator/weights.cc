// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/weights.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace ouro {
namespace {

constexpr int kMostWeight = 1000;

// Calls visit(group, name, weight) for each weight that has a name.
template <typename AnyWeights, typename Visit>
void ForEach(AnyWeights& weights, Visit visit) {
  for (auto& row : weights.choices) visit("choice", row.name, row.of[0]);
  for (auto& row : weights.shapes) visit("shape", row.name, row.of[0]);
  for (auto& weight : weights.scripts) visit("script", weight.name, weight.value);
  for (auto& weight : weights.sizes) visit("size", weight.name, weight.value);
  for (auto& weight : weights.chances) visit("chance", weight.name, weight.value);
}

std::string ReadLine(std::string_view line, Weights* weights) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return "is not GROUP NAME NUMBER";
  const std::string_view group = line.substr(0, first);
  const std::string_view name = line.substr(first + 1, last - first - 1);
  const std::string_view number = line.substr(last + 1);
  int value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  const int most = group == "chance" ? 100 : kMostWeight;
  if (error != std::errc() || end != number.data() + number.size() || value < 0 || value > most) {
    return fmt::format("{} is no number from 0 to {}", number, most);
  }
  bool found = false;
  ForEach(*weights, [&](std::string_view its_group, std::string_view its_name, int& weight) {
    if (its_group != group || its_name != name) return;
    weight = value;
    found = true;
  });
  return found ? "" : fmt::format("there is no weight {} {}", group, name);
}

}  // namespace

// clang-format off
const Weights kTunedWeights = {
    .choices = {{
        //                 all  free unc  dtor weak coll
        {"node",          {  6,   8,   6,   8,   6,   8}},
        {"leaf",          {  1,   2,   0,   0,   0,   1}},
        {"weak",          {  5,   0,   2,   2,  10,   2}},
        {"copy",          {  4,   6,   3,   3,   3,   3}},
        {"load",          {  4,   6,   4,   4,   3,   3}},
        {"deref",         {  6,   0,   1,   1,  10,   1}},
        {"store",         { 10,  14,  10,  10,   8,   8}},
        {"empty-slot",    {  4,   6,   4,   4,   3,   3}},
        {"drop",          {  6,  14,  10,  12,  10,   8}},
        {"collect",       {  5,   3,   6,   3,   5,  12}},
        {"threshold",     {  2,   1,   1,   1,   1,   5}},
        {"switch",        {  1,   0,   0,   0,   0,   4}},
        {"saveall",       {  1,   0,   3,   0,   0,   1}},
        {"take-garbage",  {  4,   0,   8,   2,   1,   1}},
        {"clear-garbage", {  2,   0,   6,   1,   1,   1}},
        {"census",        {  3,   1,   1,   1,   1,   6}},
        {"fail",          {  2,   1,   1,   1,   1,   2}},
        {"shape",         {  8,   8,  10,  10,  10,   8}},
        {"map",           {  3,   3,   2,   2,   3,   3}},
        {"put",           {  8,   8,   6,   6,   8,   8}},
        {"lookup",        {  4,   3,   2,   2,   4,   3}},
        {"remove",        {  2,   2,   1,   1,   2,   2}},
        {"dispose",       {  4,   2,   4,   8,   3,   2}},
        {"push",          {  8,   8,   6,   8,   6,   8}},
        {"pop",           { 23,   8,   6,   8,   6,   8}},
        {"node-with",     { 28,   8,   6,   8,   6,   8}},
        {"clear",         {  4,   5,   3,   5,   3,   4}},
        {"copy-slots",    {  6,   6,   5,   5,   4,   6}},
        {"weak-with",     {  4,   2,   2,   2,   8,   3}},
        {"step",          { 12,   8,  10,   8,  10,  16}},
    }},
    .shapes = {{
        {"ring",          { 16,  30,  30,  20,  30,  30}},
        {"tree",          {  2,  10,   0,   6,   0,   2}},
        {"audience",      {  2,   0,   0,   2,  12,   0}},
        {"rescue",        {  2,   4,   0,   8,   8,   0}},
        {"phoenix",       {  2,   4,   4,  12,   2,   2}},
        {"hanging",       {  2,   6,   8,   6,   0,   2}},
        {"old-trash",     {  2,   8,   0,   0,   0,   8}},
        {"meddler",       {  3,   4,   4,  12,   6,   4}},
        {"release",       {  1,   2,  12,   4,   2,   0}},
        {"release-saved", {  2,   2,   8,   0,   2,   0}},
        {"witness",       {  2,   0,   8,   0,  10,   0}},
        {"fading",        {  2,   2,   0,   0,  10,   2}},
        {"crowd",         {  2,   0,   0,   0,   0,  12}},
        {"borrow",        {  1,   0,   0,   0,   6,   4}},
        {"ephemeron",     {  8,   8,   6,   6,   6,   8}},
        {"lineage",       {  5,   6,   4,   4,   4,   6}},
        {"heir",          {  7,   2,   2,   8,   6,   2}},
        {"inquiry",       {  2,   2,   4,   8,   4,   2}},
        {"company",       {  6,   4,   2,   4,   4,   2}},
        {"ages",          {  3,   0,   0,   0,   6,   6}},
        {"displaced",     {  6,   4,   0,   8,   6,   2}},
        {"orchard",       {  2,   2,   0,   1,   0,   1}},
        {"stadium",       {  1,   0,   0,   0,   4,   0}},
        {"herd",          {  2,   2,   0,   0,   0,   1}},
        {"flood",         {  1,   2,   0,   0,   0,   1}},
        {"hoard",         {  2,   0,   3,   0,   0,   0}},
        {"burst",         {  2,   1,   1,   3,   1,   2}},
        {"late-settings", {  2,   0,   1,   1,   1,   4}},
    }},
    .scripts = {{
        {"keep-self", 20}, {"store-self", 10}, {"store-into-self", 10}, {"empty-self", 5},
        {"load-self", 10}, {"watch-self", 10}, {"deref-self", 5}, {"collect", 22}, {"raise", 6},
        {"bear", 9}, {"bear-many", 2}, {"census", 6}, {"drop", 20}, {"deref", 7},
        {"take-garbage", 6}, {"clear-garbage", 3}, {"setting", 7}, {"fail", 2}, {"any", 27},
        {"map", 40}, {"dispose", 13}, {"scope", 24}, {"fill", 30}, {"hold", 13}, {"step", 9},
    }},
    .sizes = {{
        {"0", 12}, {"1", 24}, {"2", 36}, {"3", 12}, {"4", 3}, {"5", 8}, {"6", 1}, {"7", 1},
        {"8", 3},
    }},
    .chances = {{
        {"long-program", 2}, {"scripts", 85}, {"threshold-first", 40}, {"ability", 50},
        {"few-sizes", 25}, {"unusual-number", 4}, {"observer", 20}, {"long-script", 5},
    }},
};
// clang-format on

std::string Print(const Weights& weights) {
  std::string text;
  ForEach(weights, [&text](const char* group, const char* name, int weight) {
    text += fmt::format("{} {} {}\n", group, name, weight);
  });
  return text;
}

std::string ReadWeights(std::string_view text, Weights* weights) {
  int number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::string why = ReadLine(line, weights);
    if (!why.empty()) return fmt::format("line {}: {}", number, why);
  }
  return "";
}

}  // namespace ouro
