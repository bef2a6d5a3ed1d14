#include "config/help.hpp"

#include "base/exit_code.hpp"
#include "config/option.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace migration_guard::config {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Help, names_every_subcommand_and_exit_code) {
    const auto help = help_text();
    for (const auto& entry : subcommands)
        EXPECT_THAT(help, HasSubstr("  migration-guard " + std::string(entry.name == "run" ? "[run]" : entry.name)));
    for (const auto& entry : exit_codes()) EXPECT_THAT(help, HasSubstr(std::string(entry.name) + " "));
}

TEST(Help, of_a_subcommand_lists_its_flags_and_options_and_no_others) {
    const auto check = help_text(Subcommand::check);
    EXPECT_THAT(check, HasSubstr("--before-deploy"));
    EXPECT_THAT(check, HasSubstr("--on-schema-mismatch fail|warn|ignore"));
    EXPECT_THAT(check, HasSubstr("[default: 60s; MIGRATION_GUARD_WAIT_TIMEOUT]"));
    EXPECT_THAT(check, Not(HasSubstr("--probe-port")));
    EXPECT_THAT(check, Not(HasSubstr("--rolled-back")));
    EXPECT_THAT(help_text(Subcommand::probe), HasSubstr("--probe-port PORT"));
    EXPECT_THAT(help_text(Subcommand::resolve), HasSubstr("--rolled-back NAME"));
}

TEST(Help, config_lists_every_option) {
    const auto help = help_text(Subcommand::config);
    for (const auto& option : options()) EXPECT_THAT(help, HasSubstr("  --" + flag_name(option.key) + " "));
}

TEST(Help, fits_a_terminal_and_has_no_markdown) {
    std::string all = help_text();
    for (const auto& entry : subcommands) all += help_text(entry.subcommand);
    EXPECT_THAT(all, Not(HasSubstr("`")));
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 104U) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
    }
}

TEST(Help, is_that_of_the_named_subcommand) {
    EXPECT_EQ(help_text(parse_command_line({"--help"})), help_text());
    EXPECT_EQ(help_text(parse_command_line({"run", "--help"})), help_text(Subcommand::run));
    EXPECT_THAT(version_text(), testing::MatchesRegex("migration-guard [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace migration_guard::config
