#include "base/text.hpp"
#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard::report {
namespace {

constexpr std::size_t most_listed = 20;

std::string declared(const Diagnosis& diagnosis) {
    return fmt::format("1. declared: {} models, {} enums in schema.prisma\n   {}\n", diagnosis.check.models,
                       diagnosis.enums,
                       diagnosis.declared.empty() ? "none read" : join(diagnosis.declared, most_listed));
}

std::string recorded(const Outcome& check) {
    if (!check.ledger_read) {
        return fmt::format(
            "2. recorded: not read, the database could not be looked at; the image bundles {} migrations\n",
            check.history.migrations.size());
    }
    std::string text = fmt::format("2. recorded: {} migrations in the image or the ledger of {}.{}\n",
                                   check.history.migrations.size(), check.database.name, check.database.schema);
    std::size_t quiet = 0;
    for (const auto& record : check.history.migrations) {
        const bool dull = record.state == MigrationState::applied || record.state == MigrationState::retired;
        if (dull && check.history.migrations.size() > most_listed) {
            ++quiet;
            continue;
        }
        text += fmt::format("   {:<8} {}", to_text(record.state), one_line(record.name, 300));
        if (record.row) text += "  started " + record.row->started_at.text;
        text += "\n";
    }
    return quiet == 0 ? text : text + fmt::format("   and {} applied or retired\n", quiet);
}

std::string there(const Diagnosis& diagnosis) {
    const auto& check = diagnosis.check;
    if (!check.ledger_read) return "3. there: unknown\n";
    const auto missing = std::ranges::count_if(
        check.missing, [](const Missing& object) { return object.need != Missing::Need::optional; });
    std::string text = fmt::format("3. there: {} of {} declared tables", diagnosis.activity.size(), check.models);
    text += missing == 0 ? ", nothing is missing\n"
                         : fmt::format(", {} missing\n",
                                       missing == 1 ? "1 object is" : std::to_string(missing) + " objects are");
    for (const auto& object : check.missing) {
        if (object.need != Missing::Need::optional)
            text += fmt::format("   missing  {} {}\n", object.kind, one_line(object.object, 300));
    }
    std::size_t listed = 0;
    for (const auto& table : diagnosis.activity) {
        if (++listed > most_listed) break;
        text += fmt::format("   there    table {}: about {} rows; inserts, undone ones too: {}\n",
                            one_line(table.table.text(), 300), table.rows, table.inserts);
    }
    for (const auto& warning : check.warnings) text += "   warning  " + one_line(warning.text, 600) + "\n";
    return text;
}

std::string what_next(const Diagnosis& diagnosis) {
    if (diagnosis.causes.empty()) return "4. what next: nothing; the database fits this image\n";
    std::string text = "4. what next\n";
    for (const auto& cause : diagnosis.causes) {
        text += "   " + one_line(cause.text, 1200) + "\n     next: " + one_line(cause.next, 800) + "\n";
    }
    return text;
}

std::string logs(const Diagnosis& diagnosis) {
    std::string text =
        fmt::format("\nlog: {} Prisma errors in {} bytes\n", diagnosis.logs.errors, diagnosis.logs.bytes);
    for (const auto& error : diagnosis.logged) {
        const auto& group = error.group;
        text += fmt::format("   {:>6} x {} {}", group.count, group.code.empty() ? "(no code)" : group.code,
                            one_line(group.object.empty() ? group.model : group.object, 200));
        if (group.first) text += fmt::format("  {} to {}", group.first->text, group.last->text);
        text += "\n            " + one_line(group.sample, 300) + "\n";
        if (!error.cause.empty()) text += "     cause: " + one_line(error.cause, 1200) + "\n";
        if (!error.next.empty()) text += "     next: " + one_line(error.next, 800) + "\n";
    }
    if (diagnosis.logs.left_out != 0) text += fmt::format("   and {} more of other kinds\n", diagnosis.logs.left_out);
    return text;
}

}  // namespace

std::string to_text(const Diagnosis& diagnosis) {
    std::string text = fmt::format("{} ({})\n\n", describe(diagnosis.code()).name, number(diagnosis.code()));
    text += declared(diagnosis) + recorded(diagnosis.check) + there(diagnosis) + what_next(diagnosis);
    return diagnosis.logs_read ? text + logs(diagnosis) : text;
}

}  // namespace migration_guard::report
