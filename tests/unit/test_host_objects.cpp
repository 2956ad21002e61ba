// Objects, mechanisms, connections and Vectors in a real NEURON.
#include <algorithm>

#include "host_helpers.hpp"

namespace patch::host {
namespace {

using Objects = Neuron;
using Mechanisms = Neuron;
using Connections = Neuron;
using Vectors = Neuron;

const Strength unsaid{nan, nan, nan};

Source from(Segment place) {
    Source source;
    source.segment = place;
    return source;
}

Source from(Object object) {
    Source source;
    source.object = object;
    return source;
}

// ---- Objects ----

TEST_F(Objects, OwnedHoldsOneReferenceAndGivesItBack) {
    const std::size_t before = instances("Vector");
    {
        Owned vector = make("Vector", {number(3)});
        EXPECT_EQ(references(vector.get()), 1);
        {
            const Owned copy = vector, another(vector.get());
            EXPECT_EQ(references(vector.get()), 3);
        }
        EXPECT_EQ(references(vector.get()), 1);
        Owned moved = std::move(vector);
        EXPECT_EQ(references(moved.get()), 1);
        EXPECT_FALSE(vector.get());
        vector = moved;
        EXPECT_EQ(references(moved.get()), 2);
        vector = std::move(moved);
        EXPECT_EQ(references(vector.get()), 1);
        EXPECT_EQ(instances("Vector"), before + 1);
    }
    EXPECT_EQ(instances("Vector"), before);
}

TEST_F(Objects, OwnedReleasesItsReferenceToWhoAdoptsIt) {
    Owned vector = make("Vector", {});
    const Object plain = vector.release();
    EXPECT_FALSE(vector.get());
    EXPECT_EQ(references(plain), 1);
    const Owned again = Owned::adopt(plain);
    EXPECT_EQ(references(plain), 1);
}

TEST_F(Objects, OwnedHoldsBesideHocsObjrefs) {
    run_hoc("objref kept\nkept = new Vector()\n");
    const Owned vector(object("kept"));
    EXPECT_EQ(references(vector.get()), 2);
    run_hoc("objref kept\n");
    EXPECT_EQ(references(vector.get()), 1);
    EXPECT_EQ(name(vector.get()).substr(0, 7), "Vector[");
}

TEST_F(Objects, NothingIsAnOwnedToo) {
    const Owned none, copy = none, adopted = Owned::adopt({});
    EXPECT_FALSE(none.get() || copy.get() || adopted.get());
}

TEST_F(Objects, AreCalledWithNumbersTextsAndObjects) {
    const Owned vector = make("Vector", {number(2), number(7)}), list = make("List", {});
    EXPECT_EQ(call(vector.get(), "sum", {}).number, 14);
    EXPECT_EQ(call(vector.get(), "label", {text("mine")}).kind, Kind::text);
    EXPECT_EQ(call(vector.get(), "label", {}).text, "mine");
    EXPECT_EQ(call(list.get(), "append", {of(vector.get())}).number, 1);
    EXPECT_EQ(references(vector.get()), 2);
    const Value item = call(list.get(), "object", {number(0)});
    EXPECT_EQ(item.kind, Kind::object);
    EXPECT_EQ(item.object, vector.get());
    EXPECT_EQ(references(vector.get()), 3);  // a call's object lives as long as the Value that it is in
}

TEST_F(Objects, AnObjectThatACallMadeLivesWithItsValue) {
    const Owned vector = make("Vector", {number(2)});
    Value made = call(vector.get(), "c", {});
    EXPECT_EQ(references(made.object), 1);
    EXPECT_EQ(call(made.object, "size", {}).number, 2);
}

TEST_F(Objects, ARefusedCallIsAnErrorAndHoldsNothing) {
    const Owned vector = new_vector(2), list = make("List", {});
    EXPECT_NE(refusal([&] { call(list.get(), "object", {number(5)}); }).find("NEURON refused: "), std::string::npos);
    EXPECT_NE(refusal([&] { call(vector.get(), "add", {of(list.get())}); }), "");
    EXPECT_EQ(references(vector.get()), 1);
    EXPECT_EQ(call(vector.get(), "size", {}).number, 2);
}

TEST_F(Objects, ARefusedMakingLeavesNoInstance) {
    section("soma");
    for (const char* type : {"ExpSyn", "Vector", "List"}) {
        const std::size_t before = instances(type);
        EXPECT_NE(refusal([&] { make(type, {text("no such thing")}); }), "") << type;
        EXPECT_EQ(instances(type), before) << type;
    }
}

TEST_F(Objects, KnowWhatTheyAre) {
    const Section soma = section("soma");
    const Owned synapse = point_process("ExpSyn", {soma, 0.5}), cell = make("NetStim", {}), vector = new_vector();
    EXPECT_EQ(class_name(synapse.get()), "ExpSyn");
    EXPECT_TRUE(is_a(synapse.get(), "ExpSyn") && !is_a(synapse.get(), "NetStim") && !is_a({}, "ExpSyn"));
    EXPECT_TRUE(is_point_process(synapse.get()) && is_point_process(cell.get()));
    EXPECT_FALSE(is_point_process(vector.get()) || is_point_process({}));
    EXPECT_TRUE(is_artificial_cell(cell.get()));
    EXPECT_FALSE(is_artificial_cell(synapse.get()) || is_artificial_cell(vector.get()));
    EXPECT_TRUE(is_placed(synapse.get()));
    EXPECT_FALSE(is_placed(cell.get()) || is_placed(vector.get()));
}

TEST_F(Objects, APointProcessKnowsItsPlace) {
    const Section soma = section("soma");
    run_hoc("{soma nseg = 5}\n");
    section("dend");  // the current section is another
    const Owned synapse = point_process("ExpSyn", {soma, 0.3});
    EXPECT_EQ(place_of(synapse.get()).section, soma);
    EXPECT_NEAR(place_of(synapse.get()).x, 0.3, 1e-15);
}

TEST_F(Objects, ATemplatesInstanceIsAnObjectOfItsOwnClass) {
    run_hoc("begintemplate Cell\npublic number\nproc init() { number = $1 }\nendtemplate Cell\n");
    run_hoc("objref cell\ncell = new Cell(4)\n");
    const Owned cell(object("cell"));
    run_hoc("objref cell\n");
    EXPECT_EQ(class_name(cell.get()), "Cell");
    EXPECT_TRUE(is_a(cell.get(), "Cell") && !is_point_process(cell.get()));
    EXPECT_EQ(references(cell.get()), 1);
}

// ---- Mechanisms ----

TEST_F(Mechanisms, PointProcessesAndArtificialCellsAreToldApart) {
    EXPECT_TRUE(mechanism("ExpSyn").exists && mechanism("ExpSyn").point_process && !mechanism("ExpSyn").artificial_cell);
    EXPECT_TRUE(mechanism("NetStim").exists && mechanism("NetStim").artificial_cell && !mechanism("NetStim").point_process);
    for (const char* other : {"Vector", "NetCon", "hh", "pas", "v", "sin", "NoSuchName", ""}) {
        EXPECT_FALSE(mechanism(other).exists) << other;
    }
}

TEST_F(Mechanisms, AUsersTemplateIsNone) {
    run_hoc("begintemplate ExpSynLike\nendtemplate ExpSynLike\n");
    EXPECT_FALSE(mechanism("ExpSynLike").exists);
}

TEST_F(Mechanisms, AreListedByName) {
    const auto names = point_process_names();
    for (const char* name : {"ExpSyn", "Exp2Syn", "IClamp", "NetStim", "IntFire1"}) {
        EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
    }
    for (const char* name : {"hh", "Vector", "PatchVecStim"}) {
        EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
    }
}

TEST_F(Mechanisms, AttributesAreListedAndSet) {
    const auto names = attribute_names("ExpSyn");
    for (const char* name : {"tau", "e", "i"}) {
        EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
    }
    EXPECT_TRUE(attribute_names("NoSuchName").empty());
    const Owned synapse = point_process("ExpSyn", {section("soma"), 0.5});
    set_attribute(synapse.get(), "tau", 7);
    EXPECT_EQ(call(synapse.get(), "has_loc", {}).number, 1);
    const std::string sentence = refusal([&] { set_attribute(synapse.get(), "tao", 7); }, ErrorKind::name);
    EXPECT_NE(sentence.find("has no tao, did you mean tau?"), std::string::npos) << sentence;
}

// ---- Connections ----

// The latest NetCon is HOC's nc while an action runs.
template <class Action>
void with_nc(const Owned& netcon, Action action) {
    run_hoc("objref list, nc\nlist = new List(\"NetCon\")\nnc = list.object(list.count() - 1)\nobjref list\n");
    EXPECT_EQ(object("nc"), netcon.get());
    action();
    run_hoc("objref nc\n");
}

std::vector<double> numbers_of(const Owned& netcon) {
    std::vector<double> numbers;
    with_nc(netcon, [&] { numbers = {hoc("nc.threshold"), hoc("nc.delay"), hoc("nc.weight")}; });
    return numbers;
}

// Whether the section of its source is one with hh.
bool starts_in_hh(const Owned& netcon) {
    double found = 0;
    with_nc(netcon, [&] {
        run_hoc("{nc.preloc() found_ = ismembrane(\"hh\") pop_section()}\n");
        found = variable("found_");
    });
    return found == 1;
}

TEST_F(Connections, FromAPlaceHaveWhatTheyAreGiven) {
    const Section soma = section("soma");
    run_hoc("{soma insert hh}\n");
    section("dend");
    const Owned synapse = point_process("ExpSyn", {soma, 0.5});
    const Owned netcon = new_netcon(from(Segment{soma, 0.5}), synapse.get(), {-20, 2, 0.25});
    EXPECT_EQ(netcon_target(netcon.get()), synapse.get());
    EXPECT_TRUE(starts_in_hh(netcon));
    EXPECT_EQ(call(netcon.get(), "valid", {}).number, 1);
    EXPECT_EQ(references(synapse.get()), 1);  // a NetCon holds no reference
    EXPECT_EQ(references(netcon.get()), 1);
}

TEST_F(Connections, FromAnArtificialCellKnowIt) {
    const Owned stim = make("NetStim", {}), cell = make("IntFire1", {});
    const Owned netcon = new_netcon(from(stim.get()), cell.get(), unsaid);
    EXPECT_EQ(netcon_target(netcon.get()), cell.get());
}

TEST_F(Connections, WithoutATargetAreDetectors) {
    const Owned netcon = new_netcon(from(Segment{section("soma"), 0.5}), {}, unsaid);
    EXPECT_FALSE(netcon_target(netcon.get()));
    EXPECT_TRUE(call(netcon.get(), "pre", {}).kind == Kind::none);
}

TEST_F(Connections, ANanLeavesNeuronsOwnNumber) {
    const Section soma = section("soma");
    const Owned synapse = point_process("ExpSyn", {soma, 0.5});
    for (const Strength given : {unsaid, Strength{-20, nan, nan}, Strength{nan, 2, nan}, Strength{nan, nan, 0.5}, Strength{-20, 2, 0.5}}) {
        const Owned netcon = new_netcon(from(Segment{soma, 0.5}), synapse.get(), given);
        const std::vector<double> expected{std::isnan(given.threshold) ? 10 : given.threshold, std::isnan(given.delay) ? 1 : given.delay,
                                           std::isnan(given.weight) ? 0 : given.weight};
        EXPECT_EQ(numbers_of(netcon), expected);
    }
}

TEST_F(Connections, ThatAreSilencedDeliverNoMore) {
    run_hoc("{load_file(\"stdrun.hoc\")}\n");
    const Owned stim = make("NetStim", {}), cell = make("IntFire1", {}), spikes = new_vector();
    set_attribute(stim.get(), "start", 1);
    set_attribute(stim.get(), "number", 3);
    set_attribute(stim.get(), "interval", 10);
    const Owned netcon = new_netcon(from(stim.get()), cell.get(), {nan, 1, 2}), detector = new_netcon(from(cell.get()), {}, unsaid);
    call(detector.get(), "record", {of(spikes.get())});
    run_hoc("{finitialize(-65) continuerun(30)}\n");
    EXPECT_EQ(values(spikes.get()), (std::vector<double>{2, 12, 22}));
    silence(netcon.get());
    EXPECT_FALSE(netcon_target(netcon.get()));
    run_hoc("{finitialize(-65) continuerun(30)}\n");
    EXPECT_TRUE(values(spikes.get()).empty());
}

TEST_F(Connections, WeightsAreAsManyAsTheTargetHas) {
    const Owned synapse = point_process("ExpSyn", {section("soma"), 0.5}), clamp = point_process("IClamp", {current_section(), 0.5});
    EXPECT_EQ(weight_count(synapse.get()), 1u);
    EXPECT_EQ(weight_count(clamp.get()), 0u);
    EXPECT_EQ(weight_count({}), 0u);
    const Owned netcon = new_netcon(from(Segment{current_section(), 0.5}), synapse.get(), unsaid);
    set_weight(netcon.get(), 0, 0.75);
    EXPECT_EQ(numbers_of(netcon)[2], 0.75);
    set_weight(netcon.get(), 1, 3);  // there is none: nothing happens
}

// ---- Vectors ----

TEST_F(Vectors, HoldTheNumbersTheyAreMadeOf) {
    const double given[] = {3, -1, 2};
    const Owned vector = new_vector(3, given);
    EXPECT_EQ(values(vector.get()), (std::vector<double>{3, -1, 2}));
    vector_data(vector.get())[1] = 5;
    append(vector.get(), 8);
    EXPECT_EQ(values(vector.get()), (std::vector<double>{3, 5, 2, 8}));
    clear(vector.get());
    EXPECT_TRUE(values(vector.get()).empty());
}

TEST_F(Vectors, RecordVoltageAndTimeAsNeuronsOwn) {
    run_hoc("{load_file(\"stdrun.hoc\")}\n");
    const Section soma = section("soma");
    run_hoc("{soma insert hh}\nobjref theirs\ntheirs = new Vector()\n{theirs.record(&soma.v(0.5))}\n");
    const Owned voltage = new_vector(), times = new_vector();
    record(voltage.get(), range_variable({soma, 0.5}, "v"), soma);
    record_time(times.get(), soma);
    run_hoc("{finitialize(-60) continuerun(5)}\n");
    EXPECT_EQ(values(voltage.get()), values(object("theirs")));
    EXPECT_EQ(values(voltage.get()).size(), 201u);
    EXPECT_EQ(values(times.get()).front(), 0);
    EXPECT_NEAR(values(times.get()).back(), 5, 1e-9);
    run_hoc("objref theirs\n");
}

TEST_F(Vectors, AndMatricesAreReadInPlace) {
    const double given[] = {1, 2, 3};
    const Owned vector = new_vector(3, given), matrix = make("Matrix", {number(2), number(3)});
    call(matrix.get(), "setval", {number(1), number(2), number(9)});
    const Numbers flat = numbers(of(vector.get()), "points", "numbers"), table = numbers(of(matrix.get()), "points", "numbers");
    EXPECT_TRUE(flat.flat && flat.rows == 3 && flat.data == vector_data(vector.get()));
    EXPECT_TRUE(!table.flat && table.rows == 2 && table.columns == 3);
    EXPECT_EQ(table.at(1, 2), 9);
    EXPECT_EQ(table.at(0, 2), 0);
}

TEST_F(Vectors, WhatIsNoneIsRefusedByTheArgumentsName) {
    const Owned list = make("List", {});
    const std::string sentence = refusal([&] { numbers(of(list.get()), "points", "numbers"); }, ErrorKind::type);
    EXPECT_NE(sentence.find("points"), std::string::npos) << sentence;
}

}  // namespace
}  // namespace patch::host
