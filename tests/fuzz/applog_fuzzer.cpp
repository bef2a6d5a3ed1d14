// Logs of hostile content: the scanner comes back, keeps to its bounds, and finds the same however the log is cut.

#include "applog/scan_log.hpp"
#include "base/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using migration_guard::LogFindings;
using migration_guard::LogScanner;

void demand(bool condition, std::string_view what) {
    if (!condition) {
        std::cerr << "applog_fuzzer: " << what << '\n';
        std::abort();
    }
}

LogFindings scan(std::string_view log, std::size_t piece) {
    LogScanner scanner;
    for (std::size_t at = 0; at < log.size(); at += piece) scanner.feed(log.substr(at, piece));
    return scanner.finish();
}

void check(const LogFindings& findings) {
    std::uint64_t counted = findings.left_out;
    for (const auto& group : findings.groups) {
        counted += group.count;
        demand(group.count > 0, "a group of nothing");
        demand(group.first.has_value() == group.last.has_value(), "a time without the other");
        demand(!group.first || group.first->micros <= group.last->micros, "the last before the first");
        for (const auto& text : {group.code, group.sqlstate, group.object, group.model, group.sample}) {
            demand(migration_guard::is_utf8(text), "text that is not UTF-8");
            demand(text.size() <= 300, "text without a bound");
            demand(text.find('\n') == std::string::npos && text.find('\x1B') == std::string::npos,
                   "text of several lines");
        }
    }
    demand(counted == findings.errors, "errors lost");
    demand(findings.groups.size() <= LogScanner::most_groups, "groups without a bound");
    for (const auto& group : findings.groups) static_cast<void>(cause_of(group));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string log(bytes, bytes + size);
    const LogFindings whole = scan(log, log.size() + 1);
    check(whole);
    demand(whole.bytes == log.size(), "bytes lost");
    const LogFindings pieces = scan(log, 1 + size % 61);
    demand(pieces.errors == whole.errors && pieces.groups.size() == whole.groups.size(),
           "found something else in pieces");
    return 0;
}
