#include "config/subcommand.hpp"

#include <algorithm>

namespace migration_guard::config {

std::string_view name_of(Subcommand subcommand) {
    return std::ranges::find(subcommands, subcommand, &SubcommandEntry::subcommand)->name;
}

std::optional<Subcommand> subcommand_named(std::string_view name) {
    const auto* const found = std::ranges::find(subcommands, name, &SubcommandEntry::name);
    if (found == subcommands.end()) return std::nullopt;
    return found->subcommand;
}

}  // namespace migration_guard::config
