// The tables of the documentation, made from those of the program:
//
//   docs_tables --write FILE...   puts them between the markers of each file
//   docs_tables --check FILE...   exits 1 and names the files in which they differ
//
// A marker is a line `<!-- generated: NAME -->` (of a man page `.\" generated: NAME`), the end `<!-- end of generated
// -->`
// (`.\" end of generated`). NAME: subcommands, options, exit-codes, man-subcommands, man-flags, man-options,
// man-exit-status.
#include "base/exit_code.hpp"
#include "config/option.hpp"
#include "config/own_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace migration_guard {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string cell(std::string_view text) {
    return replaced(std::string(text), "|", "\\|");
}

// ---- Markdown -------------------------------------------------------------------------------------------------------

std::string subcommand_table() {
    std::string out = "| subcommand | meaning |\n|---|---|\n";
    for (const auto& entry : config::subcommands)
        out += fmt::format("| `{}{}{}` | {} |\n", entry.name, entry.arguments.empty() ? "" : " ", cell(entry.arguments),
                           cell(entry.meaning));
    return out;
}

/// The type, explained once on the page, and the option's own rule; of an option with words the words.
std::string allowed(const config::Option& option) {
    const auto type = config::placeholder(option);
    if (std::ranges::any_of(type, [](unsigned char c) { return std::islower(c) != 0; }))
        return config::is_boolean(option) ? "boolean" : config::allowed_values(option);
    std::string out = type;
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return option.rule.allowed.empty() ? out : out + ": " + std::string(option.rule.allowed);
}

std::string option_table() {
    std::string out = "| key | default | allowed | meaning |\n|---|---|---|---|\n";
    for (const auto& option : config::options())
        out += fmt::format("| `{}` | {} | {} | {} |\n", option.key, cell(config::default_text(option)),
                           cell(allowed(option)), cell(option.meaning));
    return out;
}

std::string exit_code_table() {
    std::string out = "| code | name | cause | a restart alone may cure it |\n|---|---|---|---|\n";
    for (const auto& entry : exit_codes())
        out += fmt::format("| [{0}](#{0}-{1}) | `{1}` | {2} | {3} |\n", number(entry.code), entry.name,
                           cell(entry.cause), entry.again ? "yes" : "");
    return out + "| 128+n | | ended by signal n before the app was started | |\n";
}

// ---- roff -----------------------------------------------------------------------------------------------------------

/// `code` in bold, a backslash and a hyphen as groff(7) wants them, a full stop never first on a line.
std::string roff(std::string_view markdown) {
    std::string out;
    bool code = false;
    for (const char c : markdown) {
        if (c == '`') {
            out += code ? "\\fR" : "\\fB";
            code = !code;
        } else if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
    }
    return replaced(out, "\xE2\x80\xA6", "...");
}

std::string man_subcommands() {
    std::string out;
    for (const auto& entry : config::subcommands)
        out += fmt::format(".TP\n\\fB{}\\fR {}\n{}\n", entry.name, roff(entry.arguments), roff(entry.meaning));
    return out;
}

std::string man_flags() {
    std::string out;
    for (const auto& flag : config::own_flags) {
        std::string owners;
        for (const auto& entry : config::subcommands)
            if (flag.subcommands.contain(entry.subcommand))
                owners.append(owners.empty() ? "" : ", ").append(entry.name);
        const bool everywhere = flag.name == "config" || flag.name == "help" || flag.name == "version";
        out += fmt::format(".TP\n\\fB\\-\\-{}\\fR {}\n{}{}\n", roff(flag.name), roff(flag.argument), roff(flag.meaning),
                           everywhere ? "" : " (" + owners + ")");
    }
    return out;
}

std::string man_options() {
    std::string out;
    for (const auto& option : config::options())
        out += fmt::format(".TP\n\\fB\\-\\-{}\\fR {}\n{}.\nDefault: {}. Key \\fB{}\\fR, variable \\fB{}\\fR.\n",
                           roff(config::flag_name(option.key)), roff(config::placeholder(option)), roff(option.meaning),
                           roff(config::default_text(option)), option.key, config::variable_name(option.key));
    return out;
}

std::string man_exit_status() {
    std::string out;
    for (const auto& entry : exit_codes())
        out += fmt::format(".TP\n\\fB{}\\fR {}\n{}.{}\n", number(entry.code), entry.name, roff(entry.cause),
                           entry.again ? " A restart alone may cure it." : "");
    return out + ".TP\n\\fB128+n\\fR\nEnded by signal n before the app was started.\n";
}

const std::map<std::string, std::function<std::string()>> tables{
    {"subcommands", subcommand_table},    {"options", option_table}, {"exit-codes", exit_code_table},
    {"man-subcommands", man_subcommands}, {"man-flags", man_flags},  {"man-options", man_options},
    {"man-exit-status", man_exit_status},
};

// ---- files ----------------------------------------------------------------------------------------------------------

/// NAME when `line` is an opening marker, else empty.
std::string name_of_marker(const std::string& line) {
    for (const auto& [opening, closing] : {std::pair<std::string, std::string>{"<!-- generated: ", " -->"},
                                           std::pair<std::string, std::string>{".\\\" generated: ", ""}})
        if (line.starts_with(opening) && line.ends_with(closing))
            return line.substr(opening.size(), line.size() - opening.size() - closing.size());
    return "";
}

bool is_end(const std::string& line) {
    return line == "<!-- end of generated -->" || line == ".\\\" end of generated";
}

std::string read(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error("cannot read " + file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

/// `text` with the tables of today between its markers.
std::string filled(const std::string& text, const std::string& file) {
    std::istringstream lines(text);
    std::string out;
    std::string open;
    std::size_t found = 0;
    for (std::string line; std::getline(lines, line);) {
        if (!open.empty() && !is_end(line)) continue;
        out += line + "\n";
        const auto name = name_of_marker(line);
        if (!open.empty()) {
            open.clear();
        } else if (!name.empty()) {
            if (!tables.contains(name)) throw std::runtime_error(file + ": no table " + name);
            out += tables.at(name)();
            open = name;
            ++found;
        }
    }
    if (!open.empty()) throw std::runtime_error(file + ": " + open + " has no end");
    if (found == 0) throw std::runtime_error(file + ": no marker");
    return out;
}

/// A page with the table of exit codes explains each: a heading `### CODE NAME` and, of failures, a last line of a log.
int unexplained(const std::string& text, const std::string& file) {
    if (text.find("<!-- generated: exit-codes -->") == std::string::npos) return 0;
    int count = 0;
    for (const auto& entry : exit_codes()) {
        const bool fails = number(entry.code) > 1;
        for (const auto& wanted : {fmt::format("\n### {} {}\n", number(entry.code), entry.name),
                                   fails ? fmt::format(" code={} name={} ", number(entry.code), entry.name) : ""}) {
            if (text.find(wanted) != std::string::npos) continue;
            std::cerr << file << " lacks: " << wanted << '\n';
            ++count;
        }
    }
    return count;
}

int run(const std::vector<std::string>& arguments) {
    const bool write = !arguments.empty() && arguments.front() == "--write";
    const bool check = !arguments.empty() && arguments.front() == "--check";
    if (arguments.size() < 2 || (!write && !check)) throw std::runtime_error("docs_tables --write|--check FILE...");
    int different = 0;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const auto& file = arguments[i];
        const auto before = read(file);
        const auto after = filled(before, file);
        different += unexplained(after, file);
        if (before == after) continue;
        if (write) {
            std::ofstream(file) << after;
        } else {
            std::cerr << file << " differs from the program's tables; run ./scripts/update-docs\n";
            ++different;
        }
    }
    return different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace migration_guard

int main(int argc, char** argv) {
    try {
        return migration_guard::run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
