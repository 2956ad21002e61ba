// parallel: p.parallel, NEURON's ParallelContext with arguments of any kind, errors that end no job, and runs that the ranks agree on.
#pragma once

#include "host/host.hpp"

namespace patch::parallel {

struct SetGid {
    Value gid;
    std::optional<double> id;
    static constexpr Field fields[] = {
        {"gid", "0 to 2147483647", required, "a gid", "Number"},
        {"id", "the rank that has it; this one where it is None"},
    };
};

struct Cell {
    Value gid;
    Meant netcon;
    bool output = true;
    static constexpr Field fields[] = {
        {"gid", "0 to 2147483647", required, "a gid", "Number"},
        {"netcon", "whose source it is", required, "a NetCon", "NetCon"},
        {"output", "whether its spikes go to other ranks"},
    };
};

struct Connect {
    Value gid;
    Target target;
    std::optional<Meant> netcon;
    static constexpr Field fields[] = {
        {"gid", "0 to 2147483647", required, "a gid", "Number"},
        {"target", "a point process that receives events, or an artificial cell", required, nullptr, "Target"},
        {"netcon", "a NetCon to the target that listens to the gid from now on; a new one where it is None", ordinary, nullptr, "NetCon"},
    };
};

struct Record {
    Meant gids = {Value::of(-1.0)};
    std::optional<Meant> times, numbers;
    static constexpr Field fields[] = {
        {"gids", "a gid of this rank, a Vector of them, or -1 for all that there are", positional, nullptr, "Number | Vector"},
        {"tvec", "a Vector that gets the times (ms); a new one where it is None", positional, nullptr, "Vector"},
        {"gidvec", "a Vector that gets the gids; a new one where it is None", positional, nullptr, "Vector"},
    };
};

struct SourceVariable {
    Connectable source;
    Value key;
    std::optional<Section> sec;
    static constexpr Field fields[] = {
        {"source", "a pointer to a variable of the section; a Section or a Segment stands for its voltage", required, "a pointer",
         "Source"},
        {"key", "the integer, 0 or more, that targets know it by", required, "a key", "Number"},
        {"sec", "the section of the variable", keyword_only},
    };
};

struct TargetVariable {
    Connectable first, second;
    Value third;
    std::optional<Section> sec;
    static constexpr Field fields[] = {
        {"target", "a point process in front of a pointer into it; or the pointer alone", required, "a point process or a pointer",
         "Source"},
        {"variable", "the pointer; or the key where the pointer came first", required, "a pointer or a key", "Source | Number"},
        {"key", "the integer, 0 or more, of the source", ordinary, nullptr, "Number"},
        {"sec", "the section of the variable", keyword_only},
    };
};

struct Solve {
    double tstop = 0;  // ms
    std::optional<double> v_init;
    static constexpr Field fields[] = {
        {"tstop", "ms; at least t", required},
        {"v_init", "mV; initialises first where it is given, or where the exchange of spikes was not prepared"},
    };
};

extern const host::Methods methods;

}  // namespace patch::parallel
