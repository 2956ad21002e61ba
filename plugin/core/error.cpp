// Every sentence a user can read.
#include "error.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

namespace patch {

namespace {

const char* function_now = "patch";

std::string with_place(std::string sentence, const std::string& place) {
    return place.empty() ? sentence : sentence + " (" + place + ")";
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
    std::vector<std::string> others;  // a symbol of that very name has no meaning
    std::copy_if(known.begin(), known.end(), std::back_inserter(others), [&](const std::string& each) { return each != name; });
    const std::string guess = nearest(name, others);
    return guess.empty() ? "" : ", did you mean " + guess + "?";
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

// Edit distance in which a swap of neighbours counts one (optimal string alignment).
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        d[i][0] = i;
    }
    std::iota(d[0].begin(), d[0].end(), std::size_t(0));
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a.size()][b.size()];
}

}  // namespace

Error::Error(ErrorKind error_kind, std::string text)
    : kind(error_kind)
    , function(function_now)
    , sentence_(function + ": " + std::move(text)) {}

CallScope::CallScope(const char* function)
    : outer_(function_now) {
    function_now = function;
}

CallScope::~CallScope() {
    function_now = outer_;
}

const char* current_function() {
    return function_now;
}

std::string shown(double value) {
    if (std::isnan(value)) {
        return "nan";  // of either sign
    }
    char text[32];
    for (const int digits : {6, 15, 17}) {
        std::snprintf(text, sizeof text, "%.*g", digits, value);
        if (!(std::strtod(text, nullptr) != value)) {
            break;
        }
    }
    return text;
}

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
    const std::string low = lower(name);
    std::string sorted = low;
    std::sort(sorted.begin(), sorted.end());
    std::string best;
    std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const std::string other = lower(candidate);
        std::size_t cost = distance(low, other);
        std::string letters = other;
        std::sort(letters.begin(), letters.end());
        if (letters == sorted && name.size() > 3) {
            cost = std::min<std::size_t>(cost, 1);  // the same letters in another order: SynExp for ExpSyn
        }
        if (cost < least) {
            least = cost;
            best = candidate;
        }
    }
    return best;
}

std::string near_name(const std::string& name, const std::vector<std::string>& known) {
    const std::string low = lower(name);
    const std::size_t most = name.size() < 4 ? 0 : name.size() < 8 ? 1 : 2;
    std::string letters = low;
    std::sort(letters.begin(), letters.end());
    std::string best;
    std::size_t least = most + 1;
    for (const std::string& candidate : known) {
        if (candidate == name) {
            return "";
        }
        const std::size_t difference = candidate.size() > name.size() ? candidate.size() - name.size() : name.size() - candidate.size();
        std::string others = lower(candidate);
        std::sort(others.begin(), others.end());
        const bool swapped = name.size() == 3 && letters == others;  // tua for tau
        const std::size_t cost = swapped ? 0 : difference > most ? least : distance(low, lower(candidate));
        if (cost < least && (cost == 0 || candidate.size() > 3)) {
            least = cost;
            best = candidate;
        }
    }
    return best;
}

Error refused(ErrorKind kind, std::string argument, std::string got, std::string expected, std::string place) {
    Error error(kind, with_place(argument + " is " + got + ", expected " + expected, place));
    error.argument = std::move(argument);
    error.got = std::move(got);
    error.expected = std::move(expected);
    error.place = std::move(place);
    return error;
}

Error not_finite(const std::string& argument, double got, const std::string& place) {
    return refused(ErrorKind::value, argument, shown(got), "a finite number", place);
}

Error wrong_kind(const std::string& argument, const std::string& got, const std::string& expected, const std::string& place) {
    return refused(ErrorKind::type, argument, got, expected, place);
}

Error missing(const std::string& argument, const std::string& expected) {
    Error error(ErrorKind::type, argument + " is missing, expected " + expected);
    error.argument = argument;
    error.expected = expected;
    return error;
}

Error too_many_arguments(std::size_t got, std::size_t most) {
    const char* const are = got == 1 ? " argument is" : " arguments are";
    return Error(ErrorKind::type, std::to_string(got) + are + " too many, expected at most " + std::to_string(most));
}

Error given_twice(const std::string& argument) {
    Error error(ErrorKind::type, argument + " is given twice, by position and by name");
    error.argument = argument;
    return error;
}

Error unknown_keyword(const std::string& name, const std::vector<std::string>& known) {
    std::string names;
    for (const std::string& each : known) {
        names += (names.empty() ? "" : ", ") + each;
    }
    Error error(ErrorKind::type, "there is no argument " + name + did_you_mean(name, known) +
                                     (names.empty() ? " (it takes no keywords)" : " (known are " + names + ")"));
    error.argument = name;
    return error;
}

Error deleted_section(const std::string& argument) {
    Error error(ErrorKind::reference, argument + " is a section that has been deleted");
    error.argument = argument;
    return error;
}

Error deleted_object(const std::string& argument, const std::string& name) {
    Error error(ErrorKind::reference, argument + " is " + name + ", which is no longer in a section");
    error.argument = argument;
    error.got = name;
    return error;
}

Error no_section() {
    return Error(ErrorKind::access, "there is no current section, create or access one first");
}

Error no_such_mechanism(const std::string& name, const std::vector<std::string>& known) {
    Error error(ErrorKind::name, "there is no point process " + name + did_you_mean(name, known));
    error.got = name;
    return error;
}

Error no_such_name(const std::string& name, const std::vector<std::string>& known) {
    Error error(ErrorKind::name, "there is no " + name + did_you_mean(name, known));
    error.got = name;
    return error;
}

Error no_such_attribute(const std::string& name, const std::string& owner, const std::vector<std::string>& known) {
    Error error(ErrorKind::name, owner + " has no " + name + did_you_mean(name, known));
    error.got = name;
    error.place = owner;
    return error;
}

Error unequal_lengths(const std::string& first, std::size_t first_size, const std::string& second, std::size_t second_size,
                      const std::string& place) {
    return Error(ErrorKind::value, with_place(first + " has " + std::to_string(first_size) + " values and " + second + " has " +
                                                  std::to_string(second_size) + ", expected the same number",
                                              place));
}

Error too_many_points(std::size_t there, std::size_t added, std::size_t most, const std::string& place) {
    Error error(ErrorKind::value,
                with_place(std::to_string(there) + " points and " + std::to_string(added) + " more are " + std::to_string(there + added) +
                               ", expected at most " + std::to_string(most) + " in a section",
                           place));
    error.place = place;
    return error;
}

Error bad_element(const std::string& argument, std::size_t index, double got, const std::string& expected, const std::string& place) {
    return refused(ErrorKind::value, argument + "[" + std::to_string(index) + "]", shown(got), expected, place);
}

Error unsorted(const std::string& argument, std::size_t index, double got, double before) {
    return refused(ErrorKind::value, argument + "[" + std::to_string(index) + "]", shown(got),
                   "at least the time before it, " + shown(before));
}

Error pointer_without_section() {
    Error error(ErrorKind::connection, "source is a pointer without its section, give sec=section, or the segment itself");
    error.argument = "source";
    return error;
}

Error word_gave_none(const std::string& type) {
    return Error(ErrorKind::type,
                 type + " stands for None, expected a NEURON object: its __neuron__, __netcon__ or __record__ returns nothing");
}

Error init_not_called(const std::string& type) {
    return Error(ErrorKind::type, "the __init__ of " + type + " has to call super().__init__()");
}

Error no_mechanism_named() {
    return Error(ErrorKind::type,
                 "a mechanism is missing: p.ExpSyn(segment), p.PointProcess('ExpSyn', segment), or a class derived from p.ExpSyn");
}

Error not_deletable(const std::string& name) {
    return Error(ErrorKind::name, name + " cannot be deleted");
}

Error not_on_top(const std::string& section, const std::string& top) {
    return Error(ErrorKind::access, section + " is not on top of the section stack" + (top.empty() ? "" : ", " + top + " is"));
}

Error not_connected(const std::string& source, const std::string& target) {
    return Error(ErrorKind::not_connected, "there is no connection from " + source + " to " + target);
}

Error while_running(const std::string& what) {
    return Error(ErrorKind::busy, what + " while a step is running, expected before or after a run");
}

Error from_host(const std::string& text) {
    return Error(ErrorKind::host, "NEURON refused: " + text);
}

std::string wrong_neuron(const std::string& version, const std::string& built_for, const std::string& running) {
    return "libpatch " + version + " was built for NEURON " + built_for + " and this is NEURON " + running +
           ": nothing was registered, build it for this NEURON\n";
}

std::string name_hidden(const std::string& name) {
    return "libpatch: " + name + " is a name of yours already and hides ours: rename it to use " + name + " of libpatch\n";
}

std::string no_such_mode(const std::string& mode) {
    return "PATCH_DEFAULTS is '" + mode + "', expected neuron or patch: it changes nothing";
}

std::string run_cannot_go_on(double t) {
    return "the run cannot go on at t = " + shown(t) +
           " ms: connected objects were freed since it began, and events may be on their way to them; initialise first";
}

std::string free_threaded() {
    return "libpatch: this is a free-threaded Python, whose objects have another layout: only HOC is served, use a Python with the GIL\n";
}

std::string clock_starts_now() {
    return "p.time records from the next initialisation on: in neuron mode ask for it before the run";
}

std::string names_hidden(const std::string& names) {
    return "p has names that your HOC symbols have too: p." + names + " is Patch's, h." + names + " is yours";
}

std::string other_version(const std::string& installed, const std::string& ours) {
    return "libpatch: the installed package patch is version " + installed + " and the loaded library is " + ours +
           ": the library's own package is used";
}

// ---- Ranks ----

std::string ranks_named(const std::vector<int>& ranks) {
    std::string text = ranks.size() == 1 ? "rank " : "ranks ";
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == ranks.size() ? " and " : ", ") + std::to_string(ranks[i]);
    }
    return text;
}

Error agreed_failure(ErrorKind kind, const std::vector<Failed>& failed, std::size_t ranks) {
    std::vector<std::string> causes;
    std::vector<std::vector<int>> who;
    for (const Failed& each : failed) {
        const auto known = std::find(causes.begin(), causes.end(), each.cause);
        if (known == causes.end()) {
            causes.push_back(each.cause);
            who.push_back({each.rank});
        } else {
            who[std::size_t(known - causes.begin())].push_back(each.rank);
        }
    }
    std::string text;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        text += (i ? "; " : "") + (ranks == 1 ? "" : ranks_named(who[i]) + ": ") + causes[i];
    }
    Error error(kind, text);
    error.place = ranks == 1 ? "" : ranks_named({failed.front().rank});
    error.agreed = ranks > 1;
    return error;
}

Error different_calls(const std::string& first, int first_rank, const std::string& second, int second_rank) {
    const CallScope scope("parallel");  // the same sentence on every rank
    Error error(ErrorKind::parallel,
                "rank " + std::to_string(first_rank) + " calls " + first + " and rank " + std::to_string(second_rank) + " calls " + second +
                    ", expected the same call on every rank (one with a model of its own takes part in runs after p.parallel.join())");
    error.agreed = true;
    return error;
}

Error different_values(ErrorKind kind, const std::string& argument, const std::string& first, int first_rank, const std::string& second,
                       int second_rank) {
    Error error(kind, argument + " is " + first + " on rank " + std::to_string(first_rank) + " and " + second + " on rank " +
                          std::to_string(second_rank) + ", expected the same on every rank");
    error.argument = argument;
    error.agreed = true;
    return error;
}

Error gid_refused(const std::string& got, ErrorKind kind) {
    return refused(kind, "gid", got, "an integer from 0 to 2147483647").about(Topic::parallel);
}

Error gid_in_use(int gid, const std::string& by, int rank) {
    Error error(ErrorKind::value, "gid " + std::to_string(gid) + " already belongs to " + by + " on rank " + std::to_string(rank));
    error.argument = "gid";
    error.got = std::to_string(gid);
    return error.about(Topic::parallel);
}

Error voltage_alone(const std::string& place) {
    return Error(ErrorKind::value, with_place("only a voltage can have several thresholds or gids in this NEURON", place))
        .about(Topic::parallel);
}

Error one_gid_alone(const std::string& cell, int gid, int rank) {
    Error error(ErrorKind::value, cell + " already sends as gid " + std::to_string(gid) + " on rank " + std::to_string(rank) +
                                      ", and an artificial cell has one gid");
    error.argument = "source";
    error.got = cell;
    return error.about(Topic::parallel);
}

Error gid_shared(int gid, const std::vector<int>& ranks) {
    Error error(ErrorKind::value, found_shared(gid, ranks));
    error.argument = "gid";
    error.got = std::to_string(gid);
    error.agreed = true;
    return error.about(Topic::parallel);
}

Error no_gid_given() {
    return Error(ErrorKind::type, "neither argument is a gid, expected (source, gid) or (gid, target)").about(Topic::parallel);
}

Error two_gids_given() {
    return Error(ErrorKind::type, "both arguments are numbers, expected (source, gid) or (gid, target)").about(Topic::parallel);
}

Error belongs_to(const std::string& argument, const std::string& whom) {
    Error error(ErrorKind::type, argument + " belongs to " + whom);
    error.argument = argument;
    return error.about(Topic::parallel);
}

Error no_cell_for_gid(int gid, int rank) {
    Error error(ErrorKind::value, "gid " + std::to_string(gid) + " was set on rank " + std::to_string(rank) +
                                      " without a source: give it one by cell(gid, netcon) or ParallelCon(source, gid) first");
    error.argument = "gid";
    error.got = std::to_string(gid);
    return error.about(Topic::parallel);
}

Error no_source_here(int gid, int rank) {
    Error error(ErrorKind::value, "gid " + std::to_string(gid) + " has no source on rank " + std::to_string(rank));
    error.argument = "gid";
    error.got = std::to_string(gid);
    return error.about(Topic::parallel);
}

Error receivers_threshold() {
    Error error(ErrorKind::host, "the threshold of a receiver has no effect: it belongs to the source of the gid, set it there");
    error.argument = "threshold";
    return error;
}

Error no_transfer_source(const std::string& key, int rank) {
    Error error(ErrorKind::parallel,
                "the target_var of key " + key + " on rank " + std::to_string(rank) + " has no source_var on any rank");
    error.argument = "key";
    error.got = key;
    error.agreed = true;
    return error;
}

Error transfer_shared(const std::string& key, const std::vector<int>& ranks) {
    Error error(ErrorKind::parallel, "the source_var of key " + key + " is on " + ranks_named(ranks) + ", expected one");
    error.argument = "key";
    error.got = key;
    error.agreed = true;
    return error;
}

Error delay_too_short(double delay, double dt) {
    Error error(ErrorKind::value,
                "the shortest delay between ranks is " + shown(delay) + " ms, expected at least dt, " + shown(dt) + " ms");
    error.argument = "delay";
    error.got = shown(delay);
    error.agreed = true;
    return error;
}

Error not_initialised() {
    return Error(ErrorKind::uninitialized,
                 "the model was initialised before spikes could be exchanged: call p.finitialize() or give v_init, then run");
}

Error wrong_mpi(const std::string& library, const std::string& launcher, int launched, int found, const std::string& advice) {
    Error error(ErrorKind::parallel, launcher + " started " + std::to_string(launched) + " processes, and NEURON's MPI, " + library +
                                         ", sees " + std::to_string(found) + ": " + advice);
    error.got = library;
    return error;
}

std::string waited(const std::string& call, int rank, int ranks, double seconds, const std::string& knows) {
    return "libpatch: " + call + ": rank " + std::to_string(rank) + " of " + std::to_string(ranks) + " has waited " + shown(seconds) +
           " s for the other ranks. " + knows + (knows.empty() ? "" : " ") +
           "Every rank has to make this call: one that has no gid and simulates sections of its own takes part after p.parallel.join()\n";
}

std::string near_name_set(const std::string& owner, const std::string& name, const std::string& meant) {
    return "Patch: " + owner + "." + name + " is an attribute of your own, and nearly NEURON's " + meant;
}

std::string recorded_before(int gid) {
    return "gid " + std::to_string(gid) + " was set after spike_record(-1), which records the gids that were there: call it again";
}

std::string found_shared(int gid, const std::vector<int>& ranks) {
    return "gid " + std::to_string(gid) + " has a source on " + ranks_named(ranks) + ", expected one";
}

std::string found_missing(const std::string& mechanism, const std::vector<int>& ranks) {
    return "the mechanism " + mechanism + " is missing on " + ranks_named(ranks) + " and there on others";
}

std::string found_unsent(int gid, const std::vector<int>& ranks) {
    return "gid " + std::to_string(gid) + " is received on " + ranks_named(ranks) + " and sent by no rank";
}

std::string found_changed(int gid, double threshold, double given, int rank) {
    return "the threshold of gid " + std::to_string(gid) + " on rank " + std::to_string(rank) + " was changed to " + shown(threshold) +
           " mV at one of its receivers, ParallelCon gave it " + shown(given) + " mV: the threshold belongs to the source";
}

std::string found_threshold(int gid, const std::string& netcon, double threshold, int rank) {
    return "the threshold of " + netcon + ", which receives gid " + std::to_string(gid) + " on rank " + std::to_string(rank) +
           ", was set to " + shown(threshold) + " mV: it has no effect, the threshold belongs to the source of the gid";
}

}  // namespace patch
