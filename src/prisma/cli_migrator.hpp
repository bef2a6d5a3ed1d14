// `prisma migrate deploy`, run by the real CLI of the image.
//
// Not the judgement of what it did: the ledger decides, never the exit status. Keeps true: no shell, no npx, no
// download, no telemetry; every variable that the CLI may take its URL from holds the URL that migrates, and where that
// is not enough it is not run; no credential reaches the log.
#pragma once

#include "base/secrets.hpp"
#include "guard/ports.hpp"
#include "guard/process_port.hpp"
#include "prisma/project.hpp"

#include <string>
#include <vector>

namespace migration_guard::prisma {

struct CliOptions {
    std::string url;                     ///< the URL that migrates, in Prisma's dialect
    std::vector<std::string> variables;  ///< that carry it to the CLI
    std::string url_through_pooler;      ///< without what a pooler refuses; empty: the same
    std::string refusal;                 ///< empty, or why it must not be run though it is there: 78
    std::string refusal_remedy;
    std::string caution;  ///< one line, a warning before it runs
    Secrets secrets;      ///< masked in every line of its output
};

class CliMigrator : public Migrator {
public:
    /// All references must outlive the migrator and what it starts. `environment`: as the process found it.
    CliMigrator(const Project& project, const Environment& environment, CliOptions options, ProcessRunner& runner,
                Journal& journal);

    std::unique_ptr<Applying> start(const ApplyRequest& request) override;
    std::string not_ready() override;
    ExitCode not_ready_code() override;
    std::string remedy() override;
    std::string name() override;

private:
    const std::string& url_for(const ApplyRequest& request);

    const Project& project_;
    const Environment& environment_;
    CliOptions options_;
    ProcessRunner& runner_;
    Journal& journal_;
};

/// The command line: argv of the CLI, `migrate deploy`, and --schema only where the CLI would not find it by itself.
std::vector<std::string> deploy_command(const Project& project);

/// The child's environment: the process's own, with `url` in every one of `variables`, and what makes the CLI keep to
/// itself.
Environment deploy_environment(const Project& project, const Environment& environment,
                               const std::vector<std::string>& variables, const std::string& url);

}  // namespace migration_guard::prisma
