// How fast diagnose --logs reads: the aim is 300 MB/s, whatever stands in the log.

#include "applog/scan_log.hpp"

#include <benchmark/benchmark.h>

#include <sstream>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t log_size = 64U << 20U;

constexpr std::string_view error =
    "2025-11-10T03:51:27.425062648Z prisma:error \n"
    "2025-11-10T03:51:27.425070001Z Invalid `prisma.analyticsEvent.create()` invocation:\n"
    "2025-11-10T03:51:27.425071002Z \n"
    "2025-11-10T03:51:27.425072003Z The table `public.AnalyticsEvent` does not exist in the current database.\n";

/// What Node prints of an error that nobody catches (Prisma 7).
constexpr std::string_view thrown =
    "PrismaClientKnownRequestError: \n"
    "Invalid `prisma.analyticsEvent.create()` invocation:\n\n\n"
    "The table `public.AnalyticsEvent` does not exist in the current database.\n"
    "    at vn.handleRequestError (/app/node_modules/@prisma/client/runtime/client.js:65:8643)\n"
    "    at vn.handleAndLogRequestError (/app/node_modules/@prisma/client/runtime/client.js:65:7883)\n"
    "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\n"
    "    at async file:///app/src/server.js:9:1 {\n"
    "  code: 'P2021',\n"
    "  meta: {\n"
    "    modelName: 'AnalyticsEvent',\n"
    "    driverAdapterError: DriverAdapterError: TableDoesNotExist\n"
    "        at PrismaPgAdapter.onError (file:///app/node_modules/@prisma/adapter-pg/dist/index.mjs:666:11)\n"
    "        at async yr.request (/app/node_modules/@prisma/client/runtime/client.js:58:2425) {\n"
    "      cause: [Object]\n"
    "    }\n"
    "  },\n"
    "  clientVersion: '7.10.1'\n"
    "}\n";

/// The same as pino writes it.
constexpr std::string_view error_in_json =
    R"j({"level":50,"time":1762746687425,"pid":18,"hostname":"srv-captain--app","err":{"type":"PrismaClientK)j"
    R"j(nownRequestError","message":"\nInvalid `prisma.analyticsEvent.create()` invocation:\n\n\nThe table `)j"
    R"j(public.AnalyticsEvent` does not exist in the current database.","stack":"PrismaClientKnownRequestErr)j"
    R"j(or: \nInvalid `prisma.analyticsEvent.create()` invocation:\n\n\nThe table `public.AnalyticsEvent` do)j"
    R"j(es not exist in the current database.\n    at vn.handleRequestError (/app/node_modules/@prisma/clien)j"
    R"j(t/runtime/client.js:65:8643)","code":"P2021","meta":{"modelName":"AnalyticsEvent"},"clientVersion":")j"
    R"j(7.10.1","name":"PrismaClientKnownRequestError"},"msg":"track failed"})j"
    "\n";

/// Raw queries on a server that speaks French: nothing in it is ASCII from end to end.
constexpr std::string_view error_in_french =
    "2025-11-10T03:51:27.425062648Z prisma:error \n"
    "2025-11-10T03:51:27.425070001Z Invalid `prisma.$queryRaw()` invocation:\n"
    "2025-11-10T03:51:27.425071002Z \n"
    "2025-11-10T03:51:27.425072003Z Raw query failed. Code: `42P01`. Message: `la relation \u00ab "
    "\u00e9v\u00e9nement \u00bb n'existe pas`\n";

/// Words that Prisma's errors have as well, one after the other, and never one of its sentences.
constexpr std::string_view near_marks =
    "the database migration has a constraint on a column, an enum, an input and a required conversion to a table\n"
    "tab tab tab enu enu rai rai umn umn igr igr inp inp med med uir uir onv onv TLS TLS tabtabtabtabtabtabtabtab\n"
    "database database database database database database database database database database database database\n";

/// Pieces and numbers one after the other. (operator+ on strings trips a false warning of g++ 12.)
template <class... Pieces>
std::string joined(const Pieces&... pieces) {
    std::ostringstream out;
    (out << ... << pieces);
    return out.str();
}

/// Access lines as CapRover shows them, some with the words that the prefilter looks for.
std::string access_line(std::size_t i) {
    return joined("2025-11-10T03:51:", 10 + i % 50, ".425062648Z app.1.x7k2@node1    | ",
                  i % 7 == 0 ? "POST /track" : "GET /assets/index-0f3a91.js", " ", 200 + i % 5, " ", i % 97,
                  "ms Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 user=", i % 1000,
                  "\n");
}

/// What pino writes for each request.
std::string json_line(std::size_t i) {
    return joined(R"({"level":30,"time":17627466)", 87'425 + i % 9'999,
                  R"(,"pid":18,"hostname":"srv-captain--app","req":{"id":)", i,
                  R"(,"method":"GET","url":"/api/events?page=)", i % 100,
                  R"(","headers":{"host":"app.example.org"}},"res":{"statusCode":200},"responseTime":)", i % 97,
                  R"(,"msg":"request completed"})", "\n");
}

/// Every query of the client, logged: many tables, many enums.
std::string query_line(std::size_t i) {
    return joined(
        "prisma:query SELECT \"public\".\"User\".\"id\", \"public\".\"User\".\"table_number\" FROM "
        "\"public\".\"User\" WHERE \"public\".\"User\".\"id\" = $1 LIMIT $2 OFFSET $3 /* ",
        i, " menu database */\n");
}

std::string french_line(std::size_t i) {
    return joined("2025-11-10 03:51:27.425 UTC [", i % 32'768,
                  "] ERREUR:  une valeur NULL viole la contrainte NOT NULL de la colonne \u00ab label \u00bb dans la "
                  "relation \u00ab \u00e9v\u00e9nement \u00bb\n");
}

template <class Line>
std::string log_of(Line line, std::size_t lines_between_errors) {
    std::string out;
    out.reserve(log_size + 4096);
    for (std::size_t i = 0; out.size() < log_size; ++i) {
        out += line(i);
        if (lines_between_errors != 0 && i % lines_between_errors == 0) out += error;
    }
    return out;
}

void scan(benchmark::State& state, const std::string& log) {
    for (auto _ : state) {
        std::string_view rest = log;
        const auto findings = migration_guard::scan_log([&rest](char* into, std::size_t size) {
            const std::size_t taken = rest.copy(into, size);
            rest.remove_prefix(taken);
            return taken;
        });
        benchmark::DoNotOptimize(findings.errors);
        state.counters["errors"] = static_cast<double>(findings.errors);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(log.size()));
}

void access_log(benchmark::State& state) {
    scan(state, log_of(access_line, 1000));
}
void json_log(benchmark::State& state) {
    scan(state, log_of(json_line, 1000));
}
/// What PostgreSQL's own log says in French, beside the app's.
void french_log(benchmark::State& state) {
    scan(state, log_of(french_line, 1000));
}
void query_log(benchmark::State& state) {
    scan(state, log_of(query_line, 1000));
}
void quiet_log(benchmark::State& state) {
    scan(state, log_of(access_line, 0));
}
void nothing_but(benchmark::State& state, std::string_view entry) {
    scan(state, log_of([entry](std::size_t) { return std::string(entry); }, 0));
}

/// In French, and each about another table: nothing is known from the line before.
std::string other_table_line(std::size_t i) {
    std::string out(error_in_french);
    return out.insert(out.find("\u00e9v\u00e9nement"), std::to_string(i % 50'000));
}
void errors_that_differ(benchmark::State& state) {
    scan(state, log_of(other_table_line, 0));
}

BENCHMARK(quiet_log)->Unit(benchmark::kMillisecond);
BENCHMARK(access_log)->Unit(benchmark::kMillisecond);
BENCHMARK(json_log)->Unit(benchmark::kMillisecond);
BENCHMARK(french_log)->Unit(benchmark::kMillisecond);
BENCHMARK(query_log)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nothing_but, errors, error)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nothing_but, thrown_errors, thrown)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nothing_but, errors_in_json, error_in_json)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nothing_but, errors_in_french, error_in_french)->Unit(benchmark::kMillisecond);
BENCHMARK(errors_that_differ)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nothing_but, near_marks, near_marks)->Unit(benchmark::kMillisecond);

}  // namespace
