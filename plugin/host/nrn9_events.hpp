// NEURON 9's spike sources, for the files of this folder alone. No header of them is installed: the classes are declared here in the
// order of their virtual functions and members (src/nrncvode/netcon.h and InterViews/observe.h of 9.0.0 to 9.0.2, which are the same);
// sources_fit() tries them on a source of our own before anything relies on them.
#pragma once

#include <cstdio>
#include <functional>
#include <unordered_map>
#include <vector>

#include "nrn9.hpp"

class Cvode;
class HocCommand;
class IvocVect;
class NetCvode;
class PreSyn;
class ivObservable;
struct TQItem;
struct hoc_Item;

class ivObserver {
  protected:
    ivObserver();

  public:
    virtual ~ivObserver();
    virtual void update(ivObservable*);
    virtual void disconnect(ivObservable*);
};

class DiscreteEvent: public ivObserver {
  public:
    DiscreteEvent();
    ~DiscreteEvent() override;
    virtual void send(double, NetCvode*, NrnThread*);
    virtual void deliver(double, NetCvode*, NrnThread*);
    virtual void pr(const char*, double, NetCvode*);
    void disconnect(ivObservable*) override;
    virtual int pgvts_op(int&);
    virtual void pgvts_deliver(double, NetCvode*);
    virtual NrnThread* thread();
    virtual int type();
    virtual DiscreteEvent* savestate_save();
    virtual void savestate_restore(double, NetCvode*);
    virtual void savestate_write(std::FILE*);
    virtual void frecord_init(TQItem*);
};

class NetCon: public DiscreteEvent {
  public:
    NetCon(PreSyn*, ::Object*);
    ~NetCon() override;
    void send(double, NetCvode*, NrnThread*) override;
    void deliver(double, NetCvode*, NrnThread*) override;
    void pr(const char*, double, NetCvode*) override;
    int pgvts_op(int&) override;
    void pgvts_deliver(double, NetCvode*) override;
    NrnThread* thread() override;
    int type() override;
    DiscreteEvent* savestate_save() override;
    void disconnect(ivObservable*) override;
    void replace_src(PreSyn*);

    double delay_;
    PreSyn* src_;
    Point_process* target_;
    double* weight_;
    ::Object* obj_;
    int cnt_;
    bool active_;
};

class ConditionEvent: public DiscreteEvent {
  public:
    ConditionEvent();
    ~ConditionEvent() override;
    virtual void check(NrnThread*, double, double = 0.0);
    virtual double value();
    virtual void asf_err() = 0;

    double valold_, told_;
    double valthresh_;
    TQItem* qthresh_;
    bool flag_;
};

class PreSyn: public ConditionEvent {
  public:
    PreSyn(neuron::container::data_handle<double>, ::Object*, ::Section* = nullptr);
    ~PreSyn() override;
    void send(double, NetCvode*, NrnThread*) override;
    void deliver(double, NetCvode*, NrnThread*) override;
    void pr(const char*, double, NetCvode*) override;
    void asf_err() override;
    int pgvts_op(int&) override;
    void pgvts_deliver(double, NetCvode*) override;
    NrnThread* thread() override;
    int type() override;
    DiscreteEvent* savestate_save() override;
    double value() override;
    void update(ivObservable*) override;
    void disconnect(ivObservable*) override;
    void record(IvocVect*, IvocVect* = nullptr, int = 0);

    std::vector<NetCon*> dil_;
    double threshold_;
    double delay_;
    neuron::container::data_handle<double> thvar_;
    ::Object* osrc_;
    ::Section* ssrc_;
    IvocVect* tvec_;
    IvocVect* idvec_;
    HocCommand* stmt_;
    NrnThread* nt_;
    hoc_Item* hi_th_;
    long hi_index_;
    int use_min_delay_;
    int rec_id_;
    int output_index_;
    int gid_;
    // What follows differs between builds and is not used here.
};

class NetCvode {
  public:
    void psl_append(PreSyn*);
    void ps_thread_link(PreSyn*);
    void structure_change();
    ::NetCon* install_deliver(neuron::container::data_handle<double>, ::Section*, ::Object*, ::Object*, double, double, double);
};

extern NetCvode* net_cvode_instance;
std::vector<PreSyn*>* net_cvode_instance_psl();
void nrn_cleanup_presyn(PreSyn*);
std::unordered_map<int, PreSyn*>& nrn_gid2out();
void nrn_notify_pointer_disconnect(ivObserver*);
double nrn_netcon_get_thresh(NetCon*);

namespace patch::host {

// Calls gone() while NEURON destroys the Object.
void when_gone(Object object, std::function<void()> gone);

inline ::NetCon* netcon_in(Object object) {
    return static_cast<::NetCon*>(raw(object)->u.this_pointer);
}

// Whether any of some NetCons of one source was told to record, where the source cannot be looked at.
bool is_recorded(const std::vector<Object>& netcons);

// Whether the declarations above are what this NEURON has.
bool sources_fit();

}  // namespace patch::host
