// Real processes for tests: one in the background, and one run to its end with its output.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace migration_guard::test {

/// A child that is killed and reaped at the end of the test. Output goes where `output` says (a file), else nowhere.
class Background {
public:
    explicit Background(const std::vector<std::string>& argv, const std::string& output = "/dev/null",
                        const std::vector<std::string>& environment = {"PATH=/usr/local/bin:/usr/bin:/bin"});
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    Background(Background&&) = delete;
    Background& operator=(Background&&) = delete;
    ~Background();

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// Exit status, 128+n for a signal; -1 when it does not end in that time.
    int wait(std::chrono::milliseconds limit);

private:
    pid_t pid_ = -1;
    bool reaped_ = false;
};

/// The status of a program that is run to its end, with what it wrote; -1 when it takes longer than `limit`.
struct Ran {
    int status = -1;
    std::string output;  ///< both streams
};
Ran run(const std::vector<std::string>& argv,
        const std::vector<std::string>& environment = {"PATH=/usr/local/bin:/usr/bin:/bin"},
        std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace migration_guard::test
