// The app of tests that ask what an exec'd app is given: prints itself as one JSON object and exits with the status
// that REPORT_STATUS names (0).
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using nlohmann::json;

// The line of /proc/self/status that begins with `key`, without the key.
std::string status_line(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(key + ":\t", 0) == 0) return line.substr(key.size() + 2);
    }
    return "";
}

// Descriptor -> what it refers to, but for the one that reads the directory.
json descriptors() {
    json found = json::object();
    DIR* directory = opendir("/proc/self/fd");
    if (directory == nullptr) return found;
    const int own = dirfd(directory);
    while (const dirent* entry = readdir(directory)) {
        const std::string name = entry->d_name;
        if (name == "." || name == ".." || name == std::to_string(own)) continue;
        std::error_code error;
        found[name] = std::filesystem::read_symlink("/proc/self/fd/" + name, error).string();
    }
    closedir(directory);
    return found;
}

std::string children() {
    const std::string self = std::to_string(getpid());
    std::ifstream file("/proc/self/task/" + self + "/children");
    std::string line;
    std::getline(file, line);
    return line;
}

json strings(char** list) {
    json all = json::array();
    for (; *list != nullptr; ++list) all.push_back(*list);
    return all;
}

json limits() {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    rlimit core{};
    getrlimit(RLIMIT_CORE, &core);
    return {{"files", files.rlim_cur}, {"core", core.rlim_cur}};
}

}  // namespace

int main(int, char** argv, char** environment) {
    const mode_t mask = umask(0);
    umask(mask);
    int subreaper = -1;
    prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    int parent_death_signal = -1;
    prctl(PR_GET_PDEATHSIG, &parent_death_signal);
    const json report = {
        {"pid", getpid()},
        {"group", getpgrp()},
        {"directory", std::filesystem::current_path().string()},
        {"argv", strings(argv)},
        {"environment", strings(environment)},
        {"descriptors", descriptors()},
        {"children", children()},
        {"blocked", status_line("SigBlk")},
        {"ignored", status_line("SigIgn")},
        {"caught", status_line("SigCgt")},
        {"pending", status_line("ShdPnd")},
        {"dumpable", prctl(PR_GET_DUMPABLE)},
        {"subreaper", subreaper},
        {"parentDeathSignal", parent_death_signal},
        {"umask", mask},
        {"nice", getpriority(PRIO_PROCESS, 0)},
        {"limits", limits()},
    };
    std::cout << report.dump(-1, ' ', false, json::error_handler_t::replace) << "\n" << std::flush;
    const char* status = std::getenv("REPORT_STATUS");
    return status == nullptr ? 0 : std::atoi(status);
}
