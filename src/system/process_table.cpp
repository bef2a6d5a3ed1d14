#include "system/process_table.hpp"

#include "system/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace migration_guard::system {
namespace {

namespace fs = std::filesystem;

std::string read_start(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return {};
    std::array<char, 1024> buffer{};
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string{};
}

template <typename Number>
Number number_of(std::string_view word) {
    Number value{};
    std::from_chars(word.data(), word.data() + word.size(), value);
    return value;
}

/// The nth blank-separated word, from 0.
std::string_view word(std::string_view text, int n) {
    for (; n > 0; --n) {
        const auto blank = text.find(' ');
        if (blank == std::string_view::npos) return {};
        text.remove_prefix(blank + 1);
    }
    return text.substr(0, text.find(' '));
}

}  // namespace

std::optional<ProcessFacts> process_facts(pid_t pid) {
    const auto text = read_start("/proc/" + std::to_string(pid) + "/stat");
    // The second field is the program's name in parentheses, and may itself hold blanks and parentheses (proc(5)).
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos || name_end + 2 > text.size()) return std::nullopt;
    const auto rest = std::string_view(text).substr(name_end + 2);
    const auto state = word(rest, 0);
    if (state.empty()) return std::nullopt;
    return ProcessFacts{pid, number_of<pid_t>(word(rest, 1)), number_of<pid_t>(word(rest, 2)), state.front(),
                        number_of<std::uint64_t>(word(rest, 19))};
}

namespace {

template <class Wanted>
std::set<pid_t> processes(Wanted wanted) {
    std::set<pid_t> found;
    std::error_code error;
    for (fs::directory_iterator at("/proc", error); !error && at != fs::directory_iterator(); at.increment(error)) {
        const auto name = at->path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto facts = process_facts(number_of<pid_t>(name));
        if (facts && wanted(*facts)) found.insert(facts->pid);
    }
    return found;
}

}  // namespace

std::set<pid_t> children_of_self() {
    return processes([self = ::getpid()](const ProcessFacts& facts) { return facts.parent == self; });
}

std::set<pid_t> processes_of_group(pid_t group) {
    return processes([group](const ProcessFacts& facts) { return facts.group == group; });
}

std::string program_of(pid_t pid) {
    std::error_code error;
    auto target = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", error);
    return error ? std::string{} : target.string();
}

}  // namespace migration_guard::system
