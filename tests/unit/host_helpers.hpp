// What the tests of the seam share: HOC's things by name, values as arguments, a refusal's sentence.
#pragma once

#include <gtest/gtest.h>
#include <hocdec.h>

#include <cmath>
#include <string>

#include "host/host.hpp"

int nrn_isecstack();
Symbol* hoc_lookup(const char*);

namespace patch::host {

// The model is empty before and after each test.
class Neuron: public testing::Test {
  protected:
    void SetUp() override { stack = nrn_isecstack(); }
    void TearDown() override {
        EXPECT_EQ(nrn_isecstack(), stack) << "the section stack is another";
        run_hoc("{forall delete_section()}\n");
    }
    int stack = 0;
};

inline double hoc(const std::string& expression) {
    run_hoc(("{result_ = " + expression + "}\n").c_str());
    return variable("result_");
}

// HOC's section of this name, made if need be; it is the default section then.
inline Section section(const std::string& name) {
    run_hoc(("create " + name + "\naccess " + name + "\n").c_str());
    return current_section();
}

// What HOC's objref of this name points to.
inline Object object(const char* objref) {
    return {*hoc_top_level_data[hoc_lookup(objref)->u.oboff].pobj};
}

inline int references(Object object) {
    return static_cast<::Object*>(object.address)->refcount;
}

inline Value number(double value) {
    return Value::of(value);
}

inline Value text(const std::string& value) {
    Value result;
    result.kind = Kind::text;
    result.text = value;
    return result;
}

template <class T>
Value of(T value) {
    return Value::of(value);
}

inline Owned point_process(const char* name, Segment place) {
    return make(name, {of(place)});
}

// The sentence of the Error that an action throws, or "".
template <class Action>
std::string refusal(Action action, ErrorKind kind = ErrorKind::host) {
    try {
        action();
    } catch (const Error& error) {
        EXPECT_EQ(int(error.kind), int(kind));
        return error.what();
    }
    return "";
}

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// How many objects of a class there are.
inline std::size_t instances(const char* class_name) {
    patch::Value name;
    name.kind = patch::Kind::text;
    name.text = class_name;
    const patch::host::Owned list = patch::host::make("List", {name});
    return std::size_t(patch::host::call(list.get(), "count", {}).number);
}

}  // namespace patch::host
