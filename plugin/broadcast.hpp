// broadcast and allgather: anything that pickles from one rank to all, or from all to all; Vectors in place; HOC's variables in place.
#pragma once

#include "host/host.hpp"

namespace patch::broadcast {

struct Arguments {
    Opaque data;
    Value root = Value::of(0.0);
    static constexpr Field fields[] = {
        {"data", "anything that pickles, with Vectors and Matrices inside; a Vector or an h.ref is filled in place on every rank", required,
         "what is broadcast, or None where another rank is the root"},
        {"root", "the rank whose data it is", ordinary, nullptr, "Number"},
    };
};

struct InPlace {
    Value data;
    Value root = Value::of(0.0);
    static constexpr Field fields[] = {
        {"data", "a variable by its address, a strdef, a Vector, a Matrix, or a List of Vectors and Strings", required,
         "&x, a strdef, a Vector, a Matrix or a List"},
        {"root", "the rank whose data it is"},
    };
};

struct Gathered {
    Opaque data;
    Value vector;
    static constexpr Field fields[] = {{"data", "anything that pickles, with Vectors and Matrices inside", required, "this rank's data"},
                                       {"vector", "NEURON's own form: a Vector that gets every rank's number", positional}};
};

struct GatheredNumber {
    Value number;
    static constexpr Field fields[] = {{"number", "this rank's number", required, "a number"}};
};

struct OfVector {
    Value vector;
    static constexpr Field fields[] = {{"vector", "a Vector", required}};
};
struct FromNumbers {
    Value numbers;
    static constexpr Field fields[] = {{"numbers", "a buffer of doubles", required}};
};

extern const host::Methods methods;

}  // namespace patch::broadcast
