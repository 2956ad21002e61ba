// Asking NEURON, running it, and what can be done while it runs; without Python.
#include "host_helpers.hpp"

extern int nrn_mpiabort_on_error_, hoc_execerror_messages;

namespace patch::host {
namespace {

// A class of HOC's whose method calls what a test wants to look at from inside NEURON.
std::function<void()> look = [] {};
struct Nothing {
    static constexpr std::array<Field, 0> fields{};
};
double look_now(const Nothing&) {
    look();
    return 0;
}

class Running: public Neuron {
  protected:
    static void SetUpTestSuite() {
        static bool once = false;  // for both names of this fixture
        if (std::exchange(once, true)) {
            return;
        }
        install_class("Probe", {{method<Nothing, &look_now>("look", "Calls the test.")}});
        run_hoc("{load_file(\"stdrun.hoc\")}\nobjref probe, handler, cvode_, nil\nprobe = new Probe()\n");
    }
    void TearDown() override {
        look = [] {};
        run_hoc("objref handler\n");
        Neuron::TearDown();
    }
    // Runs HOC code, in which `probe.look()` calls the action.
    static void run_looking(std::function<void()> action, const char* code) {
        look = std::move(action);
        run_hoc(code);
    }
};
using Asking = Running;

const char* const one_step = "{finitialize(-65)}\n{fadvance()}\n";
const char* const in_an_event =
    "handler = new FInitializeHandler(\"cvode.event(0.1, \\\"{probe.look()}\\\")\")\n{finitialize(-65) continuerun(1)}\n";
std::string in_a_handler(int type) {
    return "handler = new FInitializeHandler(" + std::to_string(type) + ", \"{probe.look()}\")\n{finitialize(-65)}\n";
}

// ---- Asking ----

TEST_F(Asking, ARefusalOfNeuronsIsAnErrorWithItsText) {
    testing::internal::CaptureStderr();
    EXPECT_NE(refusal([] { run_hoc("{execerror(\"no such luck\", \"\")}\n"); }), "");
    EXPECT_NE(refusal([] { make("List", {text("NoSuchClass")}); }).find("NEURON refused: "), std::string::npos);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Asking, ARefusalRestoresTheSectionStack) {
    const Section soma = section("soma"), dend = section("dend");
    for (const char* code :
         {"soma { execerror(\"no\", \"\") }\n", "proc refuse_() { soma { dend { execerror(\"no\", \"\") } } }\nsoma refuse_()\n"}) {
        const int before = nrn_isecstack();
        EXPECT_NE(refusal([&] { run_hoc(code); }), "") << code;
        EXPECT_EQ(nrn_isecstack(), before);
        EXPECT_EQ(current_section(), dend);
    }
    SectionScope scope(soma);
    EXPECT_NE(refusal([&] { make("ExpSyn", {text("x")}); }), "");
    EXPECT_EQ(current_section(), soma);
}

TEST_F(Asking, ARefusalInsideASectionOfAPlaceRestoresTheSectionStack) {
    const Section soma = section("soma"), dend = section("dend");
    EXPECT_NE(refusal([&] { make("ExpSyn", {of(Segment{soma, 7})}); }), "");
    EXPECT_EQ(current_section(), dend);
}

TEST_F(Asking, LeavesTheSwitchesOfErrorsAsTheyWere) {
    for (const int set : {1, 0}) {
        nrn_mpiabort_on_error_ = hoc_execerror_messages = set;
        EXPECT_NE(refusal([] { run_hoc("{execerror(\"no\", \"\")}\n"); }), "");
        EXPECT_EQ(nrn_mpiabort_on_error_, set);
        EXPECT_EQ(hoc_execerror_messages, set);
        run_hoc("{result_ = 1}\n");
        EXPECT_EQ(nrn_mpiabort_on_error_, set);
        EXPECT_EQ(hoc_execerror_messages, set);
    }
    nrn_mpiabort_on_error_ = hoc_execerror_messages = 1;
}

TEST_F(Asking, HocGoesOnAfterManyRefusals) {
    for (int i = 0; i < 2000; ++i) {
        refusal([] { run_hoc("{execerror(\"no\", \"\")}\n"); });
    }
    EXPECT_EQ(hoc("1 + 1"), 2);
}

TEST_F(Asking, AnErrorOfOursPassesThroughNeuronWithItsSentence) {
    const std::string sentence =
        refusal([] { run_looking([] { throw refused(ErrorKind::value, "x", "2", "0 to 1"); }, "{probe.look()}\n"); });
    EXPECT_NE(sentence.find("look: x is 2, expected 0 to 1"), std::string::npos) << sentence;
    EXPECT_EQ(last_error(), "look: x is 2, expected 0 to 1");
}

// ---- Running ----

TEST_F(Running, IsFalseOutsideARun) {
    EXPECT_FALSE(running());
    EXPECT_TRUE(can_make());
    section("soma");
    run_hoc(one_step);
    EXPECT_FALSE(running());
    EXPECT_TRUE(can_make());
}

TEST_F(Running, IsTrueInAStepAndNothingCanBeMadeThere) {
    section("soma");
    int steps = 0;
    on_step([&](double t) {
        ++steps;
        EXPECT_NEAR(t, 0.025 * steps, 1e-9);
        EXPECT_TRUE(running());
        EXPECT_FALSE(can_make());
    });
    run_hoc("{finitialize(-65)}\n{fadvance()}\n{fadvance()}\n");
    EXPECT_EQ(steps, 2);
    on_step([](double) {});
    EXPECT_FALSE(running());
}

TEST_F(Running, IsTrueInAnEventOfEachWayToRun) {
    section("soma");
    int looked = 0;
    const auto action = [&] {
        ++looked;
        EXPECT_TRUE(running());
        EXPECT_FALSE(can_make());
    };
    run_looking(action, in_an_event);
    EXPECT_EQ(looked, 1);
    run_looking(action, "objref pc_\npc_ = new ParallelContext()\n{pc_.set_maxstep(10)}\n{finitialize(-65)}\n{pc_.psolve(1)}\n");
    EXPECT_EQ(looked, 2);
    run_looking(action, "{finitialize(-65)}\n{batch_run(1, 1, \"/dev/null\")}\n");
    EXPECT_EQ(looked, 3);
    EXPECT_FALSE(running());
    EXPECT_TRUE(can_make());
}

// Stock NEURON makes a synapse in handlers of type 3 alone; where it refuses, the initialisation fails. Asking does no harm.
TEST_F(Running, InAnInitialisationWhatCanBeMadeIsWhatNeuronMakes) {
    const Section soma = section("soma");
    for (const int type : {0, 1, 2, 3}) {
        int looked = 0;
        run_looking(
            [&] {
                ++looked;
                EXPECT_TRUE(running()) << type;
                EXPECT_EQ(can_make(), type == 3) << type;
                if (can_make()) {
                    point_process("ExpSyn", {soma, 0.5});
                }
            },
            in_a_handler(type).c_str());
        EXPECT_EQ(looked, 1) << type;
        EXPECT_FALSE(running());
        EXPECT_TRUE(can_make());
    }
}

TEST_F(Running, EndsWithAnErrorInAStepAnEventOrAnInitialisation) {
    section("soma");
    const auto fails = [] { throw refused(ErrorKind::value, "x", "2", "0 to 1"); };
    EXPECT_NE(refusal([&] { run_looking(fails, in_an_event); }), "");
    EXPECT_FALSE(running());
    EXPECT_TRUE(can_make());
    EXPECT_NE(refusal([&] { run_looking(fails, in_a_handler(1).c_str()); }), "");
    EXPECT_FALSE(running());
    EXPECT_TRUE(can_make());
}

TEST_F(Running, ActionsAreCalledAroundTheOutermostInitialisationAlone) {
    section("soma");
    static std::string calls;  // the actions stay for the life of the process
    static const bool once = [] {
        on_initialise([] { calls += "before "; }, [] { calls += "after "; });
        return true;
    }();
    EXPECT_TRUE(once);
    calls.clear();
    run_looking([] { calls += "inside "; }, in_a_handler(1).c_str());
    EXPECT_EQ(calls, "before inside after ");
    calls.clear();
    run_hoc("objref handler\n{tstop = 1 run()}\n");
    EXPECT_EQ(calls, "before after ");
    calls.clear();
}

TEST_F(Running, VariablesAreHocsOwn) {
    variable("t") = 3;
    EXPECT_EQ(time(), 3);
    EXPECT_EQ(hoc("t"), 3);
    run_hoc("users_own = 4\n");
    EXPECT_EQ(variable("users_own"), 4);
    EXPECT_EQ(standard_variable("tstop"), hoc("tstop"));
}

TEST_F(Running, TheStructureHasChangedWhereSectionsCameOrMoved) {
    section("soma");
    EXPECT_TRUE(structure_changed());
    run_hoc(one_step);
    structure_changed();
    run_hoc(one_step);
    EXPECT_FALSE(structure_changed());
    for (const char* change :
         {"{soma nseg = 3}\n", "{soma insert hh}\n", "create dend\n", "{connect dend(0), soma(1)}\n", "dend {disconnect()}\n"}) {
        run_hoc(change);
        EXPECT_TRUE(structure_changed()) << change;
        run_hoc(one_step);
        structure_changed();
    }
}

// ---- A mechanism on first use ----

bool is_listed(const char* name) {
    const auto names = point_process_names();
    return std::count(names.begin(), names.end(), name) == 1;
}

TEST_F(Running, AMechanismIsRegisteredOnFirstUseOutsideOfSteps) {
    section("soma");
    run_hoc("proc later_() { print PatchVecStim }\n");  // a mention does not hide it
    EXPECT_FALSE(is_listed("PatchVecStim"));
    const auto use = [] { require_mechanism("PatchVecStim"); };
    std::string sentence;
    run_looking([&] { sentence = refusal(use, ErrorKind::busy); }, in_an_event);
    EXPECT_NE(sentence.find("while a step is running"), std::string::npos) << sentence;
    EXPECT_FALSE(is_listed("PatchVecStim"));

    use();
    EXPECT_TRUE(mechanism("PatchVecStim").artificial_cell);
    use();
    EXPECT_TRUE(is_listed("PatchVecStim"));
    const Owned ours = make("PatchVecStim", {});
    run_hoc("objref theirs\ntheirs = new PatchVecStim()\n");
    EXPECT_EQ(class_name(object("theirs")), "PatchVecStim");
    run_looking(use, in_an_event);  // it is there: no refusal
    run_hoc("objref theirs\n");
    EXPECT_EQ(hoc("sin(0)"), 0);  // the tables of names are whole
}

// The last: after it a stock NEURON takes no fixed steps any more.
TEST_F(Running, IsTrueInAnEventOfCvode) {
    section("soma");
    int looked = 0;
    run_looking([&] { looked += running() && !can_make(); },
                "handler = new FInitializeHandler(\"cvode.event(0.1, \\\"{probe.look()}\\\")\")\n"
                "{cvode.active(1)}\n{finitialize(-65)}\n{cvode.solve(1)}\n");
    EXPECT_EQ(looked, 1);
    EXPECT_FALSE(running());
}

}  // namespace
}  // namespace patch::host
