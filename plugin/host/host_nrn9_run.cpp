// NEURON 9.x: loading, registering late, running and the hooks around a run.
#include "nrn9.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "../core/version.hpp"

extern "C" void _PatchSource_reg();   // from mod/PatchSource.mod
extern "C" void _PatchVecStim_reg();  // from mod/PatchVecStim.mod

namespace patch::host {

// ---- The symbol tables around nrn_load_dll (src/nrnoc/init.cpp, hoc_nrn_load_dll) ----

OutsideLoad::OutsideLoad()
    : swapped_(nrn_load_dll_called_ != nullptr) {
    if (swapped_) {
        hoc_built_in_symlist = hoc_symlist;
        hoc_symlist = std::exchange(nrn_load_dll_called_, nullptr);
    }
}

OutsideLoad::~OutsideLoad() {
    if (swapped_) {
        nrn_load_dll_called_ = hoc_symlist;
        hoc_symlist = std::exchange(hoc_built_in_symlist, nullptr);
    }
}

InsideLoad::InsideLoad()
    : swapped_(nrn_load_dll_called_ == nullptr && hoc_built_in_symlist != nullptr) {
    if (swapped_) {
        nrn_load_dll_called_ = hoc_symlist;
        hoc_symlist = std::exchange(hoc_built_in_symlist, nullptr);
    }
}

InsideLoad::~InsideLoad() {
    if (swapped_ && nrn_load_dll_called_) {  // NEURON swaps back itself when a registration fails
        hoc_built_in_symlist = hoc_symlist;
        hoc_symlist = std::exchange(nrn_load_dll_called_, nullptr);
    }
}

std::string running_version() {
    const std::string text = nrn_version(0);  // "9.0.2", or with more behind it
    return text.substr(0, text.find_first_not_of("0123456789."));
}

bool fits() {
    const std::string running = running_version(), ours = neuron_versions();
    if ((" " + ours + " ").find(" " + running + " ") != std::string::npos) {
        return true;
    }
    complain(wrong_neuron(version(), ours, running));
    return false;
}

bool installed(const char* class_name) {
    return hoc_table_lookup(class_name, built_in()) != nullptr;
}

short undefined_type() {
    static const short type = [] {
        Symbol variable{};  // nobody's: NEURON marks it undefined
        variable.type = hoc_table_lookup("dt", built_in())->type;
        hoc_free_symspace(&variable);
        return variable.type;
    }();
    return type;
}

// HOC parses before it runs: a name that was mentioned before it was registered is an undefined symbol of the user's table, which
// hides ours for good. It is taken out of the table, not freed: compiled code may point to it.
void forget_undefined(const char* name) {
    Symbol* const mentioned = hoc_top_level_symlist ? hoc_table_lookup(name, hoc_top_level_symlist) : nullptr;
    if (mentioned && mentioned->type == undefined_type()) {
        hoc_unlink_symbol(mentioned, hoc_top_level_symlist);
    }
}

// ---- A mechanism of ours on first use ----

namespace {

struct Registration {
    const char* name;
    void (*reg)();
};
constexpr std::array<Registration, 2> mechanisms{{{"PatchSource", &_PatchSource_reg}, {"PatchVecStim", &_PatchVecStim_reg}}};

}  // namespace

void require_mechanism(const char* name) {
    if (hoc_table_lookup(name, hoc_built_in_symlist)) {
        return;
    }
    if (!can_make()) {
        throw while_running(std::string(name) + " cannot be used for the first time");
    }
    for (const Registration& each : mechanisms) {
        if (std::strcmp(each.name, name) == 0) {
            ask([&] {
                InsideLoad inside;
                each.reg();
            });
            forget_undefined(name);
        }
    }
}

// ---- Running ----

double time() {
    return *nrn_symbol_dataptr(symbol("t"));
}

double& variable(const char* name) {
    Symbol* const found = visible_symbol(name);
    if (found->subtype == NOTUSER) {  // of HOC's own top level: nrn_symbol_dataptr knows it from NEURON 9.0.2 on
        return *hoc_top_level_data[found->u.oboff].pval;
    }
    return *nrn_symbol_dataptr(found);
}

double& standard_variable(const char* name) {
    if (!visible_symbol(name)) {
        run_hoc("{load_file(\"stdrun.hoc\")}\n");
    }
    return variable(name);
}

void run_hoc(const char* code) {
    ask([&] {
        const TopLevel top_level;
        if (hoc_oc(code)) {
            throw Error(ErrorKind::host, std::string("NEURON refused: ") + code);
        }
    });
}

void call_function(const char* name, const std::vector<double>& arguments) {
    Symbol* const function = visible_symbol(name);
    ask([&] {
        for (const double argument : arguments) {
            hoc_pushx(argument);
        }
        hoc_call_func(function, int(arguments.size()));
    });
}

namespace {

std::vector<std::function<void()>> before_initialise, after_initialise;
std::function<void(double)> step_action;

// How deep we are inside NEURON's steps and inside finitialize. NEURON's worker threads call no interpreter: plain numbers.
int stepping = 0, initialising = 0;

class Inside {
  public:
    explicit Inside(int& depth)
        : depth_(depth) {
        ++depth_;
    }
    ~Inside() { --depth_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

  private:
    int& depth_;
};

void after_call();

bool stale_events = false;

// What was freed in the middle of a run may have had events on their way: NEURON would deliver them to nobody's memory.
void refuse_stale_events() {
    static std::string sentence;  // hoc_execerror reads it after this frame is gone
    if (stale_events) {
        sentence = run_cannot_go_on(time());
        hoc_execerror(sentence.c_str(), nullptr);
    }
}

// A built-in function of HOC, or a method of a built-in class, with a counter around it: one type a name. Swapped behind the
// symbol, so a kept `f = h.fadvance` is counted too. The arguments stay where they are, under the frame of the call.
template <const char* name>
struct CountedFunction {
    static inline void (*stock)() = nullptr;
    static void ours() {
        refuse_stale_events();
        {
            const Inside inside(stepping);
            stock();
        }
        after_call();
    }
    static void install() {
        auto& function = symbol(name)->u.u_proc->defn.pf;
        if (function != &ours) {
            stock = std::exchange(function, &ours);
        }
    }
};
constexpr char fadvance[] = "fadvance", batch_run[] = "batch_run", parallel_context[] = "ParallelContext", psolve[] = "psolve",
               nrncore_run[] = "nrncore_run", cvode[] = "CVode", solve[] = "solve", fixed_step[] = "fixed_step";

template <const char* class_name, const char* name>
struct CountedMethod {
    using Method = Swapped<class_name, name>;
    static double ours(void* self) {
        if constexpr (name == psolve) {
            network_solves();
        }
        refuse_stale_events();
        double result = 0;
        {
            const Inside inside(stepping);
            result = Method::stock(self);
        }
        after_call();
        return result;
    }
    static void install() { Method::install(&ours); }
};

void (*stock_finitialize)() = nullptr;

void our_finitialize() {
    if (stepping || initialising) {
        stock_finitialize();
        return;
    }
    for (const auto& action : before_initialise) {
        action();
    }
    stale_events = false;
    {
        const Inside inside(initialising);
        stock_finitialize();
    }
    network_initialised();
    for (const auto& action : after_initialise) {
        action();
    }
}

// NEURON 9 freezes its storage in steps and in parts of finitialize, and tells nobody: ask it for the smallest thing that it
// refuses then, an artificial cell without an Object.
bool frozen() {
    const int structure = v_structure_change;
    try {
        destroy_point_process(create_point_process(symbol("IntFire1")->u.ctemplate->is_point_, nullptr));
        return false;
    } catch (const std::exception&) {
        v_structure_change = structure;
        return true;
    }
}

// The solver's own hook, once a fixed step, with the time of the step in the thread; it is not called by CVODE.
int after_step(int method, int, double*, double*, int thread) {
    if (method == 4 && thread == 0 && step_action) {
        step_action(nrn_threads->_t);
    }
    return 0;
}

// CVODE has no hook without a section: what NEURON tells is the time when a call comes back.
void after_call() {
    if (cvode_active_ && stepping == 0 && step_action) {
        step_action(time());
    }
}

}  // namespace

void events_may_be_stale() {
    stale_events = true;
}

void watch_runs() {
    auto& function = symbol("finitialize")->u.u_proc->defn.pf;
    if (function != &our_finitialize) {
        stock_finitialize = std::exchange(function, &our_finitialize);
    }
    CountedFunction<fadvance>::install();
    CountedFunction<batch_run>::install();
    CountedMethod<parallel_context, psolve>::install();
    CountedMethod<parallel_context, nrncore_run>::install();
    CountedMethod<cvode, solve>::install();
    CountedMethod<cvode, fixed_step>::install();
    watch_network();
}

bool cvode_is_active() {
    return cvode_active_;
}

bool running() {
    return stepping || initialising;
}

bool structure_changed() {
    static int seen = -1;
    const bool changed = tree_changed || v_structure_change || structure_change_cnt != seen;
    seen = structure_change_cnt;
    return changed;
}

bool can_make() {
    return !stepping && !(initialising && frozen());
}

void on_initialise(std::function<void()> before, std::function<void()> after) {
    if (before) {
        before_initialise.push_back(std::move(before));
    }
    if (after) {
        after_initialise.push_back(std::move(after));
    }
}

void on_step(std::function<void(double)> step) {
    const bool first = !step_action;
    step_action = std::move(step);
    if (first) {
        set_nonvint_block(&after_step);
    }
}

// ---- nrn_load_dll("libpatch.so") from any folder ----

namespace {

void (*stock_load)() = nullptr;
std::string bare_name;

// Answers our own bare name, which is loaded already; everything else is NEURON's.
void our_load() {
    const bool ours = hoc_is_str_arg(1) && bare_name == hoc_gargstr(1);
    if (!ours) {
        stock_load();
        return;
    }
    hoc_retpushx(1);
}

}  // namespace

void answer_bare_name(const char* name) {
    if (!stock_load) {
        bare_name = name;
        stock_load = std::exchange(symbol("nrn_load_dll")->u.u_proc->defn.pf, &our_load);
    }
}

}  // namespace patch::host
