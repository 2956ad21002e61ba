// The registry on real objects of NEURON, without Python: who lives, and what a sweep frees. Half of each test is the freeing.
#include "host_helpers.hpp"

namespace patch::host {
namespace {

const Strength unsaid{nan, nan, nan};

class Lifetime: public Neuron {
  protected:
    void SetUp() override {
        Neuron::SetUp();
        watch_runs();  // as the class Patch does
    }
    void TearDown() override {
        Neuron::TearDown();
        sweep(patch::Registry::Sweep::everything);
        EXPECT_EQ(registry().node_count(), 0u);
        EXPECT_EQ(registry().edge_count(), 0u);
        EXPECT_EQ(registry().retained(), registry().released());
    }
};

Owned connect(Object source, Object target) {
    Source from;
    from.object = source;
    Owned netcon = new_netcon(from, target, unsaid);
    keep_connection(from, target, netcon.get());
    return netcon;
}

Owned connect(Segment source, Object target) {
    Source from;
    from.segment = source;
    Owned netcon = new_netcon(from, target, unsaid);
    keep_connection(from, target, netcon.get());
    return netcon;
}

struct Counts {
    std::size_t netcons = instances("NetCon"), stims = instances("NetStim"), cells = instances("IntFire1"), synapses = instances("ExpSyn"),
                vectors = instances("Vector");
    bool operator==(const Counts& other) const {
        return netcons == other.netcons && stims == other.stims && cells == other.cells && synapses == other.synapses &&
               vectors == other.vectors;
    }
};

TEST_F(Lifetime, OneHandleOfThreeKeepsAConnectionWhicheverItIs) {
    const Counts before;
    for (const int held : {0, 1, 2}) {
        Owned handle;
        {
            const Owned stim = make("NetStim", {}), cell = make("IntFire1", {}), netcon = connect(stim.get(), cell.get());
            handle = held == 0 ? stim : held == 1 ? cell : netcon;
        }
        EXPECT_EQ(sweep(), 0u) << held;
        EXPECT_EQ(instances("NetCon"), before.netcons + 1) << held;
        EXPECT_EQ(instances("NetStim"), before.stims + 1) << held;
        EXPECT_EQ(instances("IntFire1"), before.cells + 1) << held;
        handle = {};
        EXPECT_EQ(sweep(), 3u) << held;
        EXPECT_TRUE(Counts() == before) << held;
    }
}

TEST_F(Lifetime, AnObjrefOfHocsIsAHandle) {
    const Counts before;
    run_hoc("objref held\nheld = new IntFire1()\n");
    connect(make("NetStim", {}).get(), object("held"));
    EXPECT_EQ(sweep(), 0u);
    run_hoc("objref held\n");
    EXPECT_EQ(sweep(), 3u);
    EXPECT_TRUE(Counts() == before);
}

TEST_F(Lifetime, AThousandConnectionsOfOnePairAreAThousand) {
    const Counts before;
    Owned stim = make("NetStim", {});
    {
        const Owned cell = make("IntFire1", {});
        for (int i = 0; i < 1000; ++i) {
            connect(stim.get(), cell.get());
        }
    }
    EXPECT_EQ(sweep(), 0u);
    EXPECT_EQ(registry().edge_count(EdgeKind::connection), 1000u);
    EXPECT_EQ(instances("NetCon"), before.netcons + 1000);
    stim = {};
    EXPECT_EQ(sweep(), 1002u);
    EXPECT_TRUE(Counts() == before);
}

TEST_F(Lifetime, AChainLivesByItsLastLink) {
    const Counts before;
    Owned last = make("IntFire1", {});
    {
        Owned target = last;
        for (int i = 0; i < 10; ++i) {
            const Owned source = make("IntFire1", {});
            connect(source.get(), target.get());
            target = source;
        }
    }
    EXPECT_EQ(sweep(), 0u);
    EXPECT_EQ(instances("IntFire1"), before.cells + 11);
    last = {};
    EXPECT_EQ(sweep(), 21u);
    EXPECT_TRUE(Counts() == before);
}

TEST_F(Lifetime, ARingOfConnectionsIsFreed) {
    const Counts before;
    {
        const Owned a = make("IntFire1", {}), b = make("IntFire1", {});
        connect(a.get(), b.get());
        connect(b.get(), a.get());
        connect(a.get(), a.get());
        EXPECT_EQ(sweep(), 0u);
    }
    EXPECT_EQ(sweep(), 5u);
    EXPECT_TRUE(Counts() == before);
}

TEST_F(Lifetime, AForgottenConnectionIsItsHoldersAlone) {
    const Owned stim = make("NetStim", {}), cell = make("IntFire1", {});
    const std::size_t before = instances("NetCon");
    {
        const Owned netcon = connect(stim.get(), cell.get());
        silence(netcon.get());
        forget(netcon.get());
        EXPECT_EQ(registry().edge_count(), 0u);
    }
    EXPECT_EQ(instances("NetCon"), before);
}

TEST_F(Lifetime, HocsOwnSectionsKeepTheirSynapsesAndRecordingsUntilTheyAreDeleted) {
    const Counts before;
    const Section soma = section("soma");
    {
        const Owned synapse = point_process("ExpSyn", {soma, 0.5}), vector = new_vector();
        keep_placed(synapse.get());
        record(vector.get(), range_variable({soma, 0.5}, "v"), soma);
        keep_recording(soma, 0.5, vector.get());
        connect(Segment{soma, 0.5}, synapse.get());
    }
    EXPECT_EQ(sweep(patch::Registry::Sweep::everything), 0u);
    EXPECT_EQ(instances("ExpSyn"), before.synapses + 1);
    EXPECT_TRUE(recording(soma, 0.5));
    EXPECT_FALSE(recording(soma, 0.25));
    run_hoc("{soma delete_section()}\n");
    sweep();
    EXPECT_TRUE(Counts() == before);
}

TEST_F(Lifetime, StoredPointProcessesComeInTheirOrder) {
    const Section soma = section("soma");
    const Owned a = point_process("ExpSyn", {soma, 0.5}), b = point_process("ExpSyn", {soma, 0.5}),
                c = point_process("ExpSyn", {soma, 0.5});
    keep_placed(a.get(), Placement::stored);
    keep_placed(b.get());
    keep_placed(c.get(), Placement::stored);
    EXPECT_EQ(stored(soma), (std::vector<Object>{a.get(), c.get()}));
}

const char* const cell_template = R"(
begintemplate LifeCell
public soma, syn, other
objref syn, other, list
create soma
proc init() {
    create soma
    soma syn = new ExpSyn(0.5)
    list = new List()
    list.append(syn)
}
endtemplate LifeCell
)";

class Cells: public Lifetime {
  protected:
    static void SetUpTestSuite() { run_hoc(cell_template); }
    // A cell whose synapse listens to a NetStim. HOC holds nothing of it.
    struct Cell {
        Owned cell, synapse;
        Cell() {
            run_hoc("objref made, its\nmade = new LifeCell()\nits = made.syn\n");
            cell = Owned(object("made"));
            synapse = Owned(object("its"));
            connect(make("NetStim", {}).get(), synapse.get());
            run_hoc("objref made, its\n");
        }
    };
};

TEST_F(Cells, ATemplatesInstanceThatHoldsItsOwnSynapseIsFreed) {
    const Counts before;
    Owned held = Cell().cell;
    EXPECT_EQ(sweep(), 0u);
    EXPECT_EQ(instances("ExpSyn"), before.synapses + 1);
    held = {};
    EXPECT_EQ(sweep(), 5u);  // the cell, its section, the synapse, the NetCon and the NetStim
    EXPECT_TRUE(Counts() == before);
    EXPECT_FALSE(first_section());
}

TEST_F(Cells, ACellLivesByItsSynapseAlone) {
    const Counts before;
    Owned held = Cell().synapse;
    EXPECT_EQ(sweep(), 0u);
    EXPECT_TRUE(is_placed(held.get()));
    held = {};
    EXPECT_EQ(sweep(), 5u);
    EXPECT_TRUE(Counts() == before);
    EXPECT_FALSE(first_section());
}

TEST_F(Cells, ThatHoldThemselvesOrEachOtherAreFreed) {
    const Counts before;
    {
        const Cell a, b, c;
        run_hoc("objref all\nall = new List(\"LifeCell\")\n");
        run_hoc("all.object(0).other = all.object(0)\nall.object(1).other = all.object(2)\nall.object(2).other = all.object(1)\n");
        run_hoc("{all.count()}\nobjref all\n");
        EXPECT_EQ(sweep(), 0u);
    }
    EXPECT_EQ(sweep(), 15u);
    EXPECT_TRUE(Counts() == before);
    EXPECT_FALSE(first_section());
}

// NEURON keeps the object of the last expression `list.object(i)...` until the next one.
TEST_F(Cells, ThatHocHasJustLookedAtAreFreed) {
    const Counts before;
    Owned held = Cell().cell;
    run_hoc("objref all, its\nall = new List(\"LifeCell\")\nits = all.object(0).syn\nobjref its, all\n");
    held = {};
    EXPECT_EQ(sweep(), 5u);
    EXPECT_TRUE(Counts() == before);
}

TEST_F(Lifetime, FinitializeSweepsBeforeItBegins) {
    section("soma");
    const Counts before;
    connect(make("NetStim", {}).get(), make("IntFire1", {}).get());
    EXPECT_FALSE(Counts() == before);
    run_hoc("{finitialize(-65)}\n");
    EXPECT_TRUE(Counts() == before);
}

TEST_F(Lifetime, NothingIsFreedInsideAStep) {
    section("soma");
    run_hoc("{finitialize(-65)}\n");
    const Counts before;
    connect(make("NetStim", {}).get(), make("IntFire1", {}).get());
    std::size_t freed = 1;
    on_step([&](double) { freed = sweep(patch::Registry::Sweep::everything); });
    run_hoc("{fadvance()}\n");
    on_step([](double) {});
    EXPECT_EQ(freed, 0u);
    EXPECT_FALSE(Counts() == before);
    EXPECT_EQ(sweep(), 3u);
    EXPECT_TRUE(Counts() == before);
}

}  // namespace

}  // namespace patch::host
