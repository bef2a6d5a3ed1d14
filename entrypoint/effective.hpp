// `migration-guard config`: what takes the place of the defaults that say "as Prisma finds it", in this very image.
//
// Not a check: an image with nothing in it gives reasons in the place of values. Keeps true: no failure, no connection,
// and nothing of a URL but its schema and its connect_timeout.
#pragma once

#include "config/show.hpp"
#include "prisma/project.hpp"

#include <filesystem>

namespace migration_guard {

config::Findings effective_values(const Settings& settings, const prisma::Environment& environment,
                                  const std::filesystem::path& directory);

}  // namespace migration_guard
