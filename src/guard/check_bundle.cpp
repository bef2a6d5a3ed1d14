#include "guard/check_bundle.hpp"

#include "base/failure.hpp"
#include "guard/conclude.hpp"
#include "guard/declared_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace migration_guard {
namespace {

std::string counted(std::size_t count, const char* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void check_scripts(Outcome& outcome, const Bundle& bundle) {
    for (const auto& migration : bundle.migrations) {
        MigrationRecord record;
        record.name = migration.name;
        record.has_script = migration.has_script;
        if (!migration.has_script) {
            const auto words = words_for_missing_script(record);
            outcome.problems.push_back({ExitCode::bundle_unreadable, words.message, words.remedy});
        }
        outcome.history.migrations.push_back(std::move(record));
    }
}

/// The command that is running is the one to type again: it shows the place.
void refuse_declared(Outcome& outcome, const DeclaredPart& declared) {
    outcome.problems.push_back({ExitCode::bundle_unreadable, "schema.prisma cannot be parsed: " + declared.problem,
                                "correct that line, then again: migration-guard check --no-database (or prisma "
                                "validate)"});
    outcome.schema_excerpt = declared.excerpt;
}

void check_declared(Outcome& outcome, const Bundle& bundle, const DeclaredPart& declared, const BundleCheck& check) {
    if (!declared.schema) return refuse_declared(outcome, declared);
    outcome.schema_checked = true;
    outcome.models = count_models(*declared.schema);
    auto findings = never_created(bundle, *declared.schema, check.options);
    outcome.missing = std::move(findings.missing);
    outcome.warnings = std::move(findings.warnings);
    std::ranges::move(warnings_of(declared, bundle), std::back_inserter(outcome.warnings));
    if (outcome.missing.empty() || check.settings.on_schema_mismatch == Policy::ignore) return;
    std::vector<const Missing*> missing;
    for (const auto& object : outcome.missing) missing.push_back(&object);
    const auto words = words_for_never_created(missing);
    if (check.settings.on_schema_mismatch == Policy::fail) {
        outcome.problems.push_back({ExitCode::schema_mismatch, words.message, words.remedy});
    } else {
        outcome.warnings.push_back({"missing", missing.front()->object, words.message});
    }
}

}  // namespace

Outcome check_bundle(const BundleCheck& check) {
    Outcome outcome;
    try {
        const auto& bundle = check.bundle.get();
        check_scripts(outcome, bundle);
        check_declared(outcome, bundle, check.declared.get(), check);
        if (check.settings.apply == ApplyMode::prisma && !check.cli_problem.empty()) {
            const bool misconfigured = check.cli_code == ExitCode::config_invalid;  // 78 comes first, 71 last
            outcome.problems.insert(misconfigured ? outcome.problems.begin() : outcome.problems.end(),
                                    {check.cli_code, check.cli_problem,
                                     check.cli_remedy.empty() ? remedy_for_missing_cli() : check.cli_remedy});
        }
    } catch (const Failure& failure) {
        outcome.problems.insert(outcome.problems.begin(), {failure.code, failure.what(), failure.hint});
    }
    if (!outcome.problems.empty()) {
        const auto first = outcome.problems.front();
        outcome.code = first.code;
        outcome.message = first.message;
        outcome.remedy = first.remedy;
    } else {
        outcome.message =
            fmt::format("the image is complete: its {} create{} {} of schema.prisma",
                        counted(outcome.history.migrations.size(), "migration"),
                        outcome.history.migrations.size() == 1 ? "s" : "", counted(outcome.models, "model"));
    }
    return outcome;
}

}  // namespace migration_guard
