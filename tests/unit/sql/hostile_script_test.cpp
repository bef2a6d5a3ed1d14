// Scripts that are out to crash, hang or stop the process: the guard is process 1 and must outlive them all.

#include "sql/postgres_parser.hpp"
#include "sql/read_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <set>
#include <string>

#include <alloca.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace migration_guard {
namespace {

using testing::HasSubstr;

std::string repeated(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += piece;
    return out;
}

struct Nesting {
    std::string_view open;
    std::string_view close;
};

/// Expressions that nest as deep as they are long, to either side.
constexpr Nesting nestings[] = {
    {"(", ")"},
    {"SELECT(", ")"},
    {"1+", ""},
    {"", "+1"},
    {"", " UNION SELECT 1"},
    {"", "::a"},
    {"", "[1]"},
    {"- ", ""},
    {"NOT ", ""},
    {"CASE WHEN ", " THEN 1 END"},
    {"", " IS NULL"},
    {"ARRAY[", "]"},
    {"ROW(", ")"},
    {"f(", ")"},
    {"", " AND true"},
    {"", " COLLATE b"},
    {"", " IN (1)"},
    {"", ".b"},
    {"(SELECT 1 WHERE ", ")"},
};

TEST(HostileScript, NestsAsDeepAsItLikes) {
    for (const auto& [open, close] : nestings)
        for (const std::size_t depth : {1'400U, 20'000U}) {
            const std::string sql = "CREATE TABLE t (a int DEFAULT " + repeated(open, depth) + "1" +
                                    repeated(close, depth) + "); CREATE VIEW v AS SELECT 1";
            const auto script = read_script(sql);
            EXPECT_FALSE(script.effects.empty()) << open << "..." << close << " " << depth;
        }
}

TEST(HostileScript, IsReadTolerantlyWhenItIsTooLongForTheParser) {
    const std::string columns = repeated("c int, ", sql::most_parsed_tokens);
    const auto script = read_script("CREATE TABLE t (" + columns + "last int)");
    EXPECT_FALSE(script.parsed);
    EXPECT_THAT(script.parse_error, HasSubstr("too long"));
    EXPECT_EQ(script.effects.size(), sql::most_parsed_tokens + 2);
}

TEST(HostileScript, HasBytesThatAreNoText) {
    using namespace std::literals;
    const auto nul = "CREATE TABLE a (b int); CREATE TABLE c\0d (e int)"s;
    EXPECT_FALSE(read_script(nul).parsed);
    EXPECT_NO_THROW(read_script("CREATE TABLE \"\xFF\xC3\" (\xE2\x82 int)"));
    EXPECT_NO_THROW(read_script("ALTER TYPE e ADD VALUE '\xF0\x9F'"));
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    EXPECT_NO_THROW(read_script(all + " CREATE TABLE t (a int);" + all));
}

TEST(HostileScript, ComesInNoTimeHoweverLong) {
    for (const std::string_view piece :
         {"CREATE TABLE t (a int); ", "DO $$ CREATE $$; ", "CREATE SCHEMA a CREATE ", "DO 'EXECUTE ''DO ",
          "ALTER TABLE t ADD ", "SELECT INTO ", "BEGIN; ROLLBACK;"}) {
        const std::string sql = repeated(piece, 60'000 / piece.size());
        const auto start = std::chrono::steady_clock::now();
        read_script(sql);
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << piece;
    }
}

#if !defined(__SANITIZE_ADDRESS__)

std::size_t address_space_in_use() {
    std::size_t pages = 0;
    if (FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

enum Ending { parsed = 0, refused_by_parser, left_through_exit, bad_alloc_thrown };

Ending parse_twice(const std::string& sql) {
    try {
        const auto first = sql::parse_with_postgres(sql, 1);
        sql::parse_with_postgres(sql, 1);
        if (first.error.empty()) return parsed;
        return first.error == "the parser ran out of memory" ? left_through_exit : refused_by_parser;
    } catch (const std::bad_alloc&) {
        return bad_alloc_thrown;
    }
}

/// Takes what earlier tests freed, so that only what the limit allows is left.
void eat_free_memory() {
    for (std::size_t size = 64U * 1024; size >= 16; size /= 4)
        while (std::malloc(size) != nullptr) {
        }
}

/// A stack grows within the same limit, and one that cannot grow is a SIGSEGV that no program can answer: the test is
/// about the heap, so the pages that the parser may need are there before the limit comes.
void have_the_stack_ready() {
    constexpr std::size_t deepest = 4U * 1024 * 1024;
    constexpr std::size_t page = 4096;
    auto* const stack = static_cast<volatile char*>(alloca(deepest));
    for (std::size_t at = 0; at < deepest; at += page) stack[deepest - 1 - at] = 0;
}

/// In a child with that much memory left. -1 when the child did not end by itself.
int ending_with_memory_left(const std::string& sql, std::size_t bytes) {
    const pid_t child = fork();
    if (child == 0) {
        have_the_stack_ready();
        const std::size_t used = address_space_in_use();
        const rlimit nothing_more{used, RLIM_INFINITY};
        setrlimit(RLIMIT_AS, &nothing_more);
        eat_free_memory();
        const rlimit limit{used + bytes, RLIM_INFINITY};
        setrlimit(RLIMIT_AS, &limit);
        _exit(10 + parse_twice(sql));
    }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) - 10 : -1;
}

// libpg_query calls exit() when memory runs out where it has no handler: while it prints the tree.
TEST(HostileScript, FindsNoMemoryLeft) {
    const std::string sql = "CREATE TABLE t (a int DEFAULT 1" + repeated(" + 1", 1'400) + ")";
    std::set<int> endings;
    for (std::size_t bytes = 0; bytes < 3'000'000; bytes += 150'000)
        endings.insert(ending_with_memory_left(sql, bytes));
    EXPECT_THAT(endings, testing::IsSubsetOf({parsed, refused_by_parser, left_through_exit, bad_alloc_thrown}));
    // Where exactly memory runs out differs from run to run: only that both ways out are taken is certain.
    EXPECT_THAT(endings, testing::IsSupersetOf({parsed, left_through_exit}));
}

#endif

}  // namespace
}  // namespace migration_guard
