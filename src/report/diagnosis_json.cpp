#include "base/text.hpp"
#include "report/report.hpp"

#include <nlohmann/json.hpp>

namespace migration_guard::report {
namespace {

using nlohmann::ordered_json;

class DiagnosisWriter {
public:
    DiagnosisWriter(const Diagnosis& diagnosis, const Secrets& secrets) : diagnosis_(diagnosis), secrets_(secrets) {}

    [[nodiscard]] std::string write() const {
        auto document = ordered_json::parse(to_json(diagnosis_.check, secrets_));
        if (diagnosis_.check.signal == 0) {
            document["verdict"] = describe(diagnosis_.code()).name;
            document["exitCode"] = number(diagnosis_.code());
        }
        document["counts"]["bundled"] = diagnosis_.bundled.size();
        document["bundled"] = ordered_json::array();
        for (const auto& name : diagnosis_.bundled) document["bundled"].push_back(text(name));
        document["causes"] = ordered_json::array();
        for (const auto& cause : diagnosis_.causes) document["causes"].push_back(cause_json(cause));
        document["activity"] = ordered_json::array();
        for (const auto& table : diagnosis_.activity) {
            document["activity"].push_back(
                {{"table", text(table.table.text())}, {"rows", table.rows}, {"inserts", table.inserts}});
        }
        if (diagnosis_.logs_read) document["logs"] = logs();
        return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    }

private:
    [[nodiscard]] ordered_json text(const std::string& value) const {
        return value.empty() ? ordered_json(nullptr) : ordered_json(secrets_.mask(clean(value)));
    }
    static ordered_json time(const std::optional<LogTime>& when) {
        return when ? ordered_json(when->text) : ordered_json(nullptr);
    }

    [[nodiscard]] ordered_json cause_json(const Cause& cause) const {
        return {{"kind", to_text(cause.kind)},
                {"object", text(cause.object)},
                {"migration", text(cause.migration)},
                {"text", text(cause.text)},
                {"next", text(cause.next)}};
    }

    [[nodiscard]] ordered_json logs() const {
        const auto& found = diagnosis_.logs;
        ordered_json json{{"errors", found.errors}, {"leftOut", found.left_out}, {"bytes", found.bytes}};
        json["groups"] = ordered_json::array();
        for (const auto& error : diagnosis_.logged) {
            const auto& group = error.group;
            json["groups"].push_back({{"code", text(group.code)},
                                      {"object", text(group.object)},
                                      {"model", text(group.model)},
                                      {"count", group.count},
                                      {"first", time(group.first)},
                                      {"last", time(group.last)},
                                      {"sample", text(group.sample)},
                                      {"cause", text(error.cause)},
                                      {"next", text(error.next)}});
        }
        return json;
    }

    const Diagnosis& diagnosis_;
    const Secrets& secrets_;
};

}  // namespace

std::string to_json(const Diagnosis& diagnosis, const Secrets& secrets) {
    return DiagnosisWriter(diagnosis, secrets).write();
}

}  // namespace migration_guard::report
