#include "log/journal.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <array>

namespace migration_guard::log {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class JournalTest : public testing::Test {
protected:
    JournalTest() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK), 0); }
    ~JournalTest() override {
        for (const int end : ends_) close(end);
    }
    JournalTest(const JournalTest&) = delete;
    JournalTest& operator=(const JournalTest&) = delete;
    JournalTest(JournalTest&&) = delete;
    JournalTest& operator=(JournalTest&&) = delete;

    std::unique_ptr<Journal> open(StateHook hook = {}) {
        return open_journal_at(Output(ends_[1], Duration(20)), settings_, secrets_, std::chrono::steady_clock::now(),
                               std::move(hook));
    }
    std::string written() {
        std::string out(1U << 16U, '\0');
        const ssize_t got = read(ends_[0], out.data(), out.size());
        out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return out;
    }

    Settings settings_;
    Secrets secrets_;
    std::array<int, 2> ends_{-1, -1};
};

TEST_F(JournalTest, writes_one_line_an_event) {
    open()->event(Level::info, "wait", "ready", {{"host", "db"}});
    EXPECT_THAT(written(), testing::MatchesRegex("migration-guard phase=wait t=[0-9]\\.[0-9]{3}s msg=ready host=db\n"));
}

TEST_F(JournalTest, elapsed_counts_from_the_start_of_the_process) {
    const auto started = std::chrono::steady_clock::now() - std::chrono::seconds(90);
    open_journal_at(Output(ends_[1], Duration(20)), settings_, secrets_, started)->event(Level::info, "x", "", {});
    EXPECT_THAT(written(), ContainsRegex("t=9[0-9]\\.[0-9]+s"));
}

TEST_F(JournalTest, leaves_out_what_is_below_the_level) {
    settings_.log_level = LogLevel::warn;
    const auto journal = open();
    journal->event(Level::debug, "x", "quiet", {});
    journal->event(Level::info, "x", "quiet", {});
    EXPECT_THAT(written(), IsEmpty());
    journal->event(Level::warn, "x", "loud", {});
    journal->event(Level::error, "x", "louder", {});
    EXPECT_THAT(written(), testing::AllOf(HasSubstr("loud"), HasSubstr("louder")));
    settings_.log_level = LogLevel::debug;
    open()->event(Level::debug, "x", "quiet", {});
    EXPECT_THAT(written(), HasSubstr("quiet"));
}

TEST_F(JournalTest, writes_json_when_asked) {
    settings_.log_format = LogFormat::json;
    open()->event(Level::info, "wait", "ready", {{"host", "db"}});
    EXPECT_EQ(nlohmann::json::parse(written())["host"], "db");
}

TEST_F(JournalTest, no_password_passes_not_even_one_learnt_later_or_cut_in_half) {
    const auto journal = open();
    secrets_.add("correct horse battery");
    journal->event(
        Level::error, "exit", "password was correct horse battery",
        {{"cause", "postgresql://app:other@db/app"}, {"long", std::string(6140, 'x') + "correct horse battery"}});
    const auto line = written();
    EXPECT_THAT(line, Not(HasSubstr("corr")));
    EXPECT_THAT(line, Not(HasSubstr("other")));
    EXPECT_THAT(line, HasSubstr("postgresql://app:***@db/app"));
}

TEST_F(JournalTest, braces_are_no_format) {
    open()->event(Level::info, "x", "{} {0} %v %s", {});
    EXPECT_THAT(written(), HasSubstr("msg=\"{} {0} %v %s\""));
}

TEST_F(JournalTest, says_how_many_lines_were_lost) {
    const auto journal = open();
    fcntl(ends_[1], F_SETFL, 0);
    for (int i = 0; i < 100; ++i) journal->event(Level::info, "x", std::string(5000, 'x'), {});
    while (!written().empty()) {
    }
    journal->event(Level::info, "x", "back", {});
    EXPECT_THAT(written(), ContainsRegex("msg=back dropped=\"[0-9]+ lines\""));
    journal->event(Level::info, "x", "next", {});
    EXPECT_THAT(written(), Not(HasSubstr("dropped")));
}

TEST_F(JournalTest, tells_the_state_to_the_hook_masked) {
    std::string told;
    secrets_.add("hush-hush");
    open([&](const std::string& phase, const std::string& detail) {
        told = phase + "|" + detail;
    })->state("migrating", "2025_x 1/2 hush-hush");
    EXPECT_EQ(told, "migrating|2025_x 1/2 ***");
    open()->state("migrating", "without a hook");
    EXPECT_THAT(written(), IsEmpty());
}

TEST_F(JournalTest, a_closed_standard_error_is_no_failure) {
    const auto journal = open_journal_at(Output(-1), settings_, secrets_, std::chrono::steady_clock::now());
    journal->event(Level::error, "exit", "nobody hears this", {});
}

}  // namespace
}  // namespace migration_guard::log
