// Sections, their points and variables in a real NEURON.
#include <stdexcept>

#include "host_helpers.hpp"

namespace patch::host {
namespace {

using Sections = Neuron;
using Variables = Neuron;
using Points = Neuron;

TEST_F(Sections, ThereIsNoneInAnEmptyModel) {
    EXPECT_FALSE(current_section());
    EXPECT_FALSE(first_section());
    EXPECT_FALSE(exists(Section{}));
}

TEST_F(Sections, AreKnownByHocsNames) {
    run_hoc("create dend[3]\naccess dend[2]\n");
    const Section dend = current_section();
    EXPECT_EQ(name(dend), "dend[2]");
    EXPECT_EQ(name(Segment{dend, 0.25}), "dend[2](0.25)");
    EXPECT_EQ(name(first_section()), "dend[0]");
}

TEST_F(Sections, DoNotExistOnceHocHasDeletedThem) {
    const Section soma = section("soma");
    const Owned synapse = point_process("ExpSyn", {soma, 0.5});
    EXPECT_TRUE(exists(soma));
    EXPECT_TRUE(is_placed(synapse.get()));
    run_hoc("{soma delete_section()}\n");
    EXPECT_FALSE(is_placed(synapse.get()));
    EXPECT_FALSE(current_section());
}

TEST_F(Sections, AreConnectedWhereTheyAreTold) {
    const Section parent = section("parent"), child = section("child");
    EXPECT_FALSE(is_connected(child, parent));
    connect_sections(child, parent, 0.25, 1);
    EXPECT_TRUE(is_connected(child, parent));
    EXPECT_FALSE(is_connected(parent, child));
    SectionScope scope(child);
    EXPECT_EQ(hoc("parent_connection()"), 0.25);
    EXPECT_EQ(hoc("section_orientation()"), 1);
}

TEST_F(Sections, ALoopIsNeuronsRefusalAndChangesNothing) {
    const Section soma = section("soma");
    EXPECT_NE(refusal([&] { connect_sections(soma, soma, 1, 0); }), "");
    EXPECT_FALSE(is_connected(soma, soma));
}

TEST_F(Sections, AScopeMakesItsSectionTheCurrentOne) {
    const Section soma = section("soma"), dend = section("dend");
    {
        SectionScope outer(soma);
        EXPECT_EQ(current_section(), soma);
        {
            SectionScope inner(dend);
            EXPECT_EQ(current_section(), dend);
            SectionScope none(Section{});  // leaves it as it is
            EXPECT_EQ(current_section(), dend);
        }
        EXPECT_EQ(current_section(), soma);
    }
    EXPECT_EQ(current_section(), dend);  // the default section
}

TEST_F(Sections, AScopeEndsWithAnException) {
    const Section soma = section("soma"), dend = section("dend");
    EXPECT_THROW(
        {
            SectionScope scope(soma);
            throw std::runtime_error("out of the scope");
        },
        std::runtime_error);
    EXPECT_EQ(current_section(), dend);
}

TEST_F(Points, AreAppendedWithStridesAndOneOrManyDiameters) {
    const Section soma = section("soma");
    const double rows[] = {0, 1, 2, 10, 5, 6, 7, 20};  // x, y, z, diameter
    append_points(soma, {rows, rows + 1, rows + 2, rows + 3, 2, 4, 4});
    const double x[] = {30}, zero[] = {0}, diameter[] = {3};
    append_points(soma, {x, zero, zero, diameter, 1, 1, 0});
    EXPECT_EQ(point_count(soma), 3u);
    EXPECT_EQ(hoc("x3d(1)"), 5);
    EXPECT_EQ(hoc("y3d(1)"), 6);
    EXPECT_EQ(hoc("z3d(1)"), 7);
    EXPECT_EQ(hoc("diam3d(1)"), 20);
    EXPECT_EQ(hoc("x3d(2)"), 30);
    EXPECT_EQ(hoc("diam3d(2)"), 3);
}

TEST_F(Points, ChangeTheModelAsNeuronsOwnDo) {
    const std::vector<double> x{0, 3, 10, 25, 26}, y{0, 4, 4, -4, 0}, z{1, 0, 7, 7, 3}, diameter{2, 3, 1, 4, 0.5};
    const Section ours = section("ours");
    append_points(ours, {x.data(), y.data(), z.data(), diameter.data(), x.size(), 1, 1});
    section("theirs");
    for (std::size_t i = 0; i < x.size(); ++i) {
        call_function("pt3dadd", {x[i], y[i], z[i], diameter[i]});
    }
    run_hoc("{forall nseg = 3}\n");
    for (const char* expression : {"L", "diam(0.1)", "diam(0.5)", "diam(0.9)", "area(0.1)", "area(0.5)", "ri(0.5)", "arc3d(3)"}) {
        run_hoc((std::string("access ours\nours_ = ") + expression + "\naccess theirs\ntheirs_ = " + expression + "\n").c_str());
        EXPECT_EQ(variable("ours_"), variable("theirs_")) << expression;
    }
    EXPECT_EQ(host::diameter({ours, 0.5}), hoc("diam(0.5)"));
}

TEST_F(Points, OfAnEmptyArrayChangeNothing) {
    const Section soma = section("soma");
    append_points(soma, {});
    EXPECT_EQ(point_count(soma), 0u);
    EXPECT_EQ(hoc("L"), 100);
}

TEST_F(Points, FillASectionToNeuronsLimit) {
    const Section soma = section("soma");
    std::vector<double> x(most_points);
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = double(i);
    }
    const double zero = 0, one = 1;
    for (std::size_t i = 0; i < most_points; ++i) {
        append_points(soma, {&x[i], &zero, &zero, &one, 1, 1, 0});
    }
    EXPECT_EQ(point_count(soma), most_points);
    EXPECT_EQ(hoc("x3d(n3d() - 1)"), double(most_points - 1));
}

TEST_F(Variables, OfAPlaceAreFoundWhereTheyAreInserted) {
    const Section soma = section("soma");
    EXPECT_TRUE(range_variable({soma, 0.5}, "v"));
    EXPECT_FALSE(range_variable({soma, 0.5}, "gnabar_hh"));
    EXPECT_FALSE(range_variable({soma, 0.5}, "no_such_name"));
    run_hoc("{soma insert hh}\n");
    const Variable inserted = range_variable({soma, 0.5}, "gnabar_hh");
    ASSERT_TRUE(inserted);
    EXPECT_TRUE(exists(inserted));
    run_hoc("{soma uninsert hh}\n");
    EXPECT_FALSE(exists(inserted));
}

TEST_F(Variables, OfAPlaceGoWithTheirSection) {
    const Variable voltage = range_variable({section("soma"), 0.5}, "v");
    EXPECT_TRUE(exists(voltage));
    run_hoc("{soma delete_section()}\n");
    EXPECT_FALSE(exists(voltage));
    EXPECT_FALSE(exists(Variable{}));
}

TEST_F(Variables, AVoltageKnowsItsPlace) {
    const Section soma = section("soma"), dend = section("dend");
    run_hoc("{soma nseg = 5}\n");
    for (const double x : {0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0}) {
        const auto place = place_of(range_variable({soma, x}, "v"), soma);
        ASSERT_TRUE(place.has_value()) << x;
        EXPECT_NEAR(place->x, x, 1e-15);
        EXPECT_EQ(place->section, soma);
    }
    EXPECT_NEAR(place_of(range_variable({soma, 0.37}, "v"), soma)->x, 0.3, 1e-15);  // the centre of its segment
    EXPECT_FALSE(place_of(range_variable({soma, 0.5}, "v"), dend).has_value());
    EXPECT_FALSE(place_of(range_variable({soma, 0.5}, "diam"), soma).has_value());
}

TEST_F(Variables, OfAPointProcessAreItsOwnAlone) {
    const Owned synapse = point_process("ExpSyn", {section("soma"), 0.5}), vector = new_vector(3);
    EXPECT_TRUE(object_variable(synapse.get(), "i"));
    EXPECT_TRUE(object_variable(synapse.get(), "tau"));
    EXPECT_FALSE(object_variable(synapse.get(), "no_such_name"));
    EXPECT_FALSE(object_variable(synapse.get(), "get_loc"));  // a function
    EXPECT_FALSE(object_variable(vector.get(), "x"));
    run_hoc("{soma delete_section()}\n");
    EXPECT_FALSE(object_variable(synapse.get(), "i"));
}

}  // namespace
}  // namespace patch::host
