// COMMAND, looked up before the first connection: an app that cannot start never gets its migrations applied.
//
// Not its start (exec_app.hpp). Keeps true: what execve would refuse is refused here, with 126 or 127 as a shell has
// them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace migration_guard::system {

using Environment = std::map<std::string, std::string>;

struct Command {
    std::string path;  ///< for execve, as found: relative to the working directory when PATH or the name is
    std::vector<std::string> argv;  ///< as given
    bool is_shell = false;          ///< a shell runs the app (shell-form CMD): SIGTERM will not reach it
    bool is_this_binary = false;    ///< COMMAND is the guard itself
};

/// Looks `argv[0]` up as execvp does, with the PATH of `environment`, and looks into the file: a directory, a file
/// without execute permission, of another machine, of no known format, or with an interpreter that is not there. Throws
/// Failure 126 or 127. `argv` must not be empty.
Command find_command(const std::vector<std::string>& argv, const Environment& environment);

}  // namespace migration_guard::system
