#include "log/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

namespace migration_guard::log {
namespace {

using std::chrono_literals::operator""ms;

class Pipe {
public:
    Pipe() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
    ~Pipe() {
        close_reader();
        if (ends_[1] >= 0) close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    Pipe(Pipe&&) = delete;
    Pipe& operator=(Pipe&&) = delete;

    [[nodiscard]] int writer() const { return ends_[1]; }
    void close_reader() {
        if (ends_[0] >= 0) close(ends_[0]);
        ends_[0] = -1;
    }
    /// All that is in the pipe now.
    [[nodiscard]] std::string drain() const {
        fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        std::string out;
        std::array<char, 65536> buffer{};
        for (ssize_t got = 0; (got = read(ends_[0], buffer.data(), buffer.size())) > 0;)
            out.append(buffer.data(), static_cast<std::size_t>(got));
        return out;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

TEST(Output, writes_whole_lines) {
    const Pipe pipe;
    Output output(pipe.writer());
    output.write("one\n");
    output.write(std::string(8191, 'x') + "\n");
    EXPECT_EQ(pipe.drain(), "one\n" + std::string(8191, 'x') + "\n");
    EXPECT_EQ(output.dropped(), 0U);
}

TEST(Output, leaves_the_flags_of_the_descriptor_alone) {
    const Pipe pipe;
    const int before = fcntl(pipe.writer(), F_GETFL);
    Output output(pipe.writer());
    output.write("one\n");
    EXPECT_EQ(fcntl(pipe.writer(), F_GETFL), before);
}

TEST(Output, a_full_pipe_holds_it_up_once_and_not_for_long) {
    const Pipe pipe;
    Output output(pipe.writer(), 30ms);
    const std::string line(8191, 'x');
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i) output.write(line + "\n");
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2000ms) << "1000 lines that each wait would take 30 s";
    EXPECT_GT(output.dropped(), 900U);
}

TEST(Output, goes_on_at_a_line_of_its_own_when_somebody_reads_again) {
    const Pipe pipe;
    Output output(pipe.writer(), 1ms);
    // Three pages of the pipe a line, and a pipe has sixteen: the sixth line is torn.
    for (int i = 0; i < 100; ++i) output.write(std::string(9000, 'x') + "\n");
    EXPECT_GT(output.dropped(), 0U);
    ASSERT_FALSE(pipe.drain().ends_with('\n'));
    output.write("again\n");
    EXPECT_EQ(pipe.drain(), "\nagain\n");
    EXPECT_EQ(output.dropped(), 0U);
}

TEST(Output, a_reader_that_is_gone_is_no_failure) {
    Pipe pipe;
    pipe.close_reader();
    Output output(pipe.writer());
    output.write("nobody hears this\n");  // a SIGPIPE would end the test
    EXPECT_EQ(output.dropped(), 1U);
}

TEST(Output, a_closed_descriptor_is_no_failure) {
    Output output(-1, 10ms);
    output.write("x\n");
    Output never_opened(1'000'000, 10ms);
    never_opened.write("x\n");
    EXPECT_EQ(never_opened.dropped(), 1U);
}

}  // namespace
}  // namespace migration_guard::log
