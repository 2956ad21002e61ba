// Every refusal of Patch: its kind, its fields and the function that was called. The sentences stand in error.cpp.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <vector>

namespace patch {

// Which class of patch.exceptions a refusal is in Python.
enum class ErrorKind {
    value,            // PatchValueError: a number or a length that does not fit
    type,             // PatchTypeError: the wrong kind of thing, too few, too many, unknown keywords
    reference,        // PatchReferenceError: something that NEURON has deleted
    name,             // PatchAttributeError: a name that does not exist
    connection,       // PatchConnectionError: a bare pointer without its section
    access,           // HocSectionAccessError: no current section
    not_connected,    // NotConnectedError
    not_connectable,  // NotConnectableError
    busy,             // SimulationError: not while a step is running
    uninitialized,    // UninitializedError: not before an initialisation
    parallel,         // ParallelError: what concerns several ranks
    broadcast,        // BroadcastError
    host,             // HocError: NEURON's own refusal
    failure,          // PatchError: the rest
};

// What the failing call was about; an ancestor's exception class may be named after it.
enum class Topic { none, connect, record, parallel };

class Error: public std::exception {
  public:
    Error(ErrorKind kind, std::string text);

    const char* what() const noexcept override { return sentence_.c_str(); }
    const std::string& sentence() const { return sentence_; }

    ErrorKind kind;
    Topic topic = Topic::none;
    bool agreed = false;  // the same on every rank of the job
    std::string function, argument, got, expected, place;

    Error& about(Topic value) {
        topic = value;
        return *this;
    }

  private:
    friend Error refused(ErrorKind, std::string, std::string, std::string, std::string);
    std::string sentence_;
};

// The function whose call is under way, for the sentences. Calls nest.
class CallScope {
  public:
    explicit CallScope(const char* function);
    ~CallScope();
    CallScope(const CallScope&) = delete;
    CallScope& operator=(const CallScope&) = delete;

  private:
    const char* outer_;
};
const char* current_function();

// `function: argument is got, expected expected (place)`, the shape of most sentences.
Error refused(ErrorKind kind, std::string argument, std::string got, std::string expected, std::string place = {});

// One function per sentence that has another shape.
Error not_finite(const std::string& argument, double got, const std::string& place = {});
Error wrong_kind(const std::string& argument, const std::string& got, const std::string& expected, const std::string& place = {});
Error missing(const std::string& argument, const std::string& expected);
Error too_many_arguments(std::size_t got, std::size_t most);
Error given_twice(const std::string& argument);
Error unknown_keyword(const std::string& name, const std::vector<std::string>& known);
Error deleted_section(const std::string& argument);
Error deleted_object(const std::string& argument, const std::string& name);
Error no_section();
Error not_on_top(const std::string& section, const std::string& top);
Error not_connected(const std::string& source, const std::string& target);
Error no_such_mechanism(const std::string& name, const std::vector<std::string>& known);
Error no_such_name(const std::string& name, const std::vector<std::string>& known);
Error no_such_attribute(const std::string& name, const std::string& owner, const std::vector<std::string>& known);
Error word_gave_none(const std::string& type);
Error init_not_called(const std::string& type);
Error no_mechanism_named();
Error not_deletable(const std::string& name);
Error unequal_lengths(const std::string& first, std::size_t first_size, const std::string& second, std::size_t second_size,
                      const std::string& place);
Error too_many_points(std::size_t there, std::size_t added, std::size_t most, const std::string& place);
Error bad_element(const std::string& argument, std::size_t index, double got, const std::string& expected, const std::string& place);
Error unsorted(const std::string& argument, std::size_t index, double got, double before);
Error pointer_without_section();
Error while_running(const std::string& what);
Error from_host(const std::string& text);
// What one or more ranks could not do, the same sentence on every rank.
struct Failed {
    int rank;
    std::string cause;
};
Error agreed_failure(ErrorKind kind, const std::vector<Failed>& failed, std::size_t ranks);
Error different_calls(const std::string& first, int first_rank, const std::string& second, int second_rank);
Error different_values(ErrorKind kind, const std::string& argument, const std::string& first, int first_rank, const std::string& second,
                       int second_rank);
Error gid_refused(const std::string& got, ErrorKind kind = ErrorKind::value);
Error gid_in_use(int gid, const std::string& by, int rank);
Error voltage_alone(const std::string& place);
Error one_gid_alone(const std::string& cell, int gid, int rank);
Error gid_shared(int gid, const std::vector<int>& ranks);
Error no_gid_given();
Error two_gids_given();
Error belongs_to(const std::string& argument, const std::string& whom);
Error no_cell_for_gid(int gid, int rank);
Error no_source_here(int gid, int rank);
Error receivers_threshold();
Error no_transfer_source(const std::string& key, int rank);
Error transfer_shared(const std::string& key, const std::vector<int>& ranks);
Error delay_too_short(double delay, double dt);
Error not_initialised();
Error wrong_mpi(const std::string& library, const std::string& launcher, int launched, int found, const std::string& advice);

// What is printed or warned, without being an error.
std::string wrong_neuron(const std::string& version, const std::string& built_for, const std::string& running);
std::string name_hidden(const std::string& name);
std::string clock_starts_now();
std::string free_threaded();
std::string run_cannot_go_on(double t);
std::string no_such_mode(const std::string& mode);
std::string names_hidden(const std::string& names);
std::string other_version(const std::string& installed, const std::string& ours);
std::string waited(const std::string& call, int rank, int ranks, double seconds, const std::string& knows);
std::string recorded_before(int gid);
std::string near_name_set(const std::string& owner, const std::string& name, const std::string& meant);

// What p.check() finds.
std::string found_shared(int gid, const std::vector<int>& ranks);
std::string found_missing(const std::string& mechanism, const std::vector<int>& ranks);
std::string found_unsent(int gid, const std::vector<int>& ranks);
std::string found_changed(int gid, double threshold, double given, int rank);
std::string found_threshold(int gid, const std::string& netcon, double threshold, int rank);
// "rank 1", "ranks 0 and 2", "ranks 0, 1 and 2".
std::string ranks_named(const std::vector<int>& ranks);

// "a number", "a Section", ...: numbers as users write them.
std::string shown(double value);
// The name among `known` that another one nearly is, whoever wrote it: one letter for names of four or more, two for long ones, capitals;
// or "".
std::string near_name(const std::string& name, const std::vector<std::string>& known);
// The name among `known` that a misspelt one most likely means, or "".
std::string nearest(const std::string& name, const std::vector<std::string>& known);

}  // namespace patch
