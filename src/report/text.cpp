#include "base/text.hpp"
#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard::report {
namespace {

std::string line_of(const MigrationRecord& record) {
    std::string line = fmt::format("  {:<8} {}", to_text(record.state), one_line(record.name, 300));
    for (const auto finding : record.findings) line += fmt::format(" [{}]", to_text(finding));
    if (record.row && record.state == MigrationState::applied && record.row->finished_at) {
        line += "  " + record.row->finished_at->text;
    }
    if (record.row && record.state == MigrationState::failed) line += "  started " + record.row->started_at.text;
    return line + "\n";
}

/// Applied ones without a finding are only counted, beyond a screenful.
std::string migrations(const History& history) {
    constexpr std::size_t screenful = 30;
    const auto dull = [](const MigrationRecord& record) {
        return record.findings.empty() &&
               (record.state == MigrationState::applied || record.state == MigrationState::retired);
    };
    const bool brief = history.migrations.size() > screenful;
    std::string text = fmt::format("\nmigrations ({} in the image or the ledger)\n", history.migrations.size());
    for (const auto& record : history.migrations) {
        if (!(brief && dull(record))) text += line_of(record);
    }
    const auto hidden = brief ? std::ranges::count_if(history.migrations, dull) : 0;
    if (hidden != 0) text += fmt::format("  and {} applied or retired\n", hidden);
    return text;
}

std::string missing(const Outcome& outcome) {
    std::string text;
    for (const auto& object : outcome.missing) {
        if (object.need == Missing::Need::optional) continue;
        text += fmt::format("  {} {}{}{}\n", object.kind, one_line(object.object, 300),
                            object.created_by ? ", created by " + *object.created_by : ", created by no bundled migration",
                            object.need == Missing::Need::needed ? "" : " (not needed)");
    }
    return text.empty() ? text : "\nmissing in the database\n" + text;
}

}  // namespace

std::string to_text(const Outcome& outcome) {
    std::string text = fmt::format("{} ({}): {}\n", describe(outcome.code).name, number(outcome.code),
                                   one_line(outcome.message));
    if (!outcome.remedy.empty()) text += "remedy: " + one_line(outcome.remedy) + "\n";
    for (std::size_t i = 1; i < outcome.problems.size(); ++i) {
        const auto& also = outcome.problems[i];
        text += fmt::format("also {} ({}): {}\n", describe(also.code).name, number(also.code), one_line(also.message));
    }
    if (!outcome.history.migrations.empty()) text += migrations(outcome.history);
    text += missing(outcome);
    if (!outcome.warnings.empty()) text += "\nwarnings\n";
    for (const auto& warning : outcome.warnings) text += "  " + one_line(warning.text) + "\n";
    if (!outcome.smoke.empty()) text += "\nsmoke checks\n";
    for (const auto& result : outcome.smoke) {
        text += fmt::format("  {} {} ({:.1f} ms){}\n", result.ok ? "ok    " : "failed", result.name, result.ms,
                            result.error.empty() ? "" : ": " + one_line(result.error));
    }
    return text;
}

}  // namespace migration_guard::report
