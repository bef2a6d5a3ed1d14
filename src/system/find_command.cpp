#include "system/find_command.hpp"

#include "base/failure.hpp"
#include "system/descriptor.hpp"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

namespace migration_guard::system {
namespace {

constexpr const char* usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::array shells{"sh", "ash", "bash", "dash", "zsh", "ksh", "busybox"};
#if defined(__aarch64__)
constexpr Elf64_Half this_machine = EM_AARCH64;
#else
constexpr Elf64_Half this_machine = EM_X86_64;
#endif
constexpr std::size_t longest_interpreter = 255;  // BINPRM_BUF_SIZE, less the #!

[[noreturn]] void not_found(const std::string& message, const std::string& hint) {
    throw Failure(ExitCode::app_not_found, message, hint);
}

[[noreturn]] void not_executable(const std::string& message, const std::string& hint) {
    throw Failure(ExitCode::app_not_executable, message, hint);
}

std::string base_name(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

std::optional<struct stat> status_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return status;
}

/// The first bytes of the file, more than enough for an ELF header with its program headers, or for a #! line.
std::string first_bytes(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string bytes(4096, '\0');
    const auto got = file.is_open() ? ::read(file.get(), bytes.data(), bytes.size()) : 0;
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

template <typename Header>
std::optional<Header> header_at(std::string_view bytes, std::size_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(Header)) return std::nullopt;
    Header header{};
    std::memcpy(&header, bytes.data() + offset, sizeof header);
    return header;
}

/// The program that an interpreted or dynamically linked file needs; empty when it needs none.
std::string elf_interpreter(std::string_view bytes) {
    const auto header = header_at<Elf64_Ehdr>(bytes, 0);
    if (!header || header->e_ident[EI_CLASS] != ELFCLASS64) return {};
    for (std::size_t i = 0; i < header->e_phnum; ++i) {
        const auto segment = header_at<Elf64_Phdr>(bytes, header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment) return {};
        if (segment->p_type != PT_INTERP) continue;
        if (segment->p_offset >= bytes.size()) return {};
        const auto name = bytes.substr(segment->p_offset, segment->p_filesz);
        return std::string(name.substr(0, name.find('\0')));
    }
    return {};
}

void check_elf(const std::string& path, std::string_view bytes) {
    const auto header = header_at<Elf64_Ehdr>(bytes, 0);
    // A 32-bit program may run or not, as the kernel is configured: left to execve.
    if (!header || header->e_ident[EI_CLASS] != ELFCLASS64) return;
    if (header->e_machine != this_machine)
        not_executable(fmt::format("{} is built for another processor", path),
                       "build the image for this platform (docker build --platform), or run it where it belongs");
    const auto interpreter = elf_interpreter(bytes);
    if (interpreter.empty() || ::access(interpreter.c_str(), F_OK) == 0) return;
    not_found(fmt::format("{} needs {}, which is not in the image", path, interpreter),
              "the program was built for another C library (glibc against musl): take it from an image of the same "
              "kind, Debian or Alpine, or install its libraries");
}

void check_script(const std::string& path, std::string_view bytes) {
    auto line = bytes.substr(2, longest_interpreter);
    line = line.substr(0, line.find('\n'));
    const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
    const auto interpreter = std::string(line.substr(begin, line.find_first_of(" \t", begin) - begin));
    if (interpreter.ends_with('\r'))
        not_found(
            fmt::format("{} begins with a line that ends in a carriage return, so its interpreter is not found", path),
            "save the script with Unix line ends (git: *.sh text eol=lf in .gitattributes)");
    if (interpreter.empty()) not_executable(fmt::format("{} names no interpreter behind #!", path), "write #!/bin/sh");
    if (::access(interpreter.c_str(), F_OK) == 0) return;
    not_found(fmt::format("{} needs {}, which is not in the image", path, interpreter),
              "install it, or write the interpreter that the image has into the script's first line");
}

void check_format(const std::string& path) {
    if (::access(path.c_str(), R_OK) != 0) return;  // executable but not readable: execve will tell
    const auto bytes = first_bytes(path);
    if (bytes.starts_with("\x7f"
                          "ELF"))
        return check_elf(path, bytes);
    if (bytes.starts_with("#!")) return check_script(path, bytes);
    not_executable(
        bytes.empty() ? fmt::format("{} is empty", path)
                      : fmt::format("{} is neither a program nor a script with #!", path),
        "there is no shell in between that would run it: begin the script with #!/bin/sh, or name the program "
        "that runs it as COMMAND");
}

/// Why a file that is there cannot be run, empty when nothing speaks against it.
std::string obstacle(const std::string& path, const struct stat& status) {
    if (S_ISDIR(status.st_mode)) return "is a directory";
    if (!S_ISREG(status.st_mode)) return "is not a regular file";
    if (::access(path.c_str(), X_OK) != 0)
        return errno == EACCES ? "is not executable" : std::generic_category().message(errno);
    return {};
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    not_executable(fmt::format("{} {}", path, why),
                   "COMMAND must be a program that this user may run (chmod +x); it stands behind -- or in CMD");
}

std::vector<std::string> candidates(const std::string& name, const Environment& environment) {
    const auto given = environment.find("PATH");
    std::string_view rest = given == environment.end() ? usual_path : std::string_view(given->second);
    std::vector<std::string> paths;
    for (;;) {
        const auto end = rest.find(':');
        const auto place = rest.substr(0, end);
        paths.push_back(place.empty() ? name : fmt::format("{}/{}", place, name));
        if (end == std::string_view::npos) return paths;
        rest.remove_prefix(end + 1);
    }
}

std::string found_in_path(const std::string& name, const Environment& environment) {
    std::string refused;
    std::string why;
    for (auto& path : candidates(name, environment)) {
        const auto status = status_of(path);
        if (!status) continue;
        auto problem = obstacle(path, *status);
        if (problem.empty()) return path;
        if (!refused.empty() || S_ISDIR(status->st_mode)) continue;  // a directory of that name is no find
        refused = path;
        why = std::move(problem);
    }
    if (!refused.empty()) refuse(refused, why);
    not_found(fmt::format("no {} in PATH", name),
              "is it in the image, and is PATH what the app expects? COMMAND stands behind -- or in CMD");
}

std::string found_at(const std::string& path) {
    const auto status = status_of(path);
    if (!status && errno == EACCES) refuse(path, "cannot be reached: permission denied");
    if (!status)
        not_found(fmt::format("{} does not exist", path),
                  "is it in the image, and is the working directory right? COMMAND stands behind -- or in CMD");
    const auto problem = obstacle(path, *status);
    if (!problem.empty()) refuse(path, problem);
    return path;
}

bool is_this_binary(const std::string& path) {
    const auto self = status_of("/proc/self/exe");
    const auto other = status_of(path);
    return self && other && self->st_dev == other->st_dev && self->st_ino == other->st_ino;
}

/// The word that `-c` of a shell takes, empty when it has none: `sh -c '…'`, `bash -euc '…'`.
std::string shell_script(const std::vector<std::string>& argv) {
    for (std::size_t i = 1; i + 1 < argv.size() && argv[i].starts_with('-'); ++i) {
        if (!argv[i].starts_with("--") && argv[i].find('c') != std::string::npos) return argv[i + 1];
    }
    return {};
}

/// A shell with something to run stays between Docker's SIGTERM and the app, unless the script it is given becomes the
/// app.
bool runs_a_shell(const std::vector<std::string>& argv) {
    const auto name = base_name(argv.front());
    if (std::ranges::find(shells, name) == shells.end()) return false;
    if (name == "busybox") return argv.size() > 2 && (argv[1] == "sh" || argv[1] == "ash");
    return argv.size() > 1 && !shell_script(argv).starts_with("exec ");
}

}  // namespace

Command find_command(const std::vector<std::string>& argv, const Environment& environment) {
    const auto& name = argv.front();
    if (name.empty()) not_found("COMMAND is an empty word", "write the program behind --");
    Command command;
    command.argv = argv;
    command.path = name.find('/') == std::string::npos ? found_in_path(name, environment) : found_at(name);
    check_format(command.path);
    command.is_shell = runs_a_shell(argv);
    command.is_this_binary = is_this_binary(command.path);
    return command;
}

}  // namespace migration_guard::system
