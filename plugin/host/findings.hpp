// What check asks of NEURON.
#pragma once

#include <functional>

#include "host.hpp"

namespace patch::host {

struct Connection {
    Object netcon, target, cell;  // cell: the artificial cell that is the source
    Segment place;                // or the place
    double weight = 0, delay = 0;
    bool weighs = false;  // its target takes a weight
    bool has_source = false, active = true;
    bool records = false;  // spike times, or a function is called
    bool known = false;    // whether gid and records are: not where NEURON's sources cannot be looked at
    bool ended = false;    // by disconnect: nothing is wrong with it
    int gid = -1;          // of its source, or received
};
Connection connection_of(Object netcon);
void each_connection(const std::function<void(const Connection&)>& visit);
void each_point_process(const std::function<void(Object)>& visit);  // artificial cells too
std::vector<std::string> mechanism_names();                         // that are there on this rank
bool is_artificial_cell(Object object);

void note_ended(Object netcon);
// A Vector records this variable from now on, which may go before it.
void note_recorded(Object vector, const Variable& variable);
std::vector<Object> recorders_without_variable();
// Recordings of places whose variable is another one since nseg changed; each with its place.
struct Moved {
    Object vector;
    Segment place;
};
std::vector<Moved> moved_recordings();
bool lost_its_source(Object netcon);  // a connection that was made with one

}  // namespace patch::host
