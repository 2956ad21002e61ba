// What every NEURON version shares: HOC's arguments, the class Patch, the error ladder, the readers of NEURON's things.
#include "nrn9.hpp"

#include <cstdio>
#include <cstring>
#include <memory>

#include "../core/embedded.hpp"
#include "python.hpp"
#include "ranks.hpp"

namespace patch::host {

// ---- HOC's arguments ----

namespace {

// A PythonObject argument is what Python sees in it; any other object is NEURON's.
Value object_value(::Object* object, Protocol protocol) {
    Value value;
    if (!object) {
        value.kind = Kind::none;
    } else if (object->ctemplate->sym == nrnpy_pyobj_sym_ && neuron::python::methods.opaque_obj2pyobj) {
        return python::value_of(neuron::python::methods.opaque_obj2pyobj(object), protocol);
    } else {
        value.kind = Kind::object;
        value.object = {object};
    }
    return value;
}

class HocFace final: public Face {
  public:
    HocFace() {
        while (ifarg(int(count_) + 1)) {
            ++count_;
        }
    }
    bool python() const override { return false; }
    std::size_t count() const override { return count_; }
    std::size_t named_count() const override { return 0; }
    std::string_view name(std::size_t) const override { return {}; }
    Value named(std::size_t, Protocol) override { return {}; }
    bool has_receiver() const override { return true; }

    Kind kind(std::size_t i) const override {
        const int at = int(i) + 1;
        return hoc_is_double_arg(at)    ? Kind::number
               : hoc_is_str_arg(at)     ? Kind::text
               : hoc_is_pdouble_arg(at) ? Kind::variable
                                        : Kind::object;
    }

    Value at(std::size_t i, Protocol protocol) override {
        const int position = int(i) + 1;
        Value value;
        value.kind = kind(i);
        switch (value.kind) {
        case Kind::number:
            value.number = *hoc_getarg(position);
            break;
        case Kind::text:
            value.text = hoc_gargstr(position);
            value.strdef = hoc_pgargstr(position);
            break;
        case Kind::variable:
            value.variable = variable_of(hoc_hgetarg<double>(position));
            break;
        default:
            value = object_value(*hoc_objgetarg(position), protocol);
        }
        return value;
    }

    Value receive(Protocol) override {
        const Section section = current_section();
        return section ? Value::of(section) : Value{};
    }

  private:
    std::size_t count_ = 0;
};

std::string with_article(const std::string& noun) {
    return (std::string("aeiouAEIOU").find(noun[0]) != std::string::npos ? "an " : "a ") + noun;
}

std::string describe(const Value& value) {
    switch (value.kind) {
    case Kind::object:
        return name(value.object);
    case Kind::section:
        return "the section " + name(value.segment.section);
    case Kind::segment:
        return "the segment " + name(value.segment);
    case Kind::foreign:
        return with_article(type_name(value.origin));
    default:
        return kind_name(value.kind);
    }
}

// ---- The ladder ----

std::string last_sentence;

[[noreturn]] void raise(const std::string& sentence) {
    static std::string kept;  // hoc_execerror reads it after this frame is gone
    kept = sentence;
    hoc_execerror(kept.c_str(), nullptr);
}

// Calls a method from HOC. Our errors and NEURON's leave as hoc_execerror, after everything of ours is destroyed.
template <class Use>
void enter_hoc(const Method& method, Use use) {
    std::string sentence;
    try {
        const CallScope scope(method.said);
        HocFace face;
        const Result result = method.call(face, method.described());
        use(result);
        return;
    } catch (const python::Raised&) {
        sentence = std::string(method.said) + ": " + python::take_exception();
    } catch (const std::exception& error) {
        sentence = error.what();
    }
    last_sentence = sentence;
    raise(sentence);
}

}  // namespace

const std::string& last_error() {
    return last_sentence;
}

void set_last_error(const std::string& sentence) {
    last_sentence = sentence;
}

double enter_number(const Method& method, void*) {
    double number = 0;
    enter_hoc(method, [&](const Result& result) {
        number = result.number;
        if (result.kind == Result::Kind::table) {
            for (const auto& row : result.table) {
                number += row.second;
            }
        }
    });
    return number;
}

void* enter_object(const Method& method, void*) {
    ::Object* object = nullptr;
    enter_hoc(method, [&](const Result& result) {
        Owned owned = result.object;
        object = raw(owned.release());
    });
    ::Object** const temporary = hoc_temp_objptr(object);
    if (object) {
        --object->refcount;  // the stack holds it now
    }
    return temporary;
}

const char** enter_text(const Method& method, void*) {
    static std::string kept;
    static const char* text;
    enter_hoc(method, [&](const Result& result) { kept = result.text; });
    text = kept.c_str();
    return &text;
}

Result::Result(double value)
    : kind(Kind::number)
    , number(value) {}
Result::Result(bool value)
    : kind(Kind::boolean)
    , number(value) {}
Result::Result(std::string value)
    : kind(Kind::text)
    , text(std::move(value)) {}
Result::Result(Owned value)
    : kind(Kind::object)
    , object(std::move(value)) {}
Result::Result(Chained value)
    : kind(Kind::chained)
    , number(value.number) {}
Result::Result(Table value)
    : kind(Kind::table)
    , table(std::move(value)) {}
Result::Result(Value given)
    : kind(Kind::value)
    , value(std::move(given)) {}

// ---- The class Patch, and what waits for NEURON to be ready ----

namespace {

std::vector<Method>& all_methods() {
    static std::vector<Method> methods;
    return methods;
}

std::vector<std::function<void()>>& waiting() {
    static std::vector<std::function<void()>> actions;
    return actions;
}

bool is_ready() {
    return hoc_top_level_symlist != nullptr;
}

}  // namespace

void do_waiting() {
    if (is_ready()) {
        const auto actions = std::exchange(waiting(), {});
        for (const auto& action : actions) {
            action();
        }
    }
}

namespace {

void* construct(::Object*) {
    watch_runs();
    do_waiting();
    install_python();
    start_mpi_or_complain();
    static char instance;
    return &instance;
}

void destruct(void*) {}

}  // namespace

std::string Method::manual() const {
    std::string text = described().help(true);
    text.erase(text.find_last_not_of('\n') + 1);
    const auto add = [&](const char* lines, const std::string& before, const char* behind) {
        for (std::size_t at = 0; lines && lines[at];) {
            const std::size_t end = at + std::strcspn(lines + at, "\n");
            text += "\n" + before + std::string(lines + at, lines + end) + behind;
            at = end + (lines[end] ? 1 : 0);
        }
    };
    text += refusals ? "\n" : "";
    add(refusals, "Raises ", ".");
    text += session ? "\n" : "";
    add(session, "    ", "");
    return text;
}

const std::vector<Method>& methods() {
    return all_methods();
}

void install_class(const char* name, std::vector<Methods> capabilities) {
    describe_with(&describe);
    // NEURON keeps the names by pointer: the tables live for ever.
    auto& numbers = *new std::vector<Member_func>;
    auto& objects = *new std::vector<Member_ret_obj_func>;
    auto& texts = *new std::vector<Member_ret_str_func>;
    for (const Methods& capability : capabilities) {
        for (const Method& method : capability) {
            all_methods().push_back(method);
            if (!(method.places & in_hoc)) {
                continue;
            }
            if (method.returns == Returns::object) {
                objects.push_back({method.name, reinterpret_cast<::Object** (*)(void*)>(method.hoc_object)});
            } else if (method.returns == Returns::text) {
                texts.push_back({method.name, method.hoc_text});
            } else {
                numbers.push_back({method.name, method.hoc_number});
            }
        }
    }
    numbers.push_back({nullptr, nullptr});
    objects.push_back({nullptr, nullptr});
    texts.push_back({nullptr, nullptr});
    if (hoc_top_level_symlist) {
        forget_undefined(name);
    }
    watch_runs();
    answer_bare_name("libpatch.so");
    class2oc(name, &construct, &destruct, numbers.data(), objects.data(), texts.data());
}

void when_ready(std::function<void()> action) {
    waiting().push_back(std::move(action));
    do_waiting();
    if (!waiting().empty()) {
        when_interpreter_starts(&do_waiting);
    }
}

namespace {

// A name that the user gave a meaning before we came; one that was only mentioned is ours to define.
bool is_users(const char* name) {
    Symbol* const found = hoc_table_lookup(name, hoc_top_level_symlist);
    return found && found->type != undefined_type();
}

}  // namespace

void install_templates() {
    const OutsideLoad outside;
    const TopLevel top_level;
    for (std::size_t i = 0; i < embedded::hoc_template_count; ++i) {
        const embedded::File& file = embedded::hoc_templates[i];
        const std::string name(file.name, std::strlen(file.name) - std::strlen(".hoc"));
        if (is_users(name.c_str())) {
            complain(name_hidden(name));
        } else if (hoc_oc(file.text)) {
            complain("libpatch: the template " + name + " could not be made\n");
        }
    }
    run_hoc("\n");  // what NEURON shows as the last line it has read
    if (is_users("Patch")) {
        complain(name_hidden("Patch"));
    }
}

void complain(const std::string& sentence) {
    std::fputs(sentence.c_str(), stderr);
}

}  // namespace patch::host

namespace patch {

// ---- Readers of NEURON's things ----

namespace {

Section live(Section section, const char* name) {
    if (!host::exists(section)) {
        throw deleted_section(name);
    }
    return section;
}

}  // namespace

Section Reader<Section>::read(const Value& value, const char* name) {
    if (value.kind == Kind::absent) {
        throw no_section();
    }
    if (value.kind != Kind::section) {
        throw unreadable<Section>(value, name);
    }
    return live(value.segment.section, name);
}

Segment Reader<Segment>::read(const Value& value, const char* name) {
    if (value.kind == Kind::absent) {
        throw no_section();
    }
    if (value.kind != Kind::section && value.kind != Kind::segment) {
        throw unreadable<Segment>(value, name);
    }
    live(value.segment.section, name);
    return value.segment;
}

host::Source Reader<host::Source>::read(const Value& value, const char* name) {
    host::Source source;
    source.value = value;
    switch (value.kind) {
    case Kind::absent:
        throw no_section();
    case Kind::none:
        return source;
    case Kind::section:
    case Kind::segment:
        live(value.segment.section, name);
        source.segment = value.segment;
        return source;
    case Kind::variable:
        if (!host::exists(value.variable)) {
            throw refused(ErrorKind::reference, name, "a pointer to something deleted", expected).about(Topic::connect);
        }
        source.variable = value.variable;
        source.segment.section = value.segment.section;
        return source;
    case Kind::object:
        if (host::is_artificial_cell(value.object) || host::is_placed(value.object)) {
            source.object = value.object;
            return source;
        }
        if (host::is_point_process(value.object)) {
            throw deleted_object(name, host::name(value.object)).about(Topic::connect);
        }
        throw unreadable<host::Source>(value, name).about(Topic::connect);
    default:
        throw unreadable<host::Source>(value, name).about(Topic::connect);
    }
}

Target Reader<Target>::read(const Value& value, const char* name) {
    if (value.kind == Kind::none) {
        return {{}, value};
    }
    const bool section = value.kind == Kind::section || value.kind == Kind::segment;
    if (section && !host::exists(value.segment.section)) {
        throw deleted_section(name).about(Topic::connect);
    }
    if (value.kind != Kind::object || !host::is_point_process(value.object)) {
        throw unreadable<Target>(value, name).about(Topic::connect);
    }
    if (!host::receives_events(value.object)) {
        throw wrong_kind(name, described(value), "one that receives events (it has no NET_RECEIVE block)").about(Topic::connect);
    }
    if (!host::is_artificial_cell(value.object) && !host::is_placed(value.object)) {
        throw deleted_object(name, host::name(value.object)).about(Topic::connect);
    }
    return {value.object, value};
}

}  // namespace patch
