// The subcommands, by name.
//
// Not what they do (guard/ and main), nor which options concern them (option.hpp).
// Keeps true: a subcommand that is not built does not stand here, so that its name is a usage error.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace migration_guard::config {

enum class Subcommand : unsigned { run, check, migrate, wait, diagnose, resolve, baseline, probe, config };

struct SubcommandEntry {
    Subcommand subcommand;
    std::string_view name;
    std::string_view arguments;  ///< after [OPTIONS], for --help
    std::string_view meaning;    ///< one line
};

inline constexpr std::array subcommands{
    SubcommandEntry{Subcommand::run, "run", "-- COMMAND [ARG...]",
                    "the entrypoint: wait, check, apply, verify, exec COMMAND (the default subcommand)"},
    SubcommandEntry{Subcommand::check, "check", "[--json] [--before-deploy | --no-database]",
                    "read-only: does the database fit this image?"},
    SubcommandEntry{Subcommand::migrate, "migrate", "[--json]",
                    "run without the exec, for preDeployFunction, CI and by hand"},
    SubcommandEntry{Subcommand::wait, "wait", "", "only wait until PostgreSQL really accepts this login"},
    SubcommandEntry{Subcommand::diagnose, "diagnose", "[--json] [--logs FILE|-]",
                    "why does the app fail? what is declared, recorded and there, and what to type next"},
    SubcommandEntry{Subcommand::resolve, "resolve", "--rolled-back NAME | --applied NAME",
                    "what `prisma migrate resolve` writes and refuses, without Node"},
    SubcommandEntry{Subcommand::baseline, "baseline", "[--yes]",
                    "tables without a ledger: show which migrations the tables prove, mark them with --yes"},
    SubcommandEntry{Subcommand::probe, "probe", "", "for HEALTHCHECK: exits 0 or 1 and nothing else"},
    SubcommandEntry{Subcommand::config, "config", "[--json]",
                    "effective configuration and where each value came from; no secrets"},
};

std::string_view name_of(Subcommand subcommand);
std::optional<Subcommand> subcommand_named(std::string_view name);

}  // namespace migration_guard::config
