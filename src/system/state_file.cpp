#include "system/state_file.hpp"

#include "base/text.hpp"
#include "system/process_table.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cerrno>
#include <charconv>

namespace migration_guard::system {
namespace {

constexpr std::string_view first_line = "migration-guard state 1\n";
/// The one byte that a probe writes and the guard keeps.
constexpr off_t mark_digit = static_cast<off_t>(first_line.size() + std::string_view("probed ").size());
constexpr std::size_t record_size = 1024;
constexpr std::size_t longest_detail = 700;

std::vector<std::string> places(const std::string& configured) {
    if (!configured.empty()) return {configured};
    std::vector<std::string> paths;
    for (const auto* directory : {"/run", "/dev/shm", "/tmp"})
        paths.push_back(std::string(directory) + "/migration-guard.state");
    return paths;
}

std::int64_t monotonic_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The value behind `key` at the start of a line.
std::string_view value_of(std::string_view record, std::string_view key) {
    for (auto rest = record; !rest.empty();) {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ')
            return line.substr(key.size() + 1);
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return {};
}

template <typename Number>
Number number_of(std::string_view text) {
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// Is the process that wrote it still the same one?
bool is_alive(const GuardState& state) {
    if (state.pid <= 0) return false;
    const auto facts = process_facts(state.pid);
    if (facts && state.began != 0) return facts->began == state.began && facts->state != 'Z';
    return ::kill(state.pid, 0) == 0 || errno == EPERM;
}

std::optional<GuardState> read_from(int fd) {
    std::array<char, record_size> buffer{};
    const auto got = ::pread(fd, buffer.data(), buffer.size(), 0);
    return got > 0 ? from_record({buffer.data(), static_cast<std::size_t>(got)}) : std::nullopt;
}

/// Regular files only, opened without following a link at the end of the path.
Descriptor open_existing(const std::string& path, int mode) {
    Descriptor file(::open(path.c_str(), mode | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    return file;
}

/// A link, or the file of a guard that is no more. Whatever else there is (/dev/null, say, to have no state file)
/// stays.
bool may_be_removed(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return false;
    if (S_ISLNK(status.st_mode)) return true;
    const auto existing = open_existing(path, O_RDONLY);
    const auto state = existing.is_open() ? read_from(existing.get()) : std::nullopt;
    return state && !is_alive(*state);
}

Descriptor create(const std::string& path) {
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor file(::open(path.c_str(), flags, 0644));
    if (file.is_open() || errno != EEXIST) return file;
    // A link is removed as a link. In /tmp only the owner can: then the next place is tried.
    if (!may_be_removed(path) || ::unlink(path.c_str()) != 0) return {};
    return Descriptor(::open(path.c_str(), flags, 0644));
}

std::optional<GuardState> living_state_at(const std::string& path) {
    const auto file = open_existing(path, O_RDONLY);
    auto state = file.is_open() ? read_from(file.get()) : std::nullopt;
    return state && is_alive(*state) ? state : std::nullopt;
}

}  // namespace

Duration GuardState::elapsed() const {
    return Duration(std::max<std::int64_t>(0, monotonic_ms() - started_ms));
}

std::string to_record(const GuardState& state) {
    auto record = fmt::format("{}probed {}\npid {}\nbegan {}\nstarted {}\nphase {}\ndetail {}\n", first_line,
                              state.probed ? 1 : 0, state.pid, state.began, state.started_ms, one_line(state.phase, 40),
                              one_line(state.detail, longest_detail));
    record.resize(record_size, '\n');
    return record;
}

std::optional<GuardState> from_record(std::string_view record) {
    if (!record.starts_with(first_line)) return std::nullopt;
    GuardState state;
    state.probed = value_of(record, "probed") == "1";
    state.pid = number_of<pid_t>(value_of(record, "pid"));
    state.began = number_of<std::uint64_t>(value_of(record, "began"));
    state.started_ms = number_of<std::int64_t>(value_of(record, "started"));
    state.phase = one_line(value_of(record, "phase"), 40);
    state.detail = one_line(value_of(record, "detail"), longest_detail);
    return state;
}

StateFile::StateFile(const std::string& configured, Instant started) {
    state_.pid = ::getpid();
    if (const auto facts = process_facts(state_.pid)) state_.began = facts->began;
    state_.started_ms = std::chrono::duration_cast<std::chrono::milliseconds>(started.time_since_epoch()).count();
    for (const auto& path : places(configured)) {
        file_ = create(path);
        if (!file_.is_open()) continue;
        path_ = path;
        return;
    }
}

void StateFile::write(std::string_view phase, std::string_view detail) {
    if (!file_.is_open()) return;
    state_.phase = phase;
    state_.detail = detail;
    state_.probed = probed();
    const auto record = to_record(state_);
    // One write of always the same length: a reader sees the old record or the new one.
    [[maybe_unused]] const auto written = ::pwrite(file_.get(), record.data(), record.size(), 0);
}

bool StateFile::probed() const {
    if (!file_.is_open()) return false;
    const auto state = read_from(file_.get());
    return state && state->probed;
}

std::optional<GuardState> read_state(const std::string& configured) {
    for (const auto& path : places(configured)) {
        auto state = living_state_at(path);
        if (!state) continue;
        if (const auto file = open_existing(path, O_WRONLY); file.is_open() && !state->probed) {
            [[maybe_unused]] const auto written = ::pwrite(file.get(), "1", 1, mark_digit);
        }
        return state;
    }
    return std::nullopt;
}

bool probe_was_seen(const std::string& configured) {
    for (const auto& path : places(configured)) {
        const auto state = living_state_at(path);
        if (state && state->pid == ::getpid()) return state->probed;
    }
    return false;
}

}  // namespace migration_guard::system
