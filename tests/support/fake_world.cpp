#include "support/fake_world.hpp"

#include "base/failure.hpp"

#include <algorithm>

namespace migration_guard::test {

void FakeClock::pass(Duration duration) {
    const auto end = now_ + duration;
    for (;;) {
        const auto next = std::ranges::min_element(events_, {}, &Event::when);
        if (next == events_.end() || next->when > end) break;
        now_ = std::max(now_, next->when);
        const auto happen = next->happen;
        events_.erase(next);
        happen();
    }
    now_ = end;
}

void FakeClock::sleep(Duration duration) {
    const auto before = interrupt_.count();
    pass(duration);
    if (interrupt_.count() != before) throw Interrupted(interrupt_.signal());
}

void FakeJournal::event(Level level, const std::string& phase, const std::string& text,
                        const std::vector<Field>& fields) {
    std::string line = text;
    for (const auto& field : fields) line += " " + field.key + "=" + field.value;
    all.push_back({level, phase, line});
}

std::vector<std::string> FakeJournal::lines(const std::string& phase) const {
    std::vector<std::string> found;
    for (const auto& line : all) {
        if (line.phase == phase) found.push_back(line.text);
    }
    return found;
}

void FakeServer::begin(const std::string& name) {
    snapshot.ledger.state = LedgerReading::State::present;
    snapshot.ledger.rows.push_back(
        row(name, As::unfinished, static_cast<std::int64_t>(snapshot.ledger.rows.size()) + 1));
}

void FakeServer::apply(const std::string& name) {
    auto& rows = snapshot.ledger.rows;
    std::erase_if(rows, [&](const LedgerRow& r) { return r.migration_name == name && r.is_unfinished(); });
    snapshot.ledger.state = LedgerReading::State::present;
    rows.push_back(row(name, As::applied, static_cast<std::int64_t>(rows.size()) + 1));
}

void FakeServer::fail(const std::string& name, const std::string& logs) {
    auto& rows = snapshot.ledger.rows;
    std::erase_if(rows, [&](const LedgerRow& r) { return r.migration_name == name && r.is_unfinished(); });
    begin(name);
    rows.back().logs = logs;
}

ConnectResult FakeDatabase::connect(Duration timeout) {
    if (server_.connected) return {};
    ++server_.connects;
    if (timeout < server_.login_takes) return {ConnectResult::Kind::not_yet, {"says nothing"}, {}};
    if (server_.answers.empty()) {
        server_.connected = true;
        return {};
    }
    auto answer = server_.answers.front();
    if (server_.answers.size() > 1) server_.answers.pop_front();
    if (answer.kind == ConnectResult::Kind::connected) {
        server_.answers.clear();
        server_.connected = true;
    }
    return answer;
}

Snapshot FakeDatabase::look(const SnapshotRequest& request) {
    if (!server_.connected) throw Failure(ExitCode::database_unreachable, "there is no connection", "");
    ++server_.looks;
    server_.asked = request;
    if (!server_.lose.empty()) {
        const auto reason = server_.lose.front();
        server_.lose.pop_front();
        server_.connected = false;
        throw Failure(ExitCode::database_unreachable, reason, "");
    }
    auto seen = server_.snapshot;
    if (server_.turns_alive > 0 && !seen.turn) seen.turn = LockHolder{1, "migration-guard", "local", "", "", 1};
    if (server_.after_look) server_.after_look(server_.looks);
    return seen;
}

Progress FakeDatabase::progress() {
    return {server_.snapshot.ledger.rows, server_.snapshot.migrating, {}, false};
}

namespace {
class FakeTurn : public Turn {
public:
    explicit FakeTurn(FakeServer& server) : server_(server) { ++server_.turns_alive; }
    ~FakeTurn() override { --server_.turns_alive; }
    FakeTurn(const FakeTurn&) = delete;
    FakeTurn& operator=(const FakeTurn&) = delete;
    bool held() override { return true; }

private:
    FakeServer& server_;
};
}  // namespace

std::unique_ptr<Turn> FakeDatabase::try_turn() {
    if (!server_.no_turn.empty()) {
        const auto reason = server_.no_turn.front();
        server_.no_turn.pop_front();
        throw Failure(ExitCode::database_unreachable, reason, "is the server up? A restart may cure it");
    }
    return server_.turn_free && server_.turns_alive == 0 ? std::make_unique<FakeTurn>(server_) : nullptr;
}

Cancelled FakeDatabase::cancel_migration(const std::string&, Duration) {
    ++server_.cancels;
    if (server_.on_cancel) server_.on_cancel();
    return server_.cancelled;
}

class FakeApplying : public Applying {
public:
    explicit FakeApplying(FakeMigrator& migrator) : migrator_(migrator) {}
    bool wait(Duration slice) override {
        if (ended_ || (next_ == migrator_.steps.size() && !migrator_.lives_on)) return true;
        migrator_.clock_.pass(slice);
        spent_ += slice;
        if (next_ < migrator_.steps.size() && spent_ >= migrator_.steps[next_].takes) {
            spent_ = Duration(0);
            migrator_.steps[next_++].then();
        }
        return false;
    }
    void begin_nothing_further() override { migrator_.told_to_begin_nothing = true; }
    void end() override {
        ++migrator_.ends;
        ended_ = true;
    }
    ApplyOutcome outcome() override { return migrator_.outcome; }

private:
    FakeMigrator& migrator_;
    std::size_t next_ = 0;
    Duration spent_{0};
    bool ended_ = false;
};

std::unique_ptr<Applying> FakeMigrator::start(const ApplyRequest&) {
    ++starts;
    return std::make_unique<FakeApplying>(*this);
}

FakeWorld::FakeWorld(const std::vector<std::string>& names) {
    std::promise<Bundle> bundle;
    bundle.set_value(bundle_of(names));
    plan.bundle = bundle.get_future().share();
    std::promise<DeclaredPart> declared;
    DeclaredTable model;
    model.name = model.model = "Model";
    server.snapshot.catalogue.relations[{"public", "Model"}] = {};
    declared.set_value({DeclaredSchema{{model}, {}}, "", {}, {}, ""});
    plan.declared = declared.get_future().share();
    plan.order = [](const std::string& left, const std::string& right) { return left < right; };
    plan.other_order = plan.order;
    plan.started = clock.start();
    plan.database = {"db", 5432, "app", "public", "app", ""};
    server.snapshot.ledger.state = LedgerReading::State::present;
    server.snapshot.server.version = "15.20";
    server.snapshot.server.schema = "public";
    server.snapshot.server.schema_exists = true;
    server.snapshot.server.can_create_in_schema = true;
}

}  // namespace migration_guard::test
