#include "postgres/connection.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "postgres/catalogue_operators.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

namespace migration_guard::postgres {

void Connection::Finish::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

Connection::Connection(pg_conn* connection, Interrupt& interrupt, std::string place, Duration limit)
    : connection_(connection), interrupt_(&interrupt), place_(std::move(place)), limit_(limit) {
    PQsetnonblocking(connection, 1);
    PQsetNoticeReceiver(connection, &Connection::note_fatal, this);
}

/// Notices are dropped, as Prisma drops them; but the reason for which a server closes an idle session comes as one,
/// and of a busy one as a result, before the end of the connection is seen.
void Connection::note_fatal(void* self, const pg_result* notice) {
    const char* const severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity == nullptr || (std::string_view(severity) != "FATAL" && std::string_view(severity) != "PANIC")) return;
    const char* const code = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    const char* const text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    static_cast<Connection*>(self)->fatal_ =
        fmt::format("{} {}", code == nullptr ? "" : code, text == nullptr ? "" : text);
}

Connection::~Connection() = default;

/// What the server said before it closed (57P01, ...), where libpq has read it; else `reason`.
std::string Connection::last_words(const std::string& reason) {
    if (!connection_ || PQstatus(handle()) != CONNECTION_BAD) return reason;  // PQgetResult() would block
    if (!fatal_.empty()) return fatal_;
    // In a pipeline each statement that was sent has a result or a null, and the words belong to the first.
    constexpr int more_than_are_ever_sent = 50;
    for (int i = 0; i < more_than_are_ever_sent && PQisBusy(handle()) == 0; ++i) {
        const Result result(PQgetResult(handle()));
        if (!result.sqlstate().empty()) return result.error();
    }
    return reason;
}

void Connection::lost(const std::string& because) {
    const auto reason = last_words(because);
    connection_.reset();
    throw Failure(ExitCode::database_unreachable,
                  fmt::format("the connection to {} was lost: {}", place_, one_line(reason, 500)),
                  "is the server up? Its log says why it ended the connection; a restart may cure it");
}

void Connection::require_open() {
    if (!connection_) lost("it was closed before");
}

/// libpq's cancel is a connection of its own that knows no time limit: it must not hold up whoever waits.
void Connection::request_cancel() const {
    const std::shared_ptr<PGcancel> cancel(PQgetCancel(handle()), PQfreeCancel);
    if (!cancel) return;
    try {
        std::thread([cancel] {
            std::array<char, 256> error{};
            PQcancel(cancel.get(), error.data(), error.size());
        }).detach();
    } catch (const std::system_error&) {  // no thread to be had: then the server is not asked
    }
}

/// True when nothing that was sent is without its answer any more. Two nulls in a row come only then: in a pipeline
/// each statement has a null of its own, and a synchronisation point behind it.
bool Connection::take_what_comes(Patience& patience) const {
    for (int nulls = 0; nulls < 2;) {
        while (PQisBusy(handle()) != 0) {
            if (!patience.wait(PQsocket(handle()), POLLIN)) return false;
            if (PQconsumeInput(handle()) == 0) return false;
        }
        const Result result(PQgetResult(handle()));
        if (PQstatus(handle()) == CONNECTION_BAD || result.is_copy()) return false;
        nulls = result.is_none() ? nulls + 1 : 0;
    }
    return PQpipelineStatus(handle()) == PQ_PIPELINE_OFF || PQexitPipelineMode(handle()) != 0;
}

/// Cancels what runs, again while the next statement of a pipeline is locked as well, until the session is free or
/// closed.
void Connection::come_free(Duration most) {
    constexpr Duration between_cancels = std::chrono::milliseconds(400);
    Patience patience(*interrupt_, most);
    while (!patience.passed()) {
        request_cancel();
        auto share = patience.within(between_cancels);
        if (take_what_comes(share)) return;
        if (!share.passed()) break;  // lost, or a COPY: nothing that another cancel would change
    }
    connection_.reset();
}

void Connection::no_answer(Duration within) {
    constexpr Duration least = std::chrono::milliseconds(300);
    constexpr Duration most = std::chrono::seconds(2);
    come_free(std::clamp(limit_, least, most));
    throw NoAnswer(
        ExitCode::database_unreachable,
        fmt::format("no answer from {} to {} within {}; is something locked?", place_, asked_, to_text(within)),
        "see who holds a lock (SELECT * FROM pg_locks, pg_blocking_pids()) and end that session, or wait "
        "until it has finished; a restart may cure it");
}

/// A stop signal leaves no statement behind that waits on.
template <class Work>
auto Connection::or_cancel(Work work) {
    try {
        return work();
    } catch (const Interrupted&) {
        constexpr Duration not_to_hold_up_the_exit = std::chrono::milliseconds(300);
        if (connection_) come_free(not_to_hold_up_the_exit);
        throw;
    }
}

void Connection::flush(Patience& patience) {
    for (;;) {
        const int left = PQflush(handle());
        if (left < 0) lost(PQerrorMessage(handle()));
        if (left == 0) return;
        // The server may be blocked on answers that nobody reads (libpq manual, PQflush): so both directions.
        if (!patience.wait(PQsocket(handle()), POLLIN | POLLOUT)) lost("the server does not take what it is sent");
        if (PQconsumeInput(handle()) == 0) lost(PQerrorMessage(handle()));
    }
}

void Connection::wait_for_input(Patience& patience) {
    flush(patience);
    while (PQisBusy(handle()) != 0) {
        if (!patience.wait(PQsocket(handle()), POLLIN)) no_answer(patience.limit());
        // An error is not the end: the reason that the server gave may have been read already.
        if (PQconsumeInput(handle()) == 0 && PQisBusy(handle()) != 0) lost(PQerrorMessage(handle()));
    }
}

std::optional<Result> Connection::next_result(Patience& patience) {
    require_open();
    wait_for_input(patience);
    auto* const raw = PQgetResult(handle());
    if (raw != nullptr) note_fatal(this, raw);
    if (PQstatus(handle()) == CONNECTION_BAD) {
        const Result last(raw);
        lost(last.sqlstate().empty() ? PQerrorMessage(handle()) : last.error());
    }
    if (raw == nullptr) return std::nullopt;
    Result result(raw);
    if (result.is_copy() && !result.is_copy_in() && !result.is_copy_out()) lost("the server begins a replication");
    return result;
}

/// To a query of the guard, none of which is a COPY: its results would not end.
std::optional<Result> Connection::next_answer(Patience& patience) {
    auto result = next_result(patience);
    if (result && result->is_copy()) lost("the server answers with a COPY that nobody asked for");
    return result;
}

bool Connection::knows_no_encoding() const {
    const char* const encoding = PQparameterStatus(handle(), "server_encoding");
    return encoding != nullptr && std::string_view(encoding) == "SQL_ASCII";
}

/// The result of one statement, with the null and the synchronisation point behind it taken as well.
Result Connection::end_of_pipeline_item(Patience& patience, Bytes bytes) {
    while (bytes == Bytes::any && next_answer(patience)) {  // of as_stored
    }
    Result kept;
    bool has_kept = false;
    while (auto result = next_answer(patience)) {
        if (!std::exchange(has_kept, true)) kept = std::move(*result);
    }
    // Behind it the point where its transaction ends, and the error that may only show there (a deferred constraint).
    for (int nulls = 0; nulls < 2;) {
        auto result = next_answer(patience);
        if (result && result->is_synchronisation()) {
            kept.may_hold(bytes);
            return kept;
        }
        nulls = result ? 0 : nulls + 1;
        if (result && kept.ok()) kept = std::move(*result);
    }
    lost("the server's answers are out of order");
}

/// For the transaction that the statement behind it is; in an open one, to its end.
constexpr auto as_stored = "SELECT pg_catalog.set_config('client_encoding', 'SQL_ASCII', true)";

std::vector<Result> Connection::pipeline(const std::vector<Query>& queries, Bytes bytes) {
    require_open();
    Patience patience(*interrupt_, limit_);
    if (!knows_no_encoding()) bytes = Bytes::utf8;
    if (PQenterPipelineMode(handle()) == 0) lost(PQerrorMessage(handle()));
    for (const auto& query : queries) {
        if (bytes == Bytes::any) send({as_stored});
        send({with_catalogue_operators(query.sql), query.parameters, query.what});
        if (PQpipelineSync(handle()) == 0) lost(PQerrorMessage(handle()));
    }
    std::vector<Result> results;
    results.reserve(queries.size());
    or_cancel([&] {
        for (const auto& query : queries) {
            asked_ = query.what;
            results.push_back(end_of_pipeline_item(patience, bytes));
        }
    });
    if (PQexitPipelineMode(handle()) == 0) lost(PQerrorMessage(handle()));
    return results;
}

Result Connection::execute(const Query& query, Bytes bytes) {
    return std::move(pipeline({query}, bytes).front());
}

Result Connection::simple(const std::string& sql) {
    require_open();
    Patience patience(*interrupt_, limit_);
    if (PQsendQuery(handle(), sql.c_str()) == 0) lost(PQerrorMessage(handle()));
    asked_ = Query{}.what;
    Result last;
    bool failed = false;
    or_cancel([&] {
        while (auto result = next_answer(patience)) {
            if (failed) continue;
            failed = !result->ok();
            last = std::move(*result);
        }
    });
    return last;
}

void Connection::send_simple(const std::string& sql) {
    require_open();
    if (PQsendQuery(handle(), sql.c_str()) == 0) lost(PQerrorMessage(handle()));
    PQsetSingleRowMode(handle());
    asked_ = "a script";
}

void Connection::send(const Query& query) {
    require_open();
    std::vector<const char*> values;
    values.reserve(query.parameters.size());
    for (const auto& parameter : query.parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
    if (PQsendQueryParams(handle(), query.sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                          nullptr, 0) == 0) {
        lost(PQerrorMessage(handle()));
    }
    asked_ = query.what;
}

void Connection::end_copy(const Result& result, Patience& patience) {
    if (result.is_copy_in()) {
        while (PQputCopyEnd(handle(), "COPY FROM STDIN has no data here") == 0) flush(patience);
        return;
    }
    for (;;) {
        char* row = nullptr;
        const int size = PQgetCopyData(handle(), &row, 1);
        PQfreemem(row);
        if (size < 0) return;  // the end, or an error that the next result tells
        if (size > 0) continue;
        if (!patience.wait(PQsocket(handle()), POLLIN)) no_answer(patience.limit());
        if (PQconsumeInput(handle()) == 0) lost(PQerrorMessage(handle()));
    }
}

TransactionState Connection::transaction() const {
    switch (PQtransactionStatus(handle())) {
        case PQTRANS_IDLE:
            return TransactionState::idle;
        case PQTRANS_INTRANS:
            return TransactionState::in_transaction;
        case PQTRANS_INERROR:
            return TransactionState::failed;
        case PQTRANS_ACTIVE:
            return TransactionState::active;
        default:
            return TransactionState::unknown;
    }
}

int Connection::backend_pid() const {
    return PQbackendPID(handle());
}
int Connection::local_port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: as the call wants it
    if (getsockname(PQsocket(handle()), any, &size) != 0) return 0;
    std::array<char, NI_MAXSERV> port{};
    const int error = getnameinfo(any, size, nullptr, 0, port.data(), port.size(), NI_NUMERICSERV);
    return error == 0 ? std::atoi(port.data()) : 0;
}
int Connection::server_version() const {
    return PQserverVersion(handle());
}

std::string quote_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string array_parameter(const std::vector<std::string>& items) {
    std::string array = "{";
    for (const auto& item : items) {
        if (array.size() > 1) array += ',';
        array += '"';
        for (const char c : item) {
            if (c == '"' || c == '\\') array += '\\';
            array += c;
        }
        array += '"';
    }
    return array + '}';
}

}  // namespace migration_guard::postgres
