: An artificial cell that plays a Vector of spike times.

COMMENT
    stim = h.PatchVecStim()
    stim.play(h.Vector([5, 10, 10, 32.7]))   # ms, in ascending order
    nc = h.NetCon(stim, synapse)             # hears four spikes in every run

play(times) replaces the pattern and play() clears it; either ends what is being played. A pattern starts at the next
finitialize, with its first time that is not before t. Spikes come at exactly the doubles in the Vector; equal times
are as many spikes; a time that is earlier than the one before it, or nan, is passed over. The Vector is read while it
is played, and the cell holds a reference to it until the pattern is replaced or the cell is gone.
SaveState and BBSaveState carry the place in the pattern; the Vector stays the cell's own. Events sent to the cell are
ignored. CoreNEURON is not supported: its psolve refuses the POINTER with an error.
ENDCOMMENT

NEURON {
    THREADSAFE
    ARTIFICIAL_CELL PatchVecStim
    RANGE place
    POINTER held_times
}

ASSIGNED {
    place (1)        : in the pattern, of the spike that is due; -1: none is
    held_times (1)   : not a number: the Object of the Vector, with a reference of ours
}

DESTRUCTOR {
VERBATIM
#ifndef CORENEURON_BUILD
    try {
        hoc_obj_unref(static_cast<Object*>(_p_held_times));
    } catch (...) {   // somebody has put a number there with setpointer
    }
#endif
ENDVERBATIM
}

INITIAL {
    place = following(0, t)
    if (place >= 0) {
        net_send(-t + time_at(place), 2)   : see NET_RECEIVE
    }
}

: nocmodl puts "t + " before the delay of net_send, and t + -t + time is the time itself; time - t would be rounded, and
: its sum with t again. The flag is not 1: those wait in the self-queue of cvode.queue_mode(0, 1), which recurses per spike.
NET_RECEIVE(weight (1)) {
    if (flag == 2 && place >= 0) {
        net_event(t)
        place = following(place + 1, t)
        if (place >= 0) {
            net_send(-t + time_at(place), 2)
        }
    }
}

: The first place from `start` on whose time is not before `earliest`; -1: there is none.
FUNCTION following(start (1), earliest (ms)) (1) {
    following = start
    while (following < pattern_size() && !(time_at(following) >= earliest)) {
        following = following + 1
    }
    if (following >= pattern_size()) {
        following = -1
    }
}

: The number of times in the pattern.
FUNCTION pattern_size() (1) {
    pattern_size = 0
VERBATIM
#ifndef CORENEURON_BUILD
    if (auto* const held = static_cast<Object*>(_p_held_times)) {
        _lpattern_size = vector_capacity(static_cast<IvocVect*>(held->u.this_pointer));
    }
#endif
ENDVERBATIM
}

: The time at a place in the pattern; -1: there is no such place.
FUNCTION time_at(index (1)) (ms) {
    time_at = -1
    if (index >= 0 && index < pattern_size()) {
VERBATIM
#ifndef CORENEURON_BUILD
        auto* const held = static_cast<Object*>(_p_held_times);
        _ltime_at = vector_vec(static_cast<IvocVect*>(held->u.this_pointer))[static_cast<std::size_t>(_lindex)];
#endif
ENDVERBATIM
    }
}

: Play the Vector in the first argument from the next finitialize on; without an argument, play nothing.
PROCEDURE play() {
VERBATIM
#ifndef CORENEURON_BUILD
    if (ifarg(1) && !(hoc_is_object_arg(1) && is_vector_arg(1))) {
        hoc_execerror("PatchVecStim: play wants a Vector of spike times", nullptr);
    }
    auto* const times = ifarg(1) ? *hoc_objgetarg(1) : nullptr;
    hoc_obj_ref(times);   // before the old one is let go: it may be the same
    hoc_obj_unref(static_cast<Object*>(_p_held_times));
    _p_held_times = times;
#endif
ENDVERBATIM
    place = -1
}
