// Starting a program and watching over it, as the adapters that start one (prisma/) see it.
//
// Not implemented here: system/child_process.hpp is the only place that forks; tests have a recorded fake.
// Keeps true: a child never inherits the guard's terminal input, signal mask or descriptors; it leads a process group
// of its own, and the whole group is what is waited for and ended.
#pragma once

#include "base/time.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

struct ChildSpec {
    std::vector<std::string> argv;         ///< argv[0] is a path: PATH is not searched
    std::vector<std::string> environment;  ///< NAME=value, all of it
    std::filesystem::path directory;       ///< empty: the guard's
    std::string input;                     ///< written to its standard input, then end of file
};

/// One line of the child's output without its line end, at most 8,000 bytes (longer ones come in pieces); any bytes.
enum class Stream { out, err };
using OnLine = std::function<void(Stream stream, std::string_view line)>;

class ChildProcess {
public:
    /// Kills what is left of the group and waits for it, a second at most.
    virtual ~ChildProcess() = default;

    /// True when the child and every other process of its group is gone and its output has been handed on. Waits for
    /// `slice` at most; returns early, false, when a stop signal arrives. Never throws but what `on_line` throws.
    virtual bool wait(Duration slice) = 0;
    /// SIGTERM to the group, SIGKILL two seconds later (by wait). Idempotent.
    virtual void end_group() = 0;
    /// Exit status, 128+n for a signal. Only after wait() returned true.
    [[nodiscard]] virtual int status() const = 0;
    /// Local ports of the TCP connections that the group has open just now; empty where that cannot be known.
    [[nodiscard]] virtual std::vector<int> client_ports() const { return {}; }
};

/// `child` is null when it could not be started; `problem` then says why in one line ("permission denied").
struct Started {
    std::unique_ptr<ChildProcess> child;
    std::string problem;
    std::string hint = {};  ///< where it is not the program that is the matter
};

class ProcessRunner {
public:
    virtual ~ProcessRunner() = default;
    virtual Started start(const ChildSpec& spec, OnLine on_line) = 0;
};

}  // namespace migration_guard
