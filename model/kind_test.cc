// SPDX-License-Identifier: Apache-2.0

// What adapters say of kinds, their names, and tables of them.

#include "model/kind.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace ouro {
namespace {

TEST(KindTest, NamesAreUniqueInATable) {
  KindTable kinds;
  EXPECT_EQ(ReadKinds({"closure edge", "list node"}, &kinds), "");
  EXPECT_EQ(kinds.kinds().size(), 2u);
  EXPECT_EQ(ReadKinds({"closure edge", "closure root"}, &kinds),
            "there are two kinds closure: names are unique, whatever their places");
  EXPECT_EQ(kinds.kinds().size(), 2u);
}

TEST(KindTest, ReadsWhatItPrints) {
  for (const char* text :
       {"closure edge", "list-subclass node", "local root",
        "generator-local edge cyclic frail collects rooted pokes=64", "module node nofinal",
        "timezone edge leaks=gh-132705", "x1 edge pokes=1 leaks=new crashes=bpo-1"}) {
    KindRow kind;
    ASSERT_EQ(ReadKind(text, &kind), "") << text;
    EXPECT_EQ(Print(kind), text);
  }
}

TEST(KindTest, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"", "\"\" is not the name of a kind"},
      {"Closure edge", "\"Closure\" is not the name of a kind"},
      {"none edge", "\"none\" is not the name of a kind"},
      {"a- edge", "\"a-\" is not the name of a kind"},
      {"closure", "the kind closure has no place: edge, node or root"},
      {"closure slot", "the kind closure has no place: edge, node or root"},
      {"closure edge lazy", "the kind closure: \"lazy\" is no promise of a kind"},
      {"closure edge pokes=65", "the kind closure: `pokes` is a number up to 64"},
      {"closure edge pokes=x", "the kind closure: `pokes` is a number up to 64"},
      {"closure edge leaks=", "the kind closure: \"leaks=\" is no promise of a kind"},
  };
  for (const auto& [text, wrong] : kWrong) {
    KindRow kind;
    EXPECT_EQ(ReadKind(text, &kind), wrong);
    EXPECT_EQ(kind.id, kPlain);
  }
}

TEST(KindTest, NamesHaveNumbers) {
  const KindId id = InternKind("some-kind");
  EXPECT_NE(id, kPlain);
  EXPECT_EQ(InternKind("some-kind"), id);
  EXPECT_EQ(KindName(id), "some-kind");
  EXPECT_EQ(KindName(kPlain), "plain");
  EXPECT_EQ(KindName(kMaxKinds), "plain");
}

TEST(KindTest, ATableFindsWhatItHas) {
  std::vector<KindRow> kinds(3);
  ASSERT_EQ(ReadKind("b-kind edge", &kinds[0]), "");
  ASSERT_EQ(ReadKind("a-kind root", &kinds[1]), "");
  ASSERT_EQ(ReadKind("b-kind node", &kinds[2]), "");
  const KindTable table(kinds);
  ASSERT_EQ(table.kinds().size(), 2u);
  EXPECT_EQ(table.Find(InternKind("b-kind"))->place, KindRow::Place::kEdge);
  EXPECT_EQ(table.Find(InternKind("a-kind"))->place, KindRow::Place::kRoot);
  EXPECT_EQ(table.Find(InternKind("c-kind")), nullptr);
  EXPECT_EQ(table.Find(kPlain), nullptr);
}

}  // namespace
}  // namespace ouro
