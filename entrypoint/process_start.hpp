// The process as it was started: argv, environment, working directory, time. Read once, first of all.
//
// Keeps true: what the app gets at the end is what stands here, whatever the guard did to its own surroundings.
#pragma once

#include "base/time.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace migration_guard {

struct ProcessStart {
    std::vector<std::string> arguments;            ///< without argv[0]
    std::vector<std::string> environment;          ///< NAME=value, in order
    std::map<std::string, std::string> variables;  ///< the same to look up; the first of a name counts, as in getenv
    std::filesystem::path directory;
    Instant time;
    bool terminal = false;          ///< standard error is one
    bool is_first_process = false;  ///< process 1: the main process of a container
    std::vector<int> descriptors;   ///< inherited beyond standard error
};

ProcessStart process_start(int argc, char** argv);

}  // namespace migration_guard
