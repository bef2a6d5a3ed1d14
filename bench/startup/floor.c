/*
 * The floor under the guard's start with nothing pending: connects, sends the guard's own queries in one pipeline,
 * reads the answers, execs. What the guard costs beyond this is its own doing.
 *
 *   startup_floor STATEMENTS CONNINFO COMMAND [ARG...]
 *
 * STATEMENTS is what record.mjs saw the guard send: for each statement its number of parameters, then its text and the
 * parameters, each as LENGTH NEWLINE BYTES (length -1: null).
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { most_statements = 64, most_parameters = 32 };

static void give_up(const char* what, const char* why) {
    fprintf(stderr, "startup_floor: %s: %s\n", what, why);
    exit(70);
}

static char* read_text(FILE* file) {
    long length = 0;
    if (fscanf(file, "%ld", &length) != 1 || fgetc(file) != '\n') give_up("statements", "bad length");
    if (length < 0) return NULL;
    char* text = malloc((size_t)length + 1);
    if (text == NULL || fread(text, 1, (size_t)length, file) != (size_t)length) give_up("statements", "short");
    text[length] = '\0';
    return text;
}

static int send_all(PGconn* connection, const char* path) {
    FILE* file = fopen(path, "rb");
    if (file == NULL) give_up("statements", "cannot be opened");
    int statements = 0;
    int parameters = 0;
    while (statements < most_statements && fscanf(file, "%d", &parameters) == 1) {
        const char* values[most_parameters] = {NULL};
        const char* sql = read_text(file);
        if (parameters > most_parameters) give_up("statements", "too many parameters");
        for (int i = 0; i < parameters; ++i) values[i] = read_text(file);
        if (!PQsendQueryParams(connection, sql, parameters, NULL, values, NULL, NULL, 0) || !PQpipelineSync(connection))
            give_up("send", PQerrorMessage(connection));
        ++statements;
    }
    fclose(file);
    return statements;
}

static void read_all(PGconn* connection, int statements) {
    for (int synced = 0; synced < statements;) {
        PGresult* result = PQgetResult(connection);
        if (result == NULL) continue;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
            ++synced;
        else if (PQresultStatus(result) == PGRES_FATAL_ERROR && getenv("FLOOR_STRICT") != NULL)
            give_up("answer", PQresultErrorMessage(result));
        PQclear(result);
    }
}

int main(int argc, char** argv) {
    if (argc < 4) give_up("usage", "startup_floor STATEMENTS CONNINFO COMMAND [ARG...]");
    PGconn* connection = PQconnectdb(argv[2]);
    if (PQstatus(connection) != CONNECTION_OK) give_up("connect", PQerrorMessage(connection));
    if (!PQenterPipelineMode(connection)) give_up("pipeline", PQerrorMessage(connection));
    read_all(connection, send_all(connection, argv[1]));
    PQfinish(connection);
    execv(argv[3], argv + 3);
    give_up("exec", argv[3]);
}
