// What reading schema.prisma costs: it is on the way of every start. Goal: 10,000 models in less than 200 ms.

#include "psl/psl.hpp"

#include <benchmark/benchmark.h>

#include <sstream>
#include <string>
#include <vector>

namespace {

using migration_guard::PslFile;

/// Models in a ring: each has ten columns, a relation with a foreign key, one without (a join table), and comments.
std::string models(std::size_t count) {
    std::ostringstream out;
    out << "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n\nenum Role {\n  A\n  "
           "B\n}\n";
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t next = (i + 1) % count;
        const std::size_t last = (i + count - 1) % count;
        out << "\n/// A model\nmodel Model" << i << " {\n  id Int @id @default(autoincrement())\n"
            << "  email String @unique @map(\"e_mail\") @db.VarChar(255)\n  name String?\n  role Role @default(A)\n"
            << "  createdAt DateTime @default(now()) @map(\"created_at\") @db.Timestamptz(6)\n"
            << "  payload Json @default(\"{}\")\n  price Decimal? @db.Decimal(10, 2) // money\n  tags String[]\n"
            << "  ok Boolean @default(true)\n  nextId Int?\n  next Model" << next << "? @relation(\"n" << i
            << "\", fields: [nextId], references: [id])\n  lasts Model" << last << "[] @relation(\"n" << last
            << "\")\n  a Model" << next << "[] @relation(\"m" << i << "\")\n  b Model" << last << "[] @relation(\"m"
            << last << "\")\n\n  @@index([email, createdAt(sort: Desc)])\n  @@map(\"models_" << i << "\")\n}\n";
    }
    return out.str();
}

void parse(benchmark::State& state) {
    const std::vector<PslFile> files = {{"schema.prisma", models(static_cast<std::size_t>(state.range(0)))}};
    for (auto _ : state) benchmark::DoNotOptimize(migration_guard::parse_psl(files).declared.tables.size());
    const auto bytes = static_cast<std::int64_t>(files.front().text.size());
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * bytes);
}

BENCHMARK(parse)->Arg(60)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
