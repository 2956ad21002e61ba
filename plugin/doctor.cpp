// A line a fact; the verdict last.
#include "doctor.hpp"

#include "core/version.hpp"
#include "host/network.hpp"
#include "host/ranks.hpp"

namespace patch::doctor {

namespace {

class Report {
  public:
    void add(const std::string& what, const std::string& fact) {
        const std::size_t width = 10;
        text_ += what + std::string(what.size() < width ? width - what.size() : 1, ' ') + fact + "\n";
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

std::string report(const Nothing&) {
    Report report;
    std::string advice;
    report.add("Patch", std::string(version()) + ", " + host::library_file());
    report.add("",
               "sources beside the first on a place: " + std::string(host::sources_by_mechanism() ? "by a point process" : "their own"));
    report.add("NEURON", host::running_version() + ", " + host::neuron_file());
    try {
        const CallScope scope("doctor");
        host::start_mpi();
    } catch (const Error& error) {
        advice = error.sentence().substr(std::string("doctor: ").size());
    }
    const host::MpiLibrary mpi = host::mpi_library();
    report.add("MPI", mpi.file.empty() ? "none loaded" : mpi.version + ", " + mpi.file + (mpi.helper.empty() ? "" : ", by " + mpi.helper));
    const host::Launcher by = host::launcher();
    report.add("launcher", by ? by.name + ", " + std::to_string(by.ranks) + (by.ranks == 1 ? " process" : " processes") : "none");
    report.add("ranks", std::to_string(host::rank_count()) + ", this is rank " + std::to_string(host::rank()));
    for (const host::Fact& fact : host::python_facts(mpi.file)) {
        report.add(fact.what, fact.said);
        advice = advice.empty() ? fact.advice : advice;
    }
    report.add("verdict", advice.empty() ? "all of it fits" : "to change: " + advice);
    return report.text();
}

}  // namespace

const host::Methods methods{
    host::method<Nothing, &report>("doctor", "What has come together in this process, and what to change where it does not fit.",
                                   host::in_hoc | host::internal),
};

}  // namespace patch::doctor
