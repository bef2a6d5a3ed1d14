#include "prisma/checksum.hpp"

#include <gtest/gtest.h>

namespace migration_guard::prisma {
namespace {

TEST(Checksum, IsSha256InLowerCaseHex) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Checksum, VariantsFollowPrismasReplacements) {
    const auto lf = checksums_of("a\nb\n");
    EXPECT_EQ(lf.as_is, sha256("a\nb\n"));
    EXPECT_EQ(lf.lf, lf.as_is);
    EXPECT_EQ(lf.crlf, sha256("a\r\nb\r\n"));
    const auto crlf = checksums_of("a\r\nb\n");
    EXPECT_EQ(crlf.as_is, sha256("a\r\nb\n"));
    EXPECT_EQ(crlf.lf, sha256("a\nb\n"));
    EXPECT_EQ(crlf.crlf, sha256("a\r\r\nb\r\n")) << "an existing \\r\\n becomes \\r\\r\\n";
}

TEST(Checksum, LoneCarriageReturnsAndByteOrderMarksStay) {
    EXPECT_EQ(checksums_of("a\rb").lf, sha256("a\rb"));
    EXPECT_EQ(checksums_of("\xef\xbb\xbfselect 1;").as_is, sha256("\xef\xbb\xbfselect 1;"));
    EXPECT_NE(checksums_of("\xef\xbb\xbfselect 1;").as_is, sha256("select 1;"));
}

TEST(Checksum, MatchesWhatTheLedgerRecorded) {
    const auto sums = checksums_of("create table a();\r\n");
    EXPECT_TRUE(matches(sums, sha256("create table a();\r\n")));
    EXPECT_TRUE(matches(sums, sha256("create table a();\n")));
    EXPECT_FALSE(matches(sums, sha256("create table b();\n")));
}

}  // namespace
}  // namespace migration_guard::prisma
