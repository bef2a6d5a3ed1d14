// One session with the server, non-blocking throughout.
//
// Not the making of it (connect.hpp) and not what is asked (snapshot.hpp and its neighbours). Keeps true: every wait is
// bounded and interruptible; a statement that is given up is cancelled on the server, since a backend that waits for a
// lock does not notice that its client is gone; a session that was lost, or does not come free of such a statement, is
// closed and answers nothing more.
#pragma once

#include "base/failure.hpp"
#include "postgres/patience.hpp"
#include "postgres/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;

namespace migration_guard::postgres {

/// A statement of the extended protocol with its parameters as text; none is NULL.
struct Query {
    std::string sql;
    std::vector<std::optional<std::string>> parameters = {};
    std::string what = "a query of the guard";  ///< for messages
};

/// The server took a statement and did not answer in time: something is locked, or it is overloaded. The statement was
/// cancelled; where the session came free of it, it is still open.
class NoAnswer : public Failure {
public:
    using Failure::Failure;
};

enum class TransactionState { idle, in_transaction, failed, active, unknown };

class Connection {
public:
    /// Takes over a connection that is logged in. `place`: for messages. `limit`: for one round trip.
    Connection(pg_conn* connection, Interrupt& interrupt, std::string place, Duration limit);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Queries of the guard, all of them in one round trip, each a transaction of its own: one result each, in order;
    /// an error of one leaves the others as they are. Their operators are pg_catalog's, whatever the search path.
    /// Bytes::any: they read names or texts of other people, of which a database that knows no encoding sends those
    /// that are no UTF-8 as well, where it would refuse all (22021). Throws Failure database_unreachable when the
    /// session is lost, NoAnswer, Interrupted.
    std::vector<Result> pipeline(const std::vector<Query>& queries, Bytes bytes = Bytes::utf8);
    Result execute(const Query& query, Bytes bytes = Bytes::utf8);

    /// One simple query, which may hold several statements: the first error, else the last result.
    Result simple(const std::string& sql);

    // What follows is for statements that run long: native apply and smoke checks wait for them themselves.

    /// Begins a simple query; its rows are dropped as they come. Waits only for the socket to take it.
    void send_simple(const std::string& sql);
    /// One statement of the extended protocol outside of a pipeline, as it is written.
    void send(const Query& query);
    /// The next result of what was sent; none when that was the last. Throws NoAnswer when `patience` ends.
    std::optional<Result> next_result(Patience& patience);
    /// Ends COPY FROM STDIN with an error, and throws away what COPY TO STDOUT sends.
    void end_copy(const Result& result, Patience& patience);

    /// Asks the server to cancel what runs here, and does not wait for it. No more than a request: it may come late.
    void request_cancel() const;

    /// For one round trip, from now on.
    void limit(Duration most) { limit_ = most; }

    /// From now on this one ends its waits.
    void answer_to(Interrupt& interrupt) { interrupt_ = &interrupt; }

    [[nodiscard]] bool is_open() const { return connection_ != nullptr; }
    [[nodiscard]] TransactionState transaction() const;
    [[nodiscard]] int backend_pid() const;     ///< as told at login; a pooler tells a number of its own
    [[nodiscard]] int local_port() const;      ///< of its TCP connection; 0 for a socket in the file system
    [[nodiscard]] int server_version() const;  ///< 150020
    [[nodiscard]] Interrupt& interrupt() const { return *interrupt_; }
    [[nodiscard]] Duration limit() const { return limit_; }
    [[nodiscard]] pg_conn* handle() const { return connection_.get(); }

private:
    void flush(Patience& patience);
    void wait_for_input(Patience& patience);
    std::optional<Result> next_answer(Patience& patience);
    [[nodiscard]] bool knows_no_encoding() const;
    Result end_of_pipeline_item(Patience& patience, Bytes bytes);
    template <class Work>
    auto or_cancel(Work work);
    bool take_what_comes(Patience& patience) const;
    void come_free(Duration most);
    [[noreturn]] void no_answer(Duration within);
    static void note_fatal(void* self, const pg_result* notice);
    std::string last_words(const std::string& reason);
    [[noreturn]] void lost(const std::string& because);
    void require_open();

    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    std::unique_ptr<pg_conn, Finish> connection_;
    std::string fatal_;  ///< the last message of severity FATAL or PANIC
    Interrupt* interrupt_;
    std::string place_;
    std::string asked_;  ///< Query::what of what is awaited
    Duration limit_;
};

/// A name as SQL writes it: "na""me".
std::string quote_identifier(std::string_view name);
/// An array parameter: {"a","b\"c"}.
std::string array_parameter(const std::vector<std::string>& items);

}  // namespace migration_guard::postgres
