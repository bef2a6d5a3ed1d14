#include "log/journal.hpp"

#include "log/line.hpp"

// The only file that includes spdlog: it costs 10 s of compile time.
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

namespace migration_guard::log {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::info:
            break;
    }
    return spdlog::level::info;
}

Level least_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return Level::debug;
        case LogLevel::warn:
            return Level::warn;
        case LogLevel::error:
            return Level::error;
        case LogLevel::info:
            break;
    }
    return Level::info;
}

/// Writes what it is given as it is: the line is complete, its newline included.
class OutputSink : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit OutputSink(Output output) : output_(output) {}

    std::size_t dropped() {
        const std::lock_guard lock(mutex_);
        return output_.dropped();
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        output_.write({message.payload.data(), message.payload.size()});
    }
    void flush_() override {}

private:
    Output output_;
};

enum class Colour { never, by_level };

/// Whole lines, so that colours never stand inside a value.
std::string coloured(Level level, std::string line) {
    if (level != Level::warn && level != Level::error) return line;
    line.pop_back();
    return (level == Level::warn ? "\x1B[33m" : "\x1B[31m") + line + "\x1B[0m\n";
}

class LogJournal : public Journal {
public:
    LogJournal(Output output, const Settings& settings, const Secrets& secrets, Instant started, StateHook on_state,
               Colour colour)
        : sink_(std::make_shared<OutputSink>(output)),
          logger_("migration-guard", sink_),
          secrets_(secrets),
          started_(started),
          on_state_(std::move(on_state)),
          format_(settings.log_format),
          colour_(colour) {
        logger_.set_level(spdlog_level(least_level(settings.log_level)));
    }

    void event(Level level, const std::string& phase, const std::string& text,
               const std::vector<Field>& fields) override {
        if (!logger_.should_log(spdlog_level(level))) return;
        Line line{.level = level,
                  .elapsed = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started_),
                  .phase = phase,
                  .text = secrets_.mask(text),
                  .fields = {}};
        line.fields.reserve(fields.size());
        for (const auto& field : fields) line.fields.push_back({field.key, secrets_.mask(field.value)});
        if (const auto dropped = sink_->dropped(); dropped > 0)
            line.fields.push_back({"dropped", std::to_string(dropped) + " lines"});
        auto written = format_ == LogFormat::json ? json_line(line) : text_line(line);
        if (colour_ == Colour::by_level) written = coloured(level, std::move(written));
        logger_.log(spdlog_level(level), spdlog::string_view_t(written));
    }

    void state(const std::string& phase, const std::string& detail) override {
        if (on_state_) on_state_(phase, secrets_.mask(detail));
    }

private:
    std::shared_ptr<OutputSink> sink_;
    spdlog::logger logger_;
    const Secrets& secrets_;
    Instant started_;
    StateHook on_state_;
    LogFormat format_;
    Colour colour_;
};

Colour colour_of_terminal(LogFormat format) {
    const char* const no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody sets variables
    const bool wanted = no_colour == nullptr || *no_colour == '\0';
    return wanted && format == LogFormat::text && isatty(STDERR_FILENO) == 1 ? Colour::by_level : Colour::never;
}

}  // namespace

std::unique_ptr<Journal> open_journal(const Settings& settings, const Secrets& secrets, Instant started,
                                      StateHook on_state) {
    return std::make_unique<LogJournal>(Output(STDERR_FILENO), settings, secrets, started, std::move(on_state),
                                        colour_of_terminal(settings.log_format));
}

std::unique_ptr<Journal> open_journal_at(Output output, const Settings& settings, const Secrets& secrets,
                                         Instant started, StateHook on_state) {
    return std::make_unique<LogJournal>(output, settings, secrets, started, std::move(on_state), Colour::never);
}

}  // namespace migration_guard::log
