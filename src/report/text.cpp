#include "base/text.hpp"
#include "ledger/wording.hpp"
#include "report/plural.hpp"
#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard::report {
namespace {

constexpr std::size_t most_listed = 15;
constexpr std::size_t widest = 400;
constexpr std::size_t widest_remedy = 4000;  // what is to be typed must not be cut

class TextWriter {
public:
    TextWriter(const Outcome& outcome, const Secrets& secrets) : outcome_(outcome), secrets_(secrets) {}

    std::string write() {
        verdict();
        line("");
        database();
        migrations();
        schema();
        applied_now();
        smoke();
        warnings();
        timings();
        return std::move(out_);
    }

private:
    void line(const std::string& text, std::size_t limit = widest) {
        out_ += one_line(secrets_.mask(clean(text)), limit) + "\n";
    }

    /// Indented lines under a heading; the first `most_listed` of them.
    void list(const std::vector<std::string>& items) {
        const std::size_t shown = std::min(items.size(), most_listed);
        for (std::size_t i = 0; i < shown; ++i) line("  " + items[i]);
        if (shown < items.size()) line(fmt::format("  and {} more (--json lists all)", items.size() - shown));
    }

    /// All findings; the code is that of the first.
    void verdict() {
        line(fmt::format("{}: {} (exit {})", outcome_.code == ExitCode::ok ? "ok" : describe(outcome_.code).name,
                         outcome_.message, number(outcome_.code)));
        if (!outcome_.remedy.empty()) line("  what to do: " + outcome_.remedy, widest_remedy);
        for (std::size_t i = 1; i < outcome_.problems.size(); ++i) {
            line(fmt::format("also {}: {}", describe(outcome_.problems[i].code).name, outcome_.problems[i].message));
            if (!outcome_.problems[i].remedy.empty())
                line("  what to do: " + outcome_.problems[i].remedy, widest_remedy);
        }
    }

    void database() {
        const auto& database = outcome_.database;
        if (database.host.empty()) return;
        line(fmt::format("database: {}@{}:{}/{}, schema {}{}", database.user, database.host, database.port,
                         database.name, database.schema,
                         database.server_version.empty() ? "" : ", PostgreSQL " + database.server_version));
    }

    static std::string row_of(const MigrationRecord& record) {
        std::string text = fmt::format("{:<8} {}", migration_guard::to_text(record.state), record.name);
        for (const auto finding : record.findings) text.append(", ").append(migration_guard::to_text(finding));
        if (!record.bundled) text += ", not in this image";
        if (!record.row || record.state == MigrationState::applied) return text;
        text += ", started " + record.row->started_at.text();
        if (record.row->logs && !record.row->logs->empty())
            text += ": " + one_line(gist_of_logs(*record.row->logs), 200);
        return text;
    }

    /// Applied and unedited is what every migration should be: only the others are worth a line.
    void migrations() {
        const auto& history = outcome_.history;
        const auto bundled =
            static_cast<std::size_t>(std::ranges::count_if(history.migrations, &MigrationRecord::bundled));
        if (!outcome_.ledger_read || !outcome_.history_known) {
            if (bundled > 0) line(fmt::format("migrations: {} bundled, ledger not read", bundled));
            return;
        }
        std::string summary =
            fmt::format("migrations: {} bundled, {} applied", bundled, history.count(MigrationState::applied));
        for (const auto state : {MigrationState::pending, MigrationState::running, MigrationState::failed,
                                 MigrationState::ahead, MigrationState::retired})
            if (history.any(state))
                summary += fmt::format(", {} {}", history.count(state), migration_guard::to_text(state));
        line(summary);
        std::vector<std::string> rows;
        for (const auto& record : history.migrations)
            if (record.state != MigrationState::applied || !record.findings.empty()) rows.push_back(row_of(record));
        list(rows);
    }

    void schema() {
        if (!outcome_.schema_checked) {
            line("schema: not checked");
            excerpt();
            return;
        }
        std::vector<std::string> rows;
        std::size_t passed_over = 0;
        for (const auto& missing : outcome_.missing) {
            if (missing.need != Missing::Need::needed) {
                ++passed_over;
                continue;
            }
            rows.push_back(words_for_missing(missing) +
                           (missing.comes_with_pending && outcome_.history_known ? ", which is pending" : ""));
        }
        line(fmt::format("schema: {}, {} missing{}", plural(outcome_.models, "model"), plural(rows.size(), "object"),
                         passed_over == 0 ? "" : fmt::format(", {} absent that the app does not need", passed_over)));
        list(rows);
    }

    /// The line of schema.prisma that was not understood, and the caret under it.
    void excerpt() {
        for (std::size_t at = 0; at < outcome_.schema_excerpt.size();) {
            const auto end = std::min(outcome_.schema_excerpt.find('\n', at), outcome_.schema_excerpt.size());
            line("  " + outcome_.schema_excerpt.substr(at, end - at));
            at = end + 1;
        }
    }

    void applied_now() {
        if (outcome_.applied_now.empty()) return;
        line("applied now:");
        list(outcome_.applied_now);
    }

    void smoke() {
        if (outcome_.smoke.empty()) return;
        line("smoke checks:");
        std::vector<std::string> rows;
        for (const auto& check : outcome_.smoke)  // first, since the list is cut
            if (!check.ok) rows.push_back(fmt::format("failed {}: {}", check.name, check.error));
        for (const auto& check : outcome_.smoke)
            if (check.ok) rows.push_back(fmt::format("ok     {} ({:.1f} ms)", check.name, check.ms));
        list(rows);
    }

    void warnings() {
        if (outcome_.warnings.empty()) return;
        line("warnings:");
        std::vector<std::string> rows;
        for (const auto& warning : outcome_.warnings) {
            const bool named = warning.object.empty() || warning.text.find(warning.object) != std::string::npos;
            rows.push_back(named ? warning.text : warning.object + ": " + warning.text);
        }
        list(rows);
    }

    void timings() {
        const auto& timings = outcome_.timings;
        if (timings.total_ms <= 0) return;
        line(fmt::format("time: connect {:.1f} ms, ledger {:.1f} ms, schema {:.1f} ms, total {:.1f} ms",
                         timings.connect_ms, timings.ledger_ms, timings.schema_ms, timings.total_ms));
    }

    const Outcome& outcome_;
    const Secrets& secrets_;
    std::string out_;
};

}  // namespace

std::string to_text(const Outcome& outcome, const Secrets& secrets) {
    return TextWriter(outcome, secrets).write();
}

}  // namespace migration_guard::report
