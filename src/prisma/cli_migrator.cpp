#include "prisma/cli_migrator.hpp"

#include "base/text.hpp"
#include "prisma/cli.hpp"
#include "prisma/cli_output.hpp"

#include <fmt/format.h>

#include <utility>

namespace migration_guard::prisma {
namespace {

/// The discard port of this very machine: refused at once, where a real host would be waited for. Whether an engine is
/// there is looked at before the start; what slips through must fail, not download a program into a running container.
constexpr const char* no_mirror = "http://127.0.0.1:9";

class CliRun : public Applying {
public:
    CliRun(const CliOptions& options, Journal& journal) : output_(options.secrets, journal) {}

    void start(ProcessRunner& runner, const ChildSpec& spec) {
        auto started = runner.start(spec, [this](Stream stream, std::string_view line) { output_.line(stream, line); });
        child_ = std::move(started.child);
        if (!child_) not_started(fmt::format("cannot start {}: {}", spec.argv.front(), started.problem), started.hint);
    }

    void not_started(std::string why, std::string hint) {
        outcome_.kind = ApplyOutcome::Kind::not_started;
        outcome_.message = std::move(why);
        outcome_.hint = std::move(hint);
    }

    bool wait(Duration slice) override {
        if (!child_) return true;
        if (!child_->wait(slice)) return false;
        outcome_.status = child_->status();
        outcome_.message = output_.error();
        outcome_.failed_migration = output_.failed_migration();
        if (outcome_.failed_migration.empty()) outcome_.hint = output_.hint();  // about the image, not about a script
        child_.reset();
        return true;
    }

    /// It cannot be told: SIGTERM would end the CLI and leave its engine at work.
    void begin_nothing_further() override {}

    void end() override {
        if (child_) child_->end_group();
    }

    [[nodiscard]] OwnSessions own_sessions() const override {
        return {child_ ? child_->client_ports() : std::vector<int>(), {}};
    }

    ApplyOutcome outcome() override { return outcome_; }

private:
    CliOutput output_;
    std::unique_ptr<ChildProcess> child_;  // behind output_, which its last lines still go to
    ApplyOutcome outcome_;
};

void set_default(Environment& environment, const std::string& name, const std::string& value) {
    if (variable(environment, name).empty()) environment[name] = value;
}

std::vector<std::string> as_list(const Environment& environment) {
    std::vector<std::string> list;
    list.reserve(environment.size());
    for (const auto& [name, value] : environment) list.push_back(fmt::format("{}={}", name, value));
    return list;
}

}  // namespace

std::vector<std::string> deploy_command(const Project& project) {
    auto argv = project.cli ? project.cli->argv : std::vector<std::string>{};
    argv.insert(argv.end(), {"migrate", "deploy"});
    if (project.pass_schema_path) argv.insert(argv.end(), {"--schema", project.schema_path.string()});
    return argv;
}

Environment deploy_environment(const Project& project, const Environment& environment,
                               const std::vector<std::string>& variables, const std::string& url) {
    auto result = environment;
    for (const auto& name : variables) result[name] = url;
    result["CHECKPOINT_DISABLE"] = "1";
    result["PRISMA_HIDE_UPDATE_MESSAGE"] = "1";
    result["NO_COLOR"] = "1";
    result.erase("FORCE_COLOR");  // Node warns when both are there
    result["PRISMA_ENGINES_MIRROR"] = no_mirror;
    result.erase("PRISMA_BINARIES_MIRROR");  // the older name, which would win
    if (project.cli && !project.cli->query_engine_stand_in.empty()) {
        set_default(result, "PRISMA_QUERY_ENGINE_LIBRARY", project.cli->query_engine_stand_in);
        set_default(result, "PRISMA_QUERY_ENGINE_BINARY", project.cli->query_engine_stand_in);
    }
    return result;
}

CliMigrator::CliMigrator(const Project& project, const Environment& environment, CliOptions options,
                         ProcessRunner& runner, Journal& journal)
    : project_(project), environment_(environment), options_(std::move(options)), runner_(runner), journal_(journal) {}

std::string CliMigrator::not_ready() {
    if (!options_.refusal.empty()) return options_.refusal;
    if (!project_.cli) return "the Prisma CLI is not in the image: " + project_.cli_missing;
    return project_.cli->problem;
}

ExitCode CliMigrator::not_ready_code() {
    return options_.refusal.empty() ? ExitCode::apply_not_started : ExitCode::config_invalid;
}

std::string CliMigrator::remedy() {
    if (!options_.refusal.empty()) return options_.refusal_remedy;
    if (project_.cli) return project_.cli->remedy;
    return "set apply to native (MIGRATION_GUARD_APPLY=native), which needs neither Node nor the CLI, or copy "
           "node_modules/prisma and node_modules/@prisma into the image, or name the CLI with prismaCommand";
}

std::string CliMigrator::name() {
    if (!project_.cli || project_.cli->version.empty()) return "prisma";
    return "prisma " + project_.cli->version;
}

/// A pooler refuses session settings at login, or drops them.
const std::string& CliMigrator::url_for(const ApplyRequest& request) {
    if (request.transaction_pooler.empty() || options_.url_through_pooler.empty()) return options_.url;
    journal_.event(Level::warn, "prisma",
                   "migrationLockTimeout and migrationStatementTimeout are not in force: a pooler stands between, and "
                   "passes no session settings on; give a URL past it in DIRECT_URL",
                   {});
    return options_.url_through_pooler;
}

std::unique_ptr<Applying> CliMigrator::start(const ApplyRequest& request) {
    auto run = std::make_unique<CliRun>(options_, journal_);
    if (auto missing = not_ready(); !missing.empty()) {
        run->not_started(std::move(missing), remedy());
        return run;
    }
    auto argv = deploy_command(project_);
    const auto program = find_program(argv.front(), project_.directory, environment_);
    if (!program) {
        run->not_started(fmt::format("{} is not an executable file", argv.front()), remedy());
        return run;
    }
    for (const auto& caution : {options_.caution, project_.cli->caution}) {
        if (!caution.empty()) journal_.event(Level::warn, "prisma", caution, {});
    }
    journal_.event(Level::info, "prisma", "running " + fmt::format("{}", fmt::join(argv, " ")), {});
    argv.front() = program->string();
    const auto child = deploy_environment(project_, environment_, options_.variables, url_for(request));
    run->start(runner_, {argv, as_list(child), project_.directory, {}});
    return run;
}

}  // namespace migration_guard::prisma
