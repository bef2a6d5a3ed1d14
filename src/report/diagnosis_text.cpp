#include "base/text.hpp"
#include "report/plural.hpp"
#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard::report {
namespace {

// Together about a screen and a half, however much there is to tell; --json has all of it.
constexpr std::size_t most_declared = 20;
constexpr std::size_t most_migrations = 12;
constexpr std::size_t most_objects = 8;
constexpr std::size_t most_warnings = 5;
constexpr std::size_t most_causes = 8;
constexpr std::size_t most_logged = 8;

/// The first `most` lines, then how many more there are.
class Lines {
public:
    explicit Lines(std::size_t most) : most_(most) {}

    void add(const std::string& line) {
        if (++count_ <= most_) text_ += "   " + line + "\n";
    }
    std::string end(std::string_view of_what) {
        if (count_ > most_) text_ += fmt::format("   and {} more {} (--json lists all)\n", count_ - most_, of_what);
        return std::move(text_);
    }

private:
    std::size_t most_;
    std::size_t count_ = 0;
    std::string text_;
};

std::string declared(const Diagnosis& diagnosis) {
    return fmt::format("1. declared: {}, {} in schema.prisma\n   {}\n", plural(diagnosis.check.models, "model"),
                       plural(diagnosis.enums, "enum"),
                       diagnosis.declared.empty() ? "none read" : join(diagnosis.declared, most_declared));
}

std::string recorded(const Diagnosis& diagnosis) {
    const auto& check = diagnosis.check;
    if (!check.ledger_read || !check.history_known) {
        const auto bundled = plural(diagnosis.bundled.size(), "migration");
        return fmt::format("2. recorded: not read, the {}; the image bundles {}\n{}",
                           check.ledger_read ? "ledger cannot be used" : "database could not be looked at", bundled,
                           diagnosis.bundled.empty() ? "" : "   " + join(diagnosis.bundled, most_migrations) + "\n");
    }
    const auto& migrations = check.history.migrations;
    const auto is_dull = [](const MigrationRecord& record) {
        return record.state == MigrationState::applied || record.state == MigrationState::retired;
    };
    const bool few = migrations.size() <= most_migrations;
    Lines lines(most_migrations);
    for (const auto& record : migrations) {
        if (!few && is_dull(record)) continue;
        lines.add(fmt::format("{:<8} {}{}{}", to_text(record.state), one_line(record.name, 300),
                              record.has(MigrationFinding::rolled_back) ? ", rolled back" : "",
                              record.row ? "  started " + record.row->started_at.text() : ""));
    }
    const auto quiet = std::ranges::count_if(migrations, is_dull);
    return fmt::format("2. recorded: {} in the image or the ledger of {}.{}\n{}{}",
                       plural(migrations.size(), "migration"), check.database.name, check.database.schema,
                       lines.end("that are not applied"),
                       few || quiet == 0 ? "" : fmt::format("   and {} applied or retired\n", quiet));
}

/// Of the models' tables, those that are to be there, which one with @@ignore need not, and how many are. What the
/// server keeps statistics of is fewer: a model may stand on a view, or on a partitioned or foreign table.
struct TablesThere {
    std::size_t expected = 0;
    std::size_t found = 0;
};

TablesThere tables_there(const Outcome& check) {
    const auto absent = [&](bool optional) {
        return static_cast<std::size_t>(std::ranges::count_if(check.missing, [&](const Missing& object) {
            return object.kind == "table" && (object.need == Missing::Need::optional) == optional;
        }));
    };
    TablesThere out;
    out.expected = check.models - std::min(check.models, absent(true));
    out.found = out.expected - std::min(out.expected, absent(false));
    return out;
}

std::string there(const Diagnosis& diagnosis) {
    const auto& check = diagnosis.check;
    if (!check.ledger_read) return "3. there: unknown\n";
    Lines missing(most_objects);
    std::size_t absent = 0;
    for (const auto& object : check.missing) {
        if (object.need == Missing::Need::optional) continue;
        ++absent;
        missing.add(fmt::format("missing  {} {}", object.kind, one_line(object.object, 300)));
    }
    Lines tables(most_objects);
    for (const auto& table : diagnosis.activity) {
        tables.add(fmt::format("there    table {}: about {}; inserts, undone ones too: {}",
                               one_line(table.table.text(), 300),
                               table.rows == 1 ? "1 row" : fmt::format("{} rows", table.rows), table.inserts));
    }
    Lines warnings(most_warnings);
    for (const auto& warning : check.warnings) {
        const bool named = warning.object.empty() || warning.text.find(warning.object) != std::string::npos;
        warnings.add("warning  " + one_line((named ? "" : warning.object + ": ") + warning.text, 600));
    }
    const auto summary = absent == 0   ? std::string("nothing is missing")
                         : absent == 1 ? std::string("1 object is missing")
                                       : fmt::format("{} objects are missing", absent);
    const auto models = tables_there(check);
    return fmt::format("3. there: {} of {} declared tables, {}\n", models.found, models.expected, summary) +
           missing.end("missing") + tables.end("tables") + warnings.end("warnings");
}

/// Causes that differ in nothing but the object: they are mended together.
struct Group {
    const Cause* first;
    std::vector<std::string> whats;
};

std::vector<Group> grouped(const std::vector<Cause>& causes) {
    std::vector<Group> groups;
    for (const auto& cause : causes) {
        const auto found = std::ranges::find_if(groups, [&](const Group& group) {
            return !cause.what.empty() && group.first->kind == cause.kind &&
                   reason_of(*group.first) == reason_of(cause);
        });
        if (found == groups.end()) {
            groups.push_back({&cause, {cause.what}});
        } else {
            found->whats.push_back(cause.what);
        }
    }
    return groups;
}

std::string text_of(const Group& group) {
    if (group.whats.size() == 1) return one_line(group.first->text, 1200);
    return one_line(join(group.whats, most_objects), 1200) +
           ", each: " + one_line(std::string(reason_of(*group.first)), 1200);
}

std::string what_next(const Diagnosis& diagnosis) {
    if (diagnosis.causes.empty()) {
        return diagnosis.code() == ExitCode::ok
                   ? "4. what next: nothing; the database fits this image\n"
                   : "4. what next: the database fits this image; the log's errors stand below\n";
    }
    Lines lines(most_causes);
    for (const auto& group : grouped(diagnosis.causes)) {
        lines.add(text_of(group) + "\n     next: " + one_line(group.first->next, 800));
    }
    return "4. what next\n" + lines.end("causes");
}

std::string logged(const LoggedError& error) {
    const auto& group = error.group;
    std::string text = fmt::format("{:>6} x {} {}", group.count, group.code.empty() ? "(no code)" : group.code,
                                   one_line(group.object.empty() ? group.model : group.object, 200));
    if (text.back() == ' ') text.pop_back();
    if (group.first) text += fmt::format("  {} to {}", group.first->text, group.last->text);
    text += "\n            " + one_line(group.sample, 300);
    if (!error.cause.empty()) text += "\n     cause: " + one_line(error.cause, 1200);
    if (!error.next.empty()) text += "\n     next: " + one_line(error.next, 800);
    return text;
}

std::string logs(const Diagnosis& diagnosis) {
    Lines lines(most_logged);
    for (const auto& error : diagnosis.logged) lines.add(logged(error));
    const auto left_out = diagnosis.logs.left_out;
    return fmt::format("\nlog: {} in {}\n", plural(diagnosis.logs.errors, "Prisma error"),
                       plural(diagnosis.logs.bytes, "byte")) +
           lines.end("kinds of errors") +
           (left_out == 0 ? "" : fmt::format("   and {} more of other kinds\n", left_out));
}

}  // namespace

std::string to_text(const Diagnosis& diagnosis) {
    std::string text = fmt::format("{} ({})\n\n", describe(diagnosis.code()).name, number(diagnosis.code()));
    text += declared(diagnosis) + recorded(diagnosis) + there(diagnosis) + what_next(diagnosis);
    return diagnosis.logs_read ? text + logs(diagnosis) : text;
}

}  // namespace migration_guard::report
