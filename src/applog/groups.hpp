// The groups of errors found so far, bounded in number.
//
// Not the decision whether two lines are one error (tracker.hpp). Keeps true: what finds no place is counted as left
// out.
#pragma once

#include "applog/log_time.hpp"
#include "applog/sentence.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::applog {

/// One error as the log tells it.
struct Occurrence {
    Sentence sentence;
    std::optional<Moment> time;
    std::string_view sample;  ///< the line that tells most
};

class Groups {
public:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    /// The group of these, made if need be; none when there is no place left.
    std::size_t place(const Occurrence& occurrence);

    void count(std::size_t group, const std::optional<Moment>& time);
    /// Seen again, but no further error: only the times may widen.
    void touch(std::size_t group, const std::optional<Moment>& time);
    /// It turned out to be part of another error.
    void take_back(std::size_t group);
    void learn_model(std::size_t group, const std::string& model);

    [[nodiscard]] LogFindings findings() const;

private:
    struct Kept {
        LogGroup group;  ///< all but its times
        std::optional<Moment> first;
        std::optional<Moment> last;
    };
    static void widen(Kept& kept, const std::optional<Moment>& time);

    std::vector<Kept> groups_;
    std::map<std::string, std::size_t, std::less<>> places_;
    std::uint64_t errors_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace migration_guard::applog
