// The guard's ports over a database that exists only in memory: for what no server can be brought to do on command
// (a turn lost at the right moment, a CLI that lives on, a clock that jumps).
#pragma once

#include "guard/plan.hpp"
#include "support/ledger_builders.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace migration_guard::test {

class FakeInterrupt : public Interrupt {
public:
    [[nodiscard]] int descriptor() const override { return -1; }
    int signal() override { return signal_; }
    int count() override { return count_; }
    void raise(int signal) {
        if (signal_ == 0) signal_ = signal;
        ++count_;
    }

private:
    int signal_ = 0;
    int count_ = 0;
};

/// Time passes only by sleeping and by waiting for an apply; what is scheduled happens on the way.
class FakeClock : public Clock {
public:
    explicit FakeClock(FakeInterrupt& interrupt) : interrupt_(interrupt) {}
    Instant now() override { return now_; }
    void sleep(Duration duration) override;
    double random() override { return 0.5; }
    void pass(Duration duration);
    void at(Duration after_start, std::function<void()> event) {
        events_.push_back({start_ + after_start, std::move(event)});
    }
    [[nodiscard]] Duration elapsed() const { return std::chrono::duration_cast<Duration>(now_ - start_); }
    [[nodiscard]] Instant start() const { return start_; }

private:
    struct Event {
        Instant when;
        std::function<void()> happen;
    };
    FakeInterrupt& interrupt_;
    Instant start_ = Instant{} + std::chrono::hours(1);
    Instant now_ = start_;
    std::vector<Event> events_;
};

class FakeJournal : public Journal {
public:
    void event(Level level, const std::string& phase, const std::string& text,
               const std::vector<Field>& fields) override;
    void state(const std::string& phase, const std::string& detail) override { states.push_back(phase + " " + detail); }
    /// Lines of that phase, as "text key=value".
    [[nodiscard]] std::vector<std::string> lines(const std::string& phase) const;

    struct Line {
        Level level;
        std::string phase;
        std::string text;
    };
    std::vector<Line> all;
    std::vector<std::string> states;
};

struct FakeServer {
    std::deque<ConnectResult> answers;  ///< of the next attempts; then connected
    Snapshot snapshot;                  ///< what look() finds
    Whereabouts whereabouts;            ///< what find_everywhere() finds
    SnapshotRequest asked;              ///< of the last look
    bool turn_free = true;
    std::deque<std::string> no_turn;  ///< the next tries for a turn get no connection, for this reason
    Duration login_takes{0};          ///< an attempt that is given less is "not yet"
    bool connected = false;
    int connects = 0;
    int looks = 0;
    int cancels = 0;
    Duration round_trip_limit{0};
    Cancelled cancelled = Cancelled::ended;  ///< what a cancel comes to
    std::deque<std::string> lose;            ///< the next looks fail: the session is lost, for this reason
    int created_databases = 0;
    int created_schemas = 0;
    int turns_alive = 0;
    std::function<void()> on_cancel;
    std::function<void(int look)> after_look;  ///< called with the number of the look, counted from 1

    void apply(const std::string& name);
    void fail(const std::string& name, const std::string& logs);
    void begin(const std::string& name);
};

class FakeDatabase : public Database {
public:
    explicit FakeDatabase(FakeServer& server) : server_(server) {}
    ConnectResult connect(Duration timeout) override;
    void disconnect() override { server_.connected = false; }
    Snapshot look(const SnapshotRequest& request) override;
    Progress progress() override;
    Whereabouts find_everywhere(const std::vector<std::string>&, const std::vector<std::string>&) override {
        return server_.whereabouts;
    }
    std::unique_ptr<Turn> try_turn() override;
    void limit_round_trips(Duration most) override { server_.round_trip_limit = most; }
    Cancelled cancel_migration(const std::string& session, Duration timeout) override;
    void create_database() override { ++server_.created_databases; }
    void create_schema() override { ++server_.created_schemas; }

private:
    FakeServer& server_;
};

/// Does what `script` says, one step at a time: each step takes some time, then changes the server.
class FakeMigrator : public Migrator {
public:
    struct Step {
        Duration takes;
        std::function<void()> then;
    };
    explicit FakeMigrator(FakeClock& clock) : clock_(clock) {}
    std::unique_ptr<Applying> start(const ApplyRequest& request) override;
    std::string not_ready() override { return missing; }
    std::string name() override { return "fake"; }

    std::vector<Step> steps;
    bool lives_on = false;  ///< does not end by itself after the last step
    ApplyOutcome outcome;
    std::string missing;
    int starts = 0;
    int ends = 0;
    bool told_to_begin_nothing = false;

private:
    friend class FakeApplying;
    FakeClock& clock_;
};

/// All of it together, with a plan whose bundle is `names`.
struct FakeWorld {
    explicit FakeWorld(const std::vector<std::string>& names);
    Ports ports() { return {database, clock, journal, interrupt, &migrator, nullptr, nullptr}; }

    FakeInterrupt interrupt;
    FakeClock clock{interrupt};
    FakeJournal journal;
    FakeServer server;
    FakeDatabase database{server};
    FakeMigrator migrator{clock};
    Plan plan;
};

}  // namespace migration_guard::test
