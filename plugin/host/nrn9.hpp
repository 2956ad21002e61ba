// NEURON 9's own declarations, for the files of this folder alone: installed headers, and by hand what has none.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include <cabcode.h>
#include <classreg.h>
#include <hocdec.h>
#include <membfunc.h>
#include <multicore.h>
#include <nrn_ansi.h>
#include <nrnmpi.h>
#include <nrnsemanticversion.h>
#include <section_fwd.hpp>

#include <neuronapi.h>

#include "host.hpp"

// src/oc, src/nrnoc, src/nrncvode and src/nrniv of NEURON 9.0: exported, in no installed header.
extern Symlist* nrn_load_dll_called_;
extern int hoc_execerror_messages;
extern int hoc_pipeflag;
extern int nrn_mpiabort_on_error_;
extern int tree_changed, v_structure_change, structure_change_cnt;
extern short* nrn_is_artificial_;
extern short* pnt_receive_size;
extern void (**pnt_receive)(Point_process*, double*, double);
extern Symbol** pointsym;
extern Symbol* nrnpy_pyobj_sym_;
Object* hoc_newobj1(Symbol*, int);
Object* hoc_new_object(Symbol*, void*);
void hoc_push_frame(Symbol*, int);
void hoc_pop_frame();
void hoc_call_ob_proc(Object*, Symbol*, int);
double hoc_call_func(Symbol*, int);
void hoc_unref_defer();
void hoc_unlink_symbol(Symbol*, Symlist*);
void hoc_free_symspace(Symbol*);
void* create_point_process(int, Object*);
void destroy_point_process(void*);
Object** hoc_objpop();
void hoc_tobj_unref(Object**);
Object** hoc_temp_objptr(Object*);
int ivoc_list_count(Object*);
Object* ivoc_list_item(Object*, int);
int hoc_is_double_arg(int);
int hoc_is_str_arg(int);
int hoc_is_pdouble_arg(int);
Object** hoc_objgetarg(int);
char* hoc_gargstr(int);
char** hoc_pgargstr(int);
void hoc_assign_str(char**, const char*);
int hoc_oc(const char*);
extern Symlist* hoc_p_symlist;  // the constants and literals of programs
void nrn_area_ri(::Section*);
void nrn_popsec();
void nrn_pt3dclear(::Section*, int);
void stor_pt3d(::Section*, double, double, double, double);
const char* secname(::Section*);
int is_point_process(Object*);
int nrn_isecstack();
char* nrn_version(int);
Point_process* ob2pntproc_0(Object*);
class NetCon;
void nrn_netcon_set_delay(NetCon*, double);
void nrn_netcon_set_thresh(NetCon*, double);
int nrn_netcon_weight(NetCon*, double**);
int nrn_netcon_info(NetCon*, double**, Point_process**, double**, double**);
double nrn_arc_position(::Section*, Node*);
extern "C" int set_nonvint_block(int (*)(int, int, double*, double*, int));

struct OcJump {  // src/nrniv/ocjump.h: only the static member that is used here
    static void* fpycall(void* (*)(void*, void*), void*, void*);
};

namespace neuron::python {
struct impl_ptrs {  // src/nrniv/nrnpy.h, 9.0.0 to 9.0.2
    void* until_ho2po[14];
    void* (*ho2po)(::Object*);
    void* hpoasgn;
    void* interpreter_set_path;
    int (*interpreter_start)(int);
    void *mpi_alltoall_type, *object_to_double;
    void* (*opaque_obj2pyobj)(::Object*);
    void* pickle2po;
    ::Object* (*po2ho)(void*);
};
extern impl_ptrs methods;
}  // namespace neuron::python

namespace patch::host {

// A method of a built-in class with a function of ours in front, which calls NEURON's. It is swapped behind the symbol: HOC, Python and
// NEURON's C API all come to it. An early load comes before the classes: install() is asked again later.
template <const char* class_name, const char* name, class Returns = double>
struct Swapped {
    static inline Returns (*stock)(void*) = nullptr;
    static void install(Returns (*ours)(void*)) {
        Symbol* const type = hoc_table_lookup(class_name, hoc_built_in_symlist ? hoc_built_in_symlist : hoc_symlist);
        if (!type) {
            return;
        }
        auto& method = [&]() -> auto& {
            auto& defined = hoc_table_lookup(name, type->u.ctemplate->symtable)->u.u_proc->defn;
            if constexpr (std::is_same_v<Returns, double>) {
                return defined.pfd_vp;
            } else {
                return defined.pfo_vp;
            }
        }
        ();
        if (method != ours) {
            stock = std::exchange(method, ours);
        }
    }
};

}  // namespace patch::host

namespace patch::host {

using Handle = neuron::container::data_handle<double>;

inline ::Section* raw(Section section) {
    return static_cast<::Section*>(section.address);
}
inline ::Object* raw(Object object) {
    return static_cast<::Object*>(object.address);
}
inline const Handle& raw(const Variable& variable) {
    return *static_cast<const Handle*>(variable.handle.get());
}
inline Variable variable_of(Handle handle) {
    return Variable{std::make_shared<Handle>(std::move(handle))};
}

// Asks NEURON for something it may refuse: no MPI_Abort, no text on stderr, the interpreter and the section stack as before;
// the refusal is an Error of ours.
void ask(const std::function<void()>& action);

// NEURON's refusals are exceptions on every rank while this lives, not MPI_Abort.
class NoAbort {
  public:
    NoAbort()
        : before_(std::exchange(nrn_mpiabort_on_error_, 0)) {}
    ~NoAbort() { nrn_mpiabort_on_error_ = before_; }
    NoAbort(const NoAbort&) = delete;
    NoAbort& operator=(const NoAbort&) = delete;

  private:
    int before_;
};

// What HOC code run in modl_reg needs: the symbol tables as they are outside nrn_load_dll.
class OutsideLoad {
  public:
    OutsideLoad();
    ~OutsideLoad();

  private:
    bool swapped_ = false;
};
// HOC at top level, also when a template's procedure has called us. (At top level nothing is kept: its data may move.)
class TopLevel {
  public:
    TopLevel()
        : object_(hoc_thisobject)
        , data_(hoc_objectdata)
        , symbols_(hoc_symlist) {
        if (object_) {
            hoc_thisobject = nullptr;
            hoc_objectdata = hoc_top_level_data;
            hoc_symlist = hoc_top_level_symlist;
        }
    }
    ~TopLevel() {
        if (object_) {
            hoc_thisobject = object_;
            hoc_objectdata = data_;
            hoc_symlist = symbols_;
        }
    }
    TopLevel(const TopLevel&) = delete;
    TopLevel& operator=(const TopLevel&) = delete;

  private:
    ::Object* object_;
    Objectdata* data_;
    Symlist* symbols_;
};
// What registering needs: the symbol tables as they are inside nrn_load_dll.
class InsideLoad {
  public:
    InsideLoad();
    ~InsideLoad();

  private:
    bool swapped_ = false;
};

// The table of built-in names, also in the middle of a load or before NEURON has set itself up.
inline Symlist* built_in() {
    return hoc_built_in_symlist ? hoc_built_in_symlist : hoc_symlist;
}
short undefined_type();                    // the parser's token of a name without a meaning
void forget_undefined(const char* name);   // a name that was only mentioned hides ours no more
Symbol* symbol(const char* name);          // a built-in one, kept after the first look
Symbol* visible_symbol(const char* name);  // the user's own first, as HOC finds it
void push(const Value& value, std::vector<char*>& texts);
void watch_records();  // NetCon.record is noted from now on
void forget_lost_records();
bool forget_attributes_of_deleted();  // sections; whether there were any
void watch_network();                 // what is asked of ParallelContext is noted from now on
void network_initialised();           // a finitialize has come to its end
void network_solves();                // psolve is called

}  // namespace patch::host
