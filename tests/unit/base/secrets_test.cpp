#include "base/secrets.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Masked {
    std::string text;
    std::string expected;
};

class MaskCredentials : public testing::TestWithParam<Masked> {};

TEST_P(MaskCredentials, hides_the_password_and_keeps_the_rest) {
    EXPECT_EQ(mask_credentials(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, MaskCredentials,
    testing::Values(
        Masked{"", ""}, Masked{"nothing here", "nothing here"},
        Masked{"postgresql://app:s3cret@db:5432/app", "postgresql://app:***@db:5432/app"},
        Masked{"at postgres://app:s3cret@db/app, then", "at postgres://app:***@db/app, then"},
        Masked{"two: postgres://a:x@h/1 postgres://b:y@h/2", "two: postgres://a:***@h/1 postgres://b:***@h/2"},
        Masked{"postgresql://app@db/app", "postgresql://app@db/app"},
        Masked{"postgresql://db:5432/app", "postgresql://db:5432/app"},
        Masked{"postgresql://app:p@ss/w@rd@db/app", "postgresql://app:***@db/app"},
        Masked{"postgresql://app:pa ss\"w@db/app", "postgresql://app:***@db/app"},
        Masked{"\"postgresql://app:x@db/app\"", "\"postgresql://app:***@db/app\""},
        Masked{"prisma+postgres://accelerate/?api_key=abc.def&x=1", "prisma+postgres://accelerate/?api_key=***&x=1"},
        Masked{"https://ghp_token@github.com/x", "https://***@github.com/x"},
        Masked{"https://prisma.io/docs and me@x.y", "https://prisma.io/docs and me@x.y"},
        Masked{"postgresql://u@h/d?sslpassword=hush&sslmode=require",
               "postgresql://u@h/d?sslpassword=***&sslmode=require"},
        Masked{"host=db password=hush dbname=x", "host=db password=*** dbname=x"},
        Masked{"host=db PASSWORD='two words' dbname=x", "host=db PASSWORD=*** dbname=x"},
        Masked{"nopassword=1 passwords=2 password=", "nopassword=1 passwords=2 password="}));

TEST(Secrets, hides_a_password_in_every_spelling) {
    Secrets secrets;
    secrets.add("p@ss/w\"rd");
    EXPECT_EQ(secrets.mask("raw p@ss/w\"rd, in JSON p@ss/w\\\"rd"), "raw ***, in JSON ***");
    EXPECT_EQ(secrets.mask("p%40ss%2Fw%22rd p%40ss%2fw%22rd"), "*** ***");
}

TEST(Secrets, hides_a_long_password_inside_a_word_and_a_short_one_only_alone) {
    Secrets secrets;
    secrets.add("0123456789abcdef");
    secrets.add("main");
    EXPECT_EQ(secrets.mask("x0123456789abcdefx"), "x***x");
    EXPECT_EQ(secrets.mask("remaining main, domain"), "remaining ***, domain");
}

TEST(Secrets, leaves_words_alone_that_the_log_shows_by_contract) {
    Secrets secrets;
    secrets.add("postgres");
    secrets.allow("postgres");
    EXPECT_EQ(secrets.mask("user=postgres postgresql://postgres:postgres@db/postgres"),
              "user=postgres postgresql://postgres:***@db/postgres");
}

TEST(Secrets, does_not_make_text_unreadable_for_an_empty_or_tiny_password) {
    Secrets secrets;
    secrets.add("");
    secrets.add("ab");
    EXPECT_EQ(secrets.mask("about ab"), "about ab");
}

TEST(Secrets, a_longer_secret_goes_before_one_that_it_contains) {
    Secrets secrets;
    secrets.add("correcthorse");
    secrets.add("correcthorsebattery");
    EXPECT_THAT(secrets.mask("correcthorsebattery"), Not(HasSubstr("battery")));
}

}  // namespace
}  // namespace migration_guard
