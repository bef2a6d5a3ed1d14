#include "sql/postgres_parser.hpp"

#include <atomic>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <pg_query.h>

namespace {

thread_local std::jmp_buf* way_back = nullptr;

[[noreturn]] void leave() {
    if (way_back == nullptr) std::abort();
    std::longjmp(*way_back, 1);  // NOLINT(cert-err52-cpp): over frames of C only
}

}  // namespace

// The names that libpg_query's exit, abort and fwrite are given when it is linked.
extern "C" [[noreturn]] void guard_pg_query_exit(int /*status*/) {
    leave();
}
extern "C" [[noreturn]] void guard_pg_query_abort() {
    leave();
}

/// What it would print (statistics of its memory, when that runs out) is nobody's business.
extern "C" std::size_t guard_pg_query_fwrite(const void* /*data*/, std::size_t /*size*/, std::size_t count,
                                             std::FILE* /*stream*/) {
    return count;
}

namespace migration_guard::sql {
namespace {

std::atomic<bool> broken{false};

/// No object with a destructor may live here: libpg_query can come back by longjmp.
bool call(const char* statement, PgQueryParseResult* result) {
    std::jmp_buf here;
    if (setjmp(here) != 0) {  // NOLINT(cert-err52-cpp)
        way_back = nullptr;
        return false;
    }
    way_back = &here;
    *result = pg_query_parse(statement);
    way_back = nullptr;
    return true;
}

struct Free {
    void operator()(PgQueryParseResult* result) const { pg_query_free_parse_result(*result); }
};

std::string why_not_tried(std::string_view statement, std::size_t tokens) {
    if (broken) return "the parser ran out of memory before";
    if (statement.size() > most_parsed_bytes || tokens > most_parsed_tokens) return "statement too long for the parser";
    if (statement.find('\0') != std::string_view::npos) return "NUL byte in the script";
    return "";
}

}  // namespace

ParsedStatement parse_with_postgres(std::string_view statement, std::size_t tokens) {
    if (auto reason = why_not_tried(statement, tokens); !reason.empty()) return {{}, std::move(reason)};
    const std::string terminated(statement);
    PgQueryParseResult result{};
    if (!call(terminated.c_str(), &result)) {
        broken = true;
        return {{}, "the parser ran out of memory"};
    }
    const std::unique_ptr<PgQueryParseResult, Free> owner(&result);
    if (result.error != nullptr) return {{}, result.error->message != nullptr ? result.error->message : "refused"};
    if (result.parse_tree == nullptr) return {{}, "the parser ran out of memory"};
    return {result.parse_tree, {}};
}

}  // namespace migration_guard::sql
