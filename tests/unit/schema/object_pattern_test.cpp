// ignoreObjects: what a pattern covers, and what is no pattern.

#include "schema/object_pattern.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

struct Covers {
    std::string pattern;
    std::string schema;
    std::string object;
    std::string member;  ///< empty: the object itself
    bool covered;
};

void PrintTo(const Covers& c, std::ostream* out) {
    *out << c.pattern << " on " << c.schema << " " << c.object << " " << c.member;
}

class Patterns : public ::testing::TestWithParam<Covers> {};

TEST_P(Patterns, cover_objects) {
    const Covers& c = GetParam();
    const auto pattern = ObjectPattern::read(c.pattern, "public");
    ASSERT_TRUE(pattern.has_value());
    const bool covered =
        c.member.empty() ? pattern->covers(c.schema, c.object) : pattern->covers(c.schema, c.object, c.member);
    EXPECT_EQ(covered, c.covered);
}

INSTANTIATE_TEST_SUITE_P(
    IgnoreObjects, Patterns,
    ::testing::Values(
        Covers{"auth.*", "auth", "users", "", true}, Covers{"auth.*", "auth", "users", "id", true},
        Covers{"auth.*", "auth2", "users", "", false}, Covers{"auth.*", "public", "auth", "", false},
        Covers{"public.User", "public", "User", "", true}, Covers{"public.User", "public", "User", "id", true},
        Covers{"public.User", "public", "user", "", false}, Covers{"public.User", "public", "UserX", "", false},
        Covers{"public.User.old", "public", "User", "old", true},
        Covers{"public.User.old", "public", "User", "", false},
        Covers{"public.User.old", "public", "User", "older", false}, Covers{"User", "public", "User", "", true},
        Covers{"User", "app", "User", "", false}, Covers{"User", "public", "User", "c", true},
        Covers{"*.*", "any", "thing", "", true}, Covers{"*", "public", "thing", "", true},
        Covers{"*", "app", "thing", "", false}, Covers{"*.User.*", "app", "User", "c", true},
        Covers{"*.User.*", "app", "User", "", false}, Covers{"public.audit_*", "public", "audit_log", "", true},
        Covers{"public.audit_*", "public", "audit_", "", true}, Covers{"public.audit_*", "public", "audit", "", false},
        Covers{"public.*_log", "public", "a_log_log", "", true}, Covers{"public.a*b*c", "public", "abbc", "", true},
        Covers{"public.a*b*c", "public", "acb", "", false}, Covers{"public.**", "public", "x", "", true},
        Covers{"public.\"a.b\"", "public", "a.b", "", true}, Covers{"public.\"a*\"", "public", "ab", "", false},
        Covers{"public.\"a*\"", "public", "a*", "", true}, Covers{"\"a.b\"", "public", "a.b", "", true},
        Covers{"\"s\".\"t\".\"c\"\"d\"", "s", "t", "c\"d", true},
        Covers{"public.Ünï*", "public", "Ünïcode", "", true}));

TEST(Patterns, other_texts_are_refused) {
    for (const std::string text :
         {"", ".", "a.", ".a", "a..b", "a.b.c.d", "\"", "\"a", "\"a\"b", "a\"b", "a.\"b\"c", "\"\""}) {
        EXPECT_FALSE(ObjectPattern::read(text, "public").has_value()) << text;
    }
}

TEST(Patterns, many_stars_cost_no_time) {
    std::string stars = "public.";
    for (int i = 0; i < 2'000; ++i) {
        stars += "*a";
    }
    const auto pattern = ObjectPattern::read(stars + "b", "public");
    ASSERT_TRUE(pattern.has_value());
    EXPECT_FALSE(pattern->covers("public", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace migration_guard
