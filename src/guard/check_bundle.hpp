// `check --no-database`: what can be told of an image without a database. For `RUN` in a Dockerfile and for CI.
//
// Not a check of syntax: the scripts are read, not run. Keeps true: what fails here would fail, or be missing, later.
#pragma once

#include "guard/never_created.hpp"
#include "guard/plan.hpp"

#include <future>
#include <string>

namespace migration_guard {

struct BundleCheck {
    std::shared_future<Bundle> bundle;
    std::shared_future<DeclaredPart> declared;
    Settings settings;
    NeverCreatedOptions options;
    std::string cli_problem;  ///< empty: CLI and engine are there
    std::string cli_remedy;
    ExitCode cli_code = ExitCode::apply_not_started;
};

/// 78 for a CLI that nobody can know the database of, 66 for a schema that cannot be parsed or a directory without
/// script, 71 for a CLI that `apply: prisma` will need, 87 for a model that no bundled script creates.
Outcome check_bundle(const BundleCheck& check);

}  // namespace migration_guard
