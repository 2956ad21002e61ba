// make: what several capabilities make, checked first and kept afterwards: an instance of a mechanism, a connection.
#pragma once

#include "host/host.hpp"

namespace patch::make {

// The place at x on a section; x has to be from 0 to 1.
Segment at(Section section, double x);

// A number or several (a sequence, a Vector), each finite.
std::vector<double> numbers(const Value& value, const char* name, const char* expected);
// An SEClamp's levels by the names that people use, as NEURON's amp1, amp2 and amp3: `holding` is before and after the step;
// `voltage` is the step's, or all three.
Keywords clamp_levels(const std::string& name, const Value& value, const std::string& place = {});

// A gid: an integer from 0 to 2147483647, a boolean is none.
int gid(const Value& value);

// A pointer with its section is the place it points to, where it is a voltage of that section. A pointer without one is refused.
host::Source in_section(host::Source source, std::optional<Section> section);

// An instance of a mechanism, at a place or nowhere, with the attributes set. Attributes that the mechanism does not have, or that
// are no numbers, are refused before it is made. Through p it has p's own defaults.
enum class Through { patch, p };
host::Owned mechanism(const std::string& name, std::optional<Segment> place, const std::vector<Value>& further, const Keywords& attributes,
                      Through through = Through::patch);
// Whether p has numbers of its own for a mechanism (IClamp, SEClamp), so that it is made at a place where none is given.
bool has_own_defaults(const std::string& name);

// A NetCon, kept with both ends. A nan leaves NEURON's own number.
host::Owned connection(const host::Source& source, const Target& target, const host::Strength& strength);

}  // namespace patch::make
