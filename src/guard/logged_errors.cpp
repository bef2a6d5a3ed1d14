#include "guard/logged_errors.hpp"

#include "schema/ddl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace migration_guard {
namespace {

bool same_word(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return std::ranges::equal(left, right, [&](char a, char b) { return lower(a) == lower(b); });
}

/// "public.User.email" has the part "email", and "user" as the client's accessor.
bool has_part(std::string_view object, std::string_view part) {
    for (std::size_t begin = 0; begin <= object.size();) {
        const auto end = std::min(object.find('.', begin), object.size());
        if (same_word(object.substr(begin, end - begin), part)) return true;
        begin = end + 1;
    }
    return false;
}

/// Why one logged error came about.
class Explanation {
public:
    Explanation(const LogGroup& group, const LogContext& context) : group_(group), context_(context) {}

    LoggedError make() {
        error_.group = group_;
        switch (cause_of(group_)) {
            case LogCause::missing_object:
                missing_object();
                break;
            case LogCause::differs:
                differs();
                break;
            case LogCause::denied:
                denied();
                break;
            case LogCause::unreachable:
            case LogCause::refused:
                not_let_in();
                break;
            case LogCause::migration:
                say("an error of Prisma Migrate itself", "migration-guard check");
                break;
            case LogCause::data:
                break;
        }
        return std::move(error_);
    }

private:
    void say(std::string cause, std::string next) {
        error_.cause = std::move(cause);
        error_.next = std::move(next);
    }

    [[nodiscard]] bool looked() const { return context_.diagnosis.check.ledger_read; }
    [[nodiscard]] const std::vector<Cause>& causes() const { return context_.diagnosis.causes; }

    [[nodiscard]] std::string when_it_stopped() const { return group_.last ? group_.last->text : "the last deploy"; }

    /// "public.AnalyticsEvent" of a log names "public.AnalyticsEvent" of the check, "User.email" its column, and a
    /// column of a table that is not there names the table.
    [[nodiscard]] bool names(const Missing& missing) const {
        const auto& object = group_.object;
        if (missing.object == object || missing.object.ends_with("." + object)) return true;
        return group_.kind == LogGroup::Kind::column && missing.kind == "table" &&
               (object.starts_with(missing.object + ".") ||
                object.starts_with(missing.object.substr(missing.object.find('.') + 1) + "."));
    }

    [[nodiscard]] bool is_of_model(const Missing& missing) const {
        return !group_.model.empty() && same_word(group_.model, missing.model);
    }

    template <class Predicate>
    [[nodiscard]] const Missing* first(Predicate fits) const {
        const auto found = std::ranges::find_if(context_.missing, fits);
        return found == context_.missing.end() ? nullptr : &*found;
    }

    /// What the log names decides. Only where it names nothing (a localised server), the model that was called does;
    /// and then anything that is missing may be meant, a relation that was included for instance.
    [[nodiscard]] const Missing* meant() const {
        if (!group_.object.empty()) {
            const auto* both = first([&](const Missing& object) { return names(object) && is_of_model(object); });
            return both != nullptr ? both : first([&](const Missing& object) { return names(object); });
        }
        if (const auto* model = first([&](const Missing& object) { return is_of_model(object); })) return model;
        return first([](const Missing& object) { return object.need != Missing::Need::optional; });
    }

    void missing_object() {
        error_.open = true;
        const auto* const missing = meant();
        if (missing != nullptr) return of_missing(*missing);
        if (const auto migration = made_by(); !migration.empty()) {
            return say(fmt::format("migration {} creates {}; whether it is applied only the database tells", migration,
                                   group_.object),
                       look_again());
        }
        if (!looked()) return not_looked();
        const auto declared = is_declared();
        if (declared && !*declared) {
            if (const auto* table = declared_elsewhere()) {
                return say(
                    fmt::format("the app asks for {}; this DATABASE_URL's is {}", group_.object, name_of(*table)),
                    "is the app's DATABASE_URL another one (?schema=, or the adapter's schema option in Prisma "
                    "7)? this one's: migration-guard config");
            }
            return say("schema.prisma of this image does not declare " + group_.object,
                       "was the app's client made from another one? run prisma generate in the build of the image; if "
                       "SQL of the app's own names it, have a migration create it: prisma migrate dev");
        }
        say(group_.object.empty()
                ? "nothing that schema.prisma declares is missing now"
                : group_.object + " is there now" + (declared ? "" : ", or schema.prisma does not declare it"),
            "see whether the errors stopped after " + when_it_stopped() +
                "; an app on another database or schema has another DATABASE_URL");
    }

    /// Whether schema.prisma declares what the error names; none where the name alone does not tell.
    [[nodiscard]] std::optional<bool> is_declared() const {
        const bool column = group_.kind == LogGroup::Kind::column;
        if (context_.declared == nullptr || (!column && group_.kind != LogGroup::Kind::table)) return std::nullopt;
        const auto dot = column ? group_.object.rfind('.') : group_.object.size();
        if (group_.object.empty() || dot == std::string::npos) return std::nullopt;
        const auto* const table = declared_table(std::string_view(group_.object).substr(0, dot));
        if (!column) return table != nullptr;
        if (table == nullptr) return std::nullopt;  // SQL of the app's own may name a column by an alias
        return std::ranges::find(table->columns, group_.object.substr(dot + 1), &DeclaredColumn::name) !=
               table->columns.end();
    }

    /// "public.users" or "users", as the database names it.
    [[nodiscard]] const DeclaredTable* declared_table(std::string_view name) const {
        const auto& tables = context_.declared->tables;
        const auto& connected = context_.diagnosis.check.database.schema;
        const auto found = std::ranges::find_if(tables, [&](const DeclaredTable& table) {
            return name == table.name || name == (table.schema.empty() ? connected : table.schema) + "." + table.name;
        });
        return found == tables.end() ? nullptr : &*found;
    }

    [[nodiscard]] std::string name_of(const DeclaredTable& table) const {
        return (table.schema.empty() ? context_.diagnosis.check.database.schema : table.schema) + "." + table.name;
    }

    /// "tenant9.users", where schema.prisma declares users of another schema; null where it declares none.
    [[nodiscard]] const DeclaredTable* declared_elsewhere() const {
        const auto object = named_object();
        if (!object || object->schema.empty()) return nullptr;
        const auto& tables = context_.declared->tables;
        const auto found = std::ranges::find(tables, object->object, &DeclaredTable::name);
        return found == tables.end() ? nullptr : &*found;
    }

    void of_missing(const Missing& missing) {
        auto found = std::ranges::find(causes(), missing.object, &Cause::object);
        if (found == causes().end()) found = std::ranges::find(causes(), Cause::Kind::other_app, &Cause::kind);
        if (found != causes().end()) return say(found->text, found->next);
        // @@ignore, @ignore, Unsupported: the client does not ask for it, so that raw SQL has.
        say(fmt::format("{} {} does not exist, and schema.prisma says that the client does not use it", missing.kind,
                        missing.object),
            "does the app name it in SQL of its own? have a migration create it: prisma migrate dev");
    }

    /// The table of the model that was called: "user" is public.users by @@map.
    [[nodiscard]] std::optional<std::string> table() const {
        if (group_.model.empty() || context_.declared == nullptr) return std::nullopt;
        const auto& tables = context_.declared->tables;
        const auto found = std::ranges::find_if(
            tables, [&](const DeclaredTable& table) { return same_word(table.model, group_.model); });
        return found == tables.end() ? group_.model : found->name;
    }

    [[nodiscard]] bool concerns(const Warning& warning) const {
        const auto of = table();
        if (of && group_.kind != LogGroup::Kind::enum_value && !has_part(warning.object, *of)) return false;
        if (group_.object.empty()) return of.has_value();
        // "email,name": any of them.
        std::string_view rest = group_.object;
        while (!rest.empty()) {
            const auto comma = std::min(rest.find(','), rest.size());
            const auto field = rest.substr(0, comma);
            const auto dot = field.rfind('.');
            if (has_part(warning.object, dot == std::string_view::npos ? field : field.substr(dot + 1))) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
        return false;
    }

    template <class Predicate>
    [[nodiscard]] const Warning* warning(Predicate fits) const {
        const auto& warnings = context_.diagnosis.check.warnings;
        const auto found = std::ranges::find_if(
            warnings, [&](const Warning& warning) { return fits(warning.kind) && concerns(warning); });
        return found == warnings.end() ? nullptr : &*found;
    }

    void differs() {
        const auto is_difference = [](const std::string& kind) {
            return kind == "blocksInsert" || kind == "typeDiffers" || kind == "listDiffers" ||
                   kind == "nullabilityDiffers" || kind == "extraEnumValue";
        };
        if (!looked()) return not_looked();
        if (const auto* found = warning(is_difference)) {
            return say(found->object + ": " + found->text, "run that statement, if it is what you want");
        }
        if (context_.diagnosis.check.history.any(MigrationState::pending)) {
            return say("columns are compared when nothing is pending any more",
                       "migration-guard migrate, then migration-guard diagnose once more");
        }
        say("schema.prisma and the database agree about it now: what the app sent does not fit, or it was mended since",
            "see whether the errors stopped after " + when_it_stopped() + "; if not, look at the call in the app");
    }

    /// The statement that gives what is missing, as far as the message tells.
    [[nodiscard]] std::string grant() const {
        const auto role = quote_role(context_.app_role);
        const auto& schema = context_.diagnosis.check.database.schema;
        const auto on = [&](const std::string& kind) {
            return kind + quote_name({schema.empty() ? "public" : schema, group_.object}) + " TO " + role;
        };
        if (group_.object.empty()) return "GRANT SELECT, INSERT, UPDATE, DELETE ON the table that it names TO " + role;
        if (group_.kind == LogGroup::Kind::sequence) return on("GRANT USAGE ON SEQUENCE ");
        if (group_.kind == LogGroup::Kind::schema) {
            return "GRANT USAGE ON SCHEMA " + quote_identifier(group_.object) + " TO " + role;
        }
        return on("GRANT SELECT, INSERT, UPDATE, DELETE ON ");
    }

    void denied() {
        const std::string as_owner = "as the owner: ";
        if (const auto* found = warning([](const std::string& kind) { return kind == "noPrivilege"; })) {
            const auto sql = found->text.find("GRANT ");
            return say(found->object + ": " + found->text,
                       as_owner + (sql == std::string::npos ? grant() : found->text.substr(sql)));
        }
        say(fmt::format("the server refused {} the use of {}; the check sees no right of it missing now",
                        context_.app_role.empty() ? "the app's login" : "login " + context_.app_role,
                        group_.object.empty() ? "an object" : group_.object),
            as_owner + grant());
    }

    void not_let_in() {
        const auto& check = context_.diagnosis.check;
        if (looked() && !asked_elsewhere().empty()) {
            return say(fmt::format("the app asked for {}; the guard's connection goes to {}, which answers",
                                   group_.object, asked_elsewhere()),
                       "is that a pooler before it, is it up? else the app's DATABASE_URL is another one; this one's: "
                       "migration-guard config");
        }
        if (looked())
            return say("the database answers now", "nothing; should it come back: migration-guard wait says why");
        if (!tried()) return not_looked();
        say(check.message, check.remedy);
    }

    /// What the guard connects to, where the app asked for another host or database; else empty.
    [[nodiscard]] std::string asked_elsewhere() const {
        const auto& database = context_.diagnosis.check.database;
        const auto host = fmt::format("{}:{}", database.host, database.port);
        const bool another_host = group_.kind == LogGroup::Kind::host && group_.object.find(':') != std::string::npos &&
                                  group_.object != host;
        // Prisma up to 6 writes `shop.public`.
        const bool another_name = group_.kind == LogGroup::Kind::database && !group_.object.empty() &&
                                  group_.object != database.name && !group_.object.starts_with(database.name + ".");
        return another_host ? host : another_name ? database.name : "";
    }

    /// Otherwise it is the guard that lacks something (66, 78), which explains nothing of the app.
    [[nodiscard]] bool tried() const {
        const auto code = context_.diagnosis.check.code;
        return code == ExitCode::database_unreachable || code == ExitCode::database_refused;
    }

    void not_looked() { say("the database could not be looked at", look_again()); }

    [[nodiscard]] std::string look_again() const {
        if (tried()) return "migration-guard diagnose, where the database can be reached";
        const auto code = context_.diagnosis.check.code;
        return fmt::format("mend {} ({}) first, then: migration-guard diagnose", describe(code).name, number(code));
    }

    /// "public.AnalyticsEvent", "AnalyticsEvent", "User.email".
    [[nodiscard]] std::optional<ScriptObject> named_object() const {
        std::vector<std::string> parts;
        for (std::size_t begin = 0; begin <= group_.object.size();) {
            const auto end = std::min(group_.object.find('.', begin), group_.object.size());
            parts.push_back(group_.object.substr(begin, end - begin));
            begin = end + 1;
        }
        ScriptObject object;
        if (group_.kind == LogGroup::Kind::column) {
            object.kind = ScriptObject::Kind::column;
            object.member = parts.back();
            parts.pop_back();
        } else if (group_.kind != LogGroup::Kind::table) {
            return std::nullopt;
        }
        if (parts.empty() || parts.size() > 2) return std::nullopt;
        object.object = parts.back();
        if (parts.size() == 2) object.schema = parts.front();
        return object;
    }

    /// Without a database the bundle still tells which migration makes what is named.
    [[nodiscard]] std::string made_by() const {
        const auto object = named_object();
        if (context_.origins == nullptr || !object) return "";
        return context_.origins->created_by(*object).value_or("");
    }

    const LogGroup& group_;
    const LogContext& context_;
    LoggedError error_;
};

}  // namespace

LoggedError explain(const LogGroup& group, const LogContext& context) {
    return Explanation(group, context).make();
}

}  // namespace migration_guard
