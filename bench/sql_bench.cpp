// What reading the bundle's scripts costs: an init script of 60 tables, as Prisma writes it. No start with nothing
// pending and nothing missing reads any.

#include "sql/read_script.hpp"

#include <benchmark/benchmark.h>

#include <sstream>
#include <string>

namespace {

std::string init_script(std::size_t tables) {
    std::ostringstream out;
    for (std::size_t i = 0; i < tables; ++i) {
        out << "-- CreateTable\nCREATE TABLE \"Model" << i << "\" (\n    \"id\" SERIAL NOT NULL,\n";
        for (int column = 0; column < 10; ++column)
            out << "    \"column" << column << "\" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n";
        out << "\n    CONSTRAINT \"Model" << i << "_pkey\" PRIMARY KEY (\"id\")\n);\n\n"
            << "-- CreateIndex\nCREATE UNIQUE INDEX \"Model" << i << "_key\" ON \"Model" << i << "\"(\"column1\");\n\n"
            << "-- AddForeignKey\nALTER TABLE \"Model" << i << "\" ADD CONSTRAINT \"Model" << i
            << "_fkey\" FOREIGN KEY (\"column2\") REFERENCES \"Model0\"(\"id\") ON DELETE SET NULL ON UPDATE "
               "CASCADE;\n\n";
    }
    return out.str();
}

void parse(benchmark::State& state) {
    const std::string script = init_script(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(migration_guard::read_script(script).effects.size());
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(script.size()));
}

void read_tolerantly(benchmark::State& state) {
    const std::string script = init_script(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(migration_guard::read_script_tolerantly(script).effects.size());
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(script.size()));
}

BENCHMARK(parse)->Arg(60)->Unit(benchmark::kMillisecond);
BENCHMARK(read_tolerantly)->Arg(60)->Unit(benchmark::kMillisecond);

}  // namespace
