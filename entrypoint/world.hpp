// The real world, built: database, migrator, clock, ledger writer, smoke runner, for one image and one database.
//
// The only place where adapters are made. Keeps true: nothing here connects or starts anything yet.
#pragma once

#include "guard/never_created.hpp"
#include "guard/plan.hpp"
#include "image.hpp"
#include "process_start.hpp"
#include "system/child_process.hpp"
#include "system/real_clock.hpp"
#include "system/stop_signals.hpp"

#include <memory>

namespace migration_guard {

class World {
public:
    World(const Settings& settings, const ProcessStart& start, const Image& image, const Databases& databases,
          system::StopSignals& signals, Journal& journal);
    /// Nothing that the guard started outlives its world.
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    World(World&&) = delete;
    World& operator=(World&&) = delete;

    [[nodiscard]] const Plan& plan() const { return plan_; }
    [[nodiscard]] Ports ports();

private:
    Plan plan_;
    system::StopSignals& signals_;
    Journal& journal_;
    system::RealClock clock_;
    system::SystemProcessRunner runner_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<Migrator> migrator_;
    std::unique_ptr<LedgerWriter> writer_;
    std::unique_ptr<SmokeRunner> smoke_;
};

/// ignoreObjects as patterns. Throws Failure 78.
std::vector<ObjectPattern> ignored_objects(const Settings& settings, const std::string& schema);

/// Where unqualified names go and what is passed over when there is no database to ask. Throws Failure 78.
NeverCreatedOptions never_created_options(const Image& image, const Settings& settings,
                                          const prisma::Environment& environment, const std::filesystem::path& cwd);

/// Where the guard connects to, for the start line and the JSON.
DatabaseIdentity identify(const Databases& databases);

}  // namespace migration_guard
