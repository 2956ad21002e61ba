// The seam: NEURON in our words. No NEURON header is known above this line, and nothing above it knows a NEURON version.
// A row a word; implemented in host_common, host_nrn9*, host_lifetime, host_keep and host_numbers, the words about Python in host_python*.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/bind.hpp"
#include "../core/error.hpp"
#include "../core/registry.hpp"
#include "../core/value.hpp"

namespace patch::host {

// ---- Sections ----
bool exists(Section section);  // false once NEURON has deleted it
void hold(Section section);    // NEURON's memory of it, not the section: exists() can be asked until let_go
void let_go(Section section);
Section current_section();                    // none: {}
Section first_section();                      // none: {}
std::string name(Section section);            // "dend[3]"
std::string name(Segment segment);            // "dend[3](0.5)"
std::size_t point_count(Section section);     // its 3-D points
double diameter(Segment segment);             // um
std::vector<double> points(Section section);  // x, y, z (um) of each 3-D point
Section parent(Section section);              // none: {}
void push_section(Section section);           // on NEURON's stack
void pop_section();
int stack_depth();
inline constexpr std::size_t most_points = 32767;  // NEURON counts them in a short
// Appends n 3-D points (um); stride is in doubles, diameters may be one number for all (diameter_stride 0).
struct Columns {
    const double *x = nullptr, *y = nullptr, *z = nullptr, *diameter = nullptr;
    std::size_t size = 0, stride = 1, diameter_stride = 1;
};
void append_points(Section section, const Columns& points);
void connect_sections(Section child, Section parent, double parent_x, double child_end);
bool is_connected(Section child, Section parent);

// The section is the current one while this lives; the section stack is as before afterwards, also on errors.
class SectionScope {
  public:
    explicit SectionScope(Section section);
    ~SectionScope();
    SectionScope(const SectionScope&) = delete;
    SectionScope& operator=(const SectionScope&) = delete;

  private:
    bool pushed_;
};

// ---- Variables ----
Variable range_variable(Segment segment, const char* name);        // a place's voltage: "v"; none: {}
Variable object_variable(Object object, const std::string& name);  // a point process's current: "i"; none: {}
bool exists(const Variable& variable);
bool is_time(const Variable& variable);  // t
double value(const Variable& variable);
void set_value(const Variable& variable, double value);
std::optional<Segment> place_of(const Variable& variable, Section section);  // which place of a section a voltage is

// ---- Objects ----
// Holds one reference of NEURON's on an object.
class Owned {
  public:
    Owned() = default;
    explicit Owned(Object object);      // adds a reference
    static Owned adopt(Object object);  // takes one over
    Owned(const Owned& other);
    Owned(Owned&& other) noexcept;
    Owned& operator=(Owned other) noexcept;
    ~Owned();
    Object get() const { return object_; }
    Object release();  // gives the reference to the caller

  private:
    Object object_;
};

std::string class_name(Object object);  // "ExpSyn"
std::string name(Object object);        // "ExpSyn[0]"
bool is_a(Object object, const char* class_name);
bool is_point_process(Object object);  // with a place or an artificial cell
bool is_artificial_cell(Object object);
bool is_placed(Object object);  // a point process in a section that exists
Segment place_of(Object point_process);
Owned make(const char* class_name, const std::vector<Value>& arguments);
Value call(Object object, const char* method, const std::vector<Value>& arguments);  // a number, a string or an object

// ---- Mechanisms ----
struct Mechanism {
    bool exists = false, point_process = false, artificial_cell = false;
};
Mechanism mechanism(const std::string& name);
bool is_density_mechanism(const std::string& name);
std::vector<std::string> point_process_names();  // artificial cells too
std::vector<std::string> attribute_names(const std::string& class_name);
void set_attribute(Object object, const std::string& name, double value);
// Registers a mechanism of ours on first use. `before` is what NEURON must have: not inside a step.
void require_mechanism(const char* name);

// ---- Connections (NetCon) ----
struct Source {  // what spikes: a place, a variable with its section, an object, or nothing
    Segment segment;
    Variable variable;
    Object object;
    Value value;  // as it was given
    bool nothing() const { return !segment && !variable && !object; }
};
// delay (ms), threshold (mV) and weight; a nan leaves NEURON's own number.
struct Strength {
    double threshold, delay, weight;
};
// Where the source has a threshold or a gid that does not suit, a further source is made on the same place.
enum class Sharer { connection, gid };
Owned new_netcon(const Source& source, Object target, const Strength& strength, Sharer sharer = Sharer::connection);
Object netcon_target(Object netcon);
void silence(Object netcon);              // it delivers no more
bool receives_events(Object target);      // has a NET_RECEIVE block
std::size_t weight_count(Object target);  // how many weights a connection to it has
void set_weight(Object netcon, std::size_t i, double weight);
// A user's own object that stands for one of NEURON's is told (__ref__) what it is joined to, where it has that word.
void note_reference(const Value& users, const Value& other);
// ... and keeps the connection in its _connections, where it has that.
void note_connection(const Value& source, const Value& target, Object netcon);

// ---- Vectors and Matrices ----
struct Numbers {  // what numbers(value) has read; borrowed while the value lives
    std::vector<double> own;
    const double* data = nullptr;
    std::size_t rows = 0, columns = 1;
    std::size_t row_stride = 1, column_stride = 1;
    std::function<void()> done;  // gives a buffer back
    bool flat = false;           // one-dimensional
    Numbers() = default;
    Numbers(Numbers&&) = default;
    Numbers& operator=(Numbers&&) = default;
    ~Numbers() {
        if (done) {
            done();
        }
    }
    double at(std::size_t row, std::size_t column = 0) const { return data[row * row_stride + column * column_stride]; }
};
// The numbers of a Vector, a Matrix, a buffer (numpy), a list, a list of lists. Throws a type error that names `argument`.
Numbers numbers(const Value& value, const char* argument, const char* expected);
Owned new_vector(std::size_t size = 0, const double* values = nullptr);
void record(Object vector, const Variable& variable, Section section);
void record_time(Object vector, Section section);
std::vector<double> values(Object vector);
double* vector_data(Object vector);
std::size_t vector_size(Object vector);
void resize(Object vector, std::size_t size);
void append(Object vector, double value);
void clear(Object vector);

std::pair<std::size_t, std::size_t> matrix_size(Object matrix);  // rows, columns
std::vector<double> matrix_numbers(Object matrix);               // column after column
void set_matrix(Object matrix, std::size_t rows, std::size_t columns, const std::vector<double>& numbers);
std::vector<Object> list_items(Object list);
void set_list_items(Object list, const std::vector<Owned>& items);
std::optional<std::string> string_of(Object object);  // of an instance of stdlib.hoc's String
void set_string(Object object, const std::string& text);
Owned new_string();
void assign(char** strdef, const std::string& text);
bool is_literal(char** strdef);  // a "text" of the program, not a variable

// ---- Running ----
double time();                                // ms
double& variable(const char* name);           // a number of HOC's: t, dt, celsius
double& standard_variable(const char* name);  // one of the standard run system (v_init, tstop), which is loaded if need be
void run_hoc(const char* code);               // throws what NEURON says
void watch_runs();                            // counts steps and initialisations from now on; again after an early load
bool has_event_on_its_way(Object netcon);
void silence_before_run(Object netcon);  // at the next finitialize; until then it lives
void events_may_be_stale();              // until the next finitialize no step can be taken
bool cvode_is_active();
bool running();            // inside a step, an event or an initialisation
bool structure_changed();  // whether sections or mechanisms came, went or moved since the last run began
bool can_make();           // whether cells and mechanisms can be made now
void call_function(const char* name, const std::vector<double>& arguments);
// Calls `before` at the outermost finitialize, whoever called it, and `after` at its end.
void on_initialise(std::function<void()> before, std::function<void()> after);
// Calls `step(t)` after every fixed step of thread 0 (for a model without sections).
void on_step(std::function<void(double)> step);

// ---- All there is ----
std::vector<Section> sections();
std::vector<Object> all_of(const char* class_name);
Table census();  // sections, and how many instances of each class there are
void delete_section(Section section);
void at_end(void (*action)());             // of the process, after Python
void collect_garbage();                    // Python's
Value section_of_thing(void* thing);       // where it is a handle of one
std::string described_thing(void* thing);  // of the registry's, which is no node: "a list of 3"
// What in Python refers to a section or an object of p's, a line each: "cells in __main__", "a list of 3".
std::vector<std::string> referrers(const Value& value);

// ---- Methods: how a function reaches HOC and Python ----
enum Place : unsigned {
    in_hoc = 1,  // the class Patch
    on_p = 2,
    on_section = 4,         // nrn.Section
    on_segment = 8,         // nrn.Segment
    on_point_process = 16,  // what p makes
    on_netcon = 32,
    on_patch_section = 64,  // p.Section alone
    on_vector = 128,        // hoc.Vector, once p is given out
    property = 256,         // read without a call in Python
    replaces_stock = 512,   // p's answer differs from NEURON's: not in neuron mode
    unlisted = 8192,        // a helper of our own templates: not in usage()
    on_parallel = 16384,    // p.parallel
    on_iclamp = 32768,      // what p makes
    on_seclamp = 65536,
    on_vecstim = 131072,
    on_section_ref = 262144,   // p.SectionRef
    on_stock_netcon = 524288,  // hoc.NetCon
    sometimes = 4096,          // a property that is absent from dir() while it cannot be read
    named_by_first = 2048,     // called by the name that is its first argument
    internal = 1024,           // of the native module alone: what the types' own calls are made of
    everywhere = in_hoc | on_p,
};

struct Result {
    enum class Kind { nothing, number, boolean, text, object, chained, table, value } kind = Kind::nothing;
    double number = 0;
    std::string text;
    Owned object;
    Value value;  // for Python alone
    Table table;

    Result() = default;
    Result(double value);
    Result(bool value);
    Result(std::string value);
    Result(Owned value);
    Result(Chained value);
    Result(Table value);
    Result(Value value);
};

enum class Returns { number, object, text };
struct Method {
    const char* name;
    const char* said;  // in sentences: what the user called
    const char* about;
    unsigned places;
    Signature (*signature)(const char* name, const char* about);
    Result (*call)(Face& face, const Signature& signature);
    Returns returns;
    double (*hoc_number)(void*);
    void* (*hoc_object)(void*);
    const char** (*hoc_text)(void*);
    void* (*python)(void*, void* const*, std::ptrdiff_t, void*);
    void (*unreadable)(const Error&);  // of a collective call: tells the other ranks that its arguments could not be read
    // For the manual: what a stub says that Python gets, which exceptions are for what, and an example that the tests run.
    const char *result = "Any", *refusals = nullptr, *session = nullptr;

    Signature described() const { return signature(name, about); }
    Method& gives(const char* type) {
        result = type;
        return *this;
    }
    Method& raises(const char* exceptions) {
        refusals = exceptions;
        return *this;
    }
    Method& example(const char* lines) {
        session = lines;
        return *this;
    }
    std::string manual() const;  // what help() shows in Python
};
using Methods = std::vector<Method>;

// What Python gets of a function of C++, in a stub.
template <class Return>
constexpr const char* stub_type() {
    return std::is_void_v<Return>                   ? "None"
           : std::is_same_v<Return, double>         ? "float"
           : std::is_same_v<Return, bool>           ? "bool"
           : std::is_same_v<Return, std::string>    ? "str"
           : std::is_same_v<Return, patch::Chained> ? "Self"
           : std::is_same_v<Return, patch::Table>   ? "dict[str, float]"
                                                    : "Any";
}

// The entries of the ladder: every error of ours or NEURON's becomes a sentence of the face's own kind.
double enter_number(const Method& method, void* self);
void* enter_object(const Method& method, void* self);
const char** enter_text(const Method& method, void* self);
void* enter_python(const Method& method, void* self, void* const* arguments, std::ptrdiff_t count, void* names);

// One row of a capability's `methods`: a struct, a function of it, and where it can be called.
// `variant` tells rows of the same struct and function apart.
template <class Arguments, auto function, int variant>
struct Entry {
    static inline Method method{};
    using Return = decltype(function(std::declval<const Arguments&>()));
    static Arguments read(Face& face, const Signature& signature) {
        try {
            return bind<Arguments>(face, signature);
        } catch (const Error& error) {
            if (method.unreadable) {
                method.unreadable(error);
            }
            throw;
        }
    }
    static Result call(Face& face, const Signature& signature) {
        const Arguments arguments = read(face, signature);
        if constexpr (std::is_void_v<Return>) {
            function(arguments);
            return {};
        } else {
            return Result(function(arguments));
        }
    }
    static double hoc_number(void* self) { return enter_number(method, self); }
    static void* hoc_object(void* self) { return enter_object(method, self); }
    static const char** hoc_text(void* self) { return enter_text(method, self); }
    static void* python(void* self, void* const* arguments, std::ptrdiff_t count, void* names) {
        return enter_python(method, self, arguments, count, names);
    }
};

template <class Arguments, auto function, int variant = 0>
Method method(const char* name, const char* about, unsigned places = everywhere, const char* said = nullptr,
              void (*unreadable)(const Error&) = nullptr) {
    using Row = Entry<Arguments, function, variant>;
    constexpr Returns returns = std::is_same_v<typename Row::Return, Owned>         ? Returns::object
                                : std::is_same_v<typename Row::Return, std::string> ? Returns::text
                                                                                    : Returns::number;
    Row::method = {name,
                   said ? said : name,
                   about,
                   places,
                   &signature<Arguments>,
                   &Row::call,
                   returns,
                   &Row::hoc_number,
                   &Row::hoc_object,
                   &Row::hoc_text,
                   &Row::python,
                   unreadable,
                   stub_type<typename Row::Return>()};
    return Row::method;
}

// ---- Installing ----
bool fits();  // is this NEURON one that the library was built for? Says so where it is not
bool installed(const char* class_name);
void install_class(const char* name, std::vector<Methods> capabilities);
const std::vector<Method>& methods();           // all that was installed
void when_ready(std::function<void()> action);  // now, or after an early load
void do_waiting();                              // what when_ready has put off, if NEURON is ready by now
void install_templates();                       // hoc/*.hoc, embedded
void install_python();                          // methods on stock types and the module, in a Python process
void answer_bare_name(const char* name);        // nrn_load_dll("libpatch.so") from any folder, once loaded
std::string running_version();                  // "9.0.2"
void refresh_signatures();                      // they show the numbers in force
void complain(const std::string& sentence);     // one line on stderr
std::string library_file();                     // this library's own
std::string neuron_file();                      // libnrniv's

const std::string& last_error();
std::string cause_of(const std::exception& error);  // Python's own, with its type, or NEURON's

// ---- Python, where there is one ----
bool has_python();
// What Python knows of itself, its mpi4py and its modules called patch; nothing without a Python.
struct Fact {
    std::string what, said, advice;
};
std::vector<Fact> python_facts(const std::string& mpi_file);
Value call(Foreign callable, const std::vector<Value>& positional, const Keywords& named);
bool is_callable(Foreign object);
// Bytes that Python holds.
struct Bytes {
    char* data = nullptr;
    std::size_t size = 0;
    std::shared_ptr<const void> owner, keeper;  // the view goes before what it looks at
    Foreign object;
};
// The pickle of a value, and behind it the large buffers that it leaves outside (protocol 5), which are not copied.
std::vector<Bytes> pickled(const Value& value);
Bytes new_bytes(std::size_t size);
Value view_of(Object vector);  // a memoryview of its numbers, which it has to outlive
Value unpickled(const std::vector<Bytes>& parts);
void warn_of_hidden_names();                                  // that p adds and the user's HOC symbols have too
void extend_vectors();                                        // the rows of place on_vector, on NEURON's own Vector
bool is_of_p(const Value& factory);                           // p.ExpSyn, not h.ExpSyn
std::string mechanism_named_by(const Value& factory);         // "ExpSyn" for h.ExpSyn and p.ExpSyn; "" for anything else
std::string density_mechanism_named_by(const Value& object);  // "pas" for h.pas and section(0.5).pas; "" for anything else
struct FindingParts {
    std::string sentence, kind;
    std::vector<Value> objects;
    int rank;
};
Value new_findings(const std::vector<FindingParts>& all);  // a list of patch.findings.Finding
Value new_list(const std::vector<Value>& values);
Value new_tuple(const std::vector<Value>& values);
Value new_array(const std::vector<double>& numbers, std::size_t columns);  // numpy's, of doubles; a list of lists without numpy
bool is_reference(const Value& object);                                    // h.ref of a number or a text
Value content(const Value& reference);
void set_content(const Value& reference, const Value& content);
Value attribute(const Value& object, const char* name);  // Python's getattr
Value looked_at(const Value& opaque);                    // what data is that was only to be passed on
Value the_handle_of(Object object);                      // the same Python object each time, for one that lives to the end
Value receiver(Object netcon);                           // a handle that refuses a threshold, which belongs to the source of the gid
Value new_dict(const std::vector<std::pair<Value, Value>>& items);
// A name that a user sets and NEURON does not know: warns, once a name, where it nearly is one that NEURON knows.
bool is_section_attribute(const std::string& name);
void warn_of_near_variable(const std::string& name);                  // a name set on p that nearly is one of HOC's variables
bool warn_of_near_name(const Value& owner, const std::string& name);  // whether it nearly is one
std::vector<std::string> section_attribute_names();
struct NearName {
    std::string sentence;
    Value owner;
};
std::vector<NearName> near_names();  // those that are still there, a sentence each
Value interpreter();                 // p
Value handle(Object object);         // a new one in Python, of p's type where p has one
Value as_of_p(Value value);          // an object's handle of p's type, where p has one
// Attributes of the user's own on a section or an object that has no room for them; an absent value takes one away. They go with it.
Value own_attribute(const Value& owner, const char* name);
void set_own_attribute(const Value& owner, const char* name, const Value& value);
// Where a list was assigned, what is stored later joins it.
void append_to_own_attribute(const Value& owner, const char* name, const Value& value);
void set_attribute(const Value& target, const std::string& name, const Value& value);          // Python's setattr, else NEURON's
std::string type_name(Foreign object);                                                         // "list"
std::vector<std::pair<std::string, Value>> items(const Value& mapping, const char* argument);  // of a dict
// Python's warnings, said of the line that is so many Python functions up (1: the one that called us); else stderr.
void warn(const std::string& sentence, int frames = 2);

// ---- Lifetimes: what is kept alive together, in the registry ----
Registry& registry();
// Whether plain h.NetCon, h.<Mechanism> and Vector.record are kept too, from now on; gives what it was before.
bool keep_references(bool on);
Value value_of_node(const Registry::Node& node);
// A connection with its NetCon; the sections of point processes come along. Not in neuron mode.
void keep_connection(const Source& source, Object target, Object netcon);
// A gid's connection to a target, which lives with the target; what it was kept as, -1 for other connections.
void keep_receiver(int gid, Object target, Object netcon);
int received_gid(Object netcon);
std::vector<Object> kept_receivers(int gid);  // of all gids where it is negative
void keep_tree(Section child, Section parent);
// A point process and its section: made by us, listed in section.synapses too, or brought along by a connection.
enum class Placement { made, stored, brought };
void keep_placed(Object point_process, Placement how = Placement::made);
void keep_moved();  // what was found in another section since
void keep_recording(Section section, double x, Object vector, bool shared = true);
// Records the place anew: the Vector may have been given to something else, or nseg have changed.
void record_place(Section section, double x, Object vector);
// A recording is of a place, not of a variable: where nseg has changed since, it moves to the variable that is there now.
void follow_place(Section section, double x, Object vector);
std::vector<Object> stored(Section section);  // point processes kept with stored = true, oldest first
// One thing keeps another alive, whatever that is: a NEURON object or any Python object.
void keep_reference(const Value& nurse, const Value& patient);
bool drop_reference(const Value& nurse, const Value& patient);
Object recording(Section section, double x);  // the Vector that keep_recording was given; none: {}
std::vector<std::pair<double, Object>> recordings(Section section);
// What is joined to a section or an object: each partner once, and the latest NetCon between the two where there is one.
struct Partner {
    Value value;
    Object netcon;
};
std::vector<Partner> partners(const Value& value, bool connected_only);
// An instance of a user's class that lets something else spike or receive for it: the NetCon lives with it.
void keep_stand_in(const Value& owner, Object netcon, bool as_source);
std::vector<Partner> stand_in_partners(const Value& owner);
Object connection(const Value& source, const Value& target);        // the latest NetCon from the one to the other; none: {}
void forget(Object object);                                         // its edges are gone: a connection that the user has ended
void sweep_before_runs();                                           // from now on; what is asked for on_initialise later comes after it
std::size_t sweep(Registry::Sweep how = Registry::Sweep::changed);  // frees what nobody reaches, at once

}  // namespace patch::host

namespace patch {

// ---- Readers of NEURON's things ----
template <>
struct Reader<Section> {
    static constexpr const char* expected = "a Section";
    static constexpr const char* stub = "SectionLike";
    static constexpr Protocol protocol = Protocol::neuron;
    static Section read(const Value& value, const char* name);
    static std::string text(Section) { return "None"; }
};
template <>
struct Reader<Segment> {
    static constexpr const char* expected = "a Section or a Segment";
    static constexpr const char* stub = "Place";
    static constexpr Protocol protocol = Protocol::neuron;
    static Segment read(const Value& value, const char* name);
    static std::string text(Segment) { return "None"; }
};
template <>
struct Reader<host::Source> {
    static constexpr const char* expected = "a Section, a Segment, a pointer, an artificial cell, a point process or None";
    static constexpr const char* stub = "Source | None";
    static constexpr Protocol protocol = Protocol::netcon;
    static constexpr bool takes_pointer = true;
    static host::Source read(const Value& value, const char* name);
    static std::string text(const host::Source&) { return "None"; }
};
// The target of a connection: a point process that receives, an artificial cell, or None for a detector.
struct Target {
    Object object;
    Value value;
};
template <>
struct Reader<Target> {
    static constexpr const char* expected = "a point process, an artificial cell or None";
    static constexpr const char* stub = "Target | None";
    static constexpr Protocol protocol = Protocol::netcon;
    static Target read(const Value& value, const char* name);
    static std::string text(const Target&) { return "None"; }
};

}  // namespace patch
