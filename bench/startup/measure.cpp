// Runs commands in turn, round after round, and compares how long each took from its start to its end.
//
//   startup_measure FILE
//
// Each line of FILE: name TAB rounds TAB program TAB argument...; the first line is what the others are measured
// against. Their output goes nowhere; a command that does not exit 0 ends the measurement.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace {

struct Contender {
    std::string name;
    int rounds = 0;
    std::vector<std::string> argv;
    std::vector<double> milliseconds;

    [[nodiscard]] double quantile(double share) const {
        std::vector<double> sorted = milliseconds;
        std::sort(sorted.begin(), sorted.end());
        return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    }
};

std::vector<Contender> read_contenders(const char* path) {
    std::ifstream file(path);
    std::vector<Contender> contenders;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        Contender contender;
        std::getline(fields, contender.name, '\t');
        std::string field;
        std::getline(fields, field, '\t');
        contender.rounds = std::stoi(field);
        while (std::getline(fields, field, '\t')) contender.argv.push_back(field);
        contenders.push_back(contender);
    }
    return contenders;
}

double run(const Contender& contender) {
    std::vector<char*> argv;
    for (const auto& word : contender.argv) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
    const auto begun = std::chrono::steady_clock::now();
    pid_t child = 0;
    const int error = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error(contender.name + ": cannot be started");
    int status = 0;
    waitpid(child, &status, 0);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    if (status != 0) throw std::runtime_error(contender.name + ": did not exit 0");
    return took.count();
}

void print(const std::vector<Contender>& contenders) {
    const double first = contenders.front().quantile(0.5);
    std::printf("%-28s %6s %10s %10s %10s %8s\n", "", "rounds", "median ms", "p10", "p90", "ratio");
    for (const auto& one : contenders)
        std::printf("%-28s %6zu %10.2f %10.2f %10.2f %8.2f\n", one.name.c_str(), one.milliseconds.size(),
                    one.quantile(0.5), one.quantile(0.1), one.quantile(0.9), one.quantile(0.5) / first);
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 2) throw std::runtime_error("usage: startup_measure FILE");
    auto contenders = read_contenders(argv[1]);
    if (contenders.empty()) throw std::runtime_error("nothing to measure");
    int most = 0;
    for (auto& contender : contenders) {
        run(contender);  // once to fill the caches
        most = std::max(most, contender.rounds);
    }
    for (int round = 0; round < most; ++round)
        for (auto& contender : contenders)
            if (round < contender.rounds) contender.milliseconds.push_back(run(contender));
    print(contenders);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "startup_measure: %s\n", error.what());
    return 70;
}
