// Every sentence, without NEURON: what, value and place, the nearest name, numbers as users write them.
#include "../../plugin/core/error.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace patch;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

std::string said(const Error& error) {
    EXPECT_STREQ(error.what(), error.sentence().c_str());
    return error.sentence();
}

TEST(Shown, WritesNumbersAsUsersDo) {
    EXPECT_EQ(shown(0), "0");
    EXPECT_EQ(shown(1.5), "1.5");
    EXPECT_EQ(shown(-20), "-20");
    EXPECT_EQ(shown(0.1), "0.1");
    EXPECT_EQ(shown(100000), "100000");
    EXPECT_EQ(shown(32768), "32768");
    EXPECT_EQ(shown(1e300), "1e+300");
    EXPECT_EQ(shown(-1e-300), "-1e-300");
    EXPECT_EQ(shown(1234567), "1234567");
}

TEST(Shown, LosesNoDigitThatTellsTwoNumbersApart) {
    for (const double value : {0.1 + 0.2, 1.0 / 3, 1 + 1e-9, std::nextafter(1.0, 2.0), 1e22 / 7, 5e-324, 1.7976931348623157e308}) {
        EXPECT_EQ(std::stod("0") + std::strtod(shown(value).c_str(), nullptr), value) << shown(value);
    }
    EXPECT_EQ(shown(0.30000000000000004), "0.30000000000000004");
    EXPECT_EQ(shown(1 + 1e-9), "1.000000001");
}

TEST(Shown, WritesNanWithoutASign) {
    EXPECT_EQ(shown(nan), "nan");
    EXPECT_EQ(shown(-nan), "nan");
    EXPECT_EQ(shown(inf), "inf");
    EXPECT_EQ(shown(-inf), "-inf");
}

TEST(Nearest, FindsTheNameThatAMisspeltOneMeans) {
    const std::vector<std::string> known{"ExpSyn", "Exp2Syn", "NetStim", "IClamp", "SEClamp", "VClamp", "AlphaSynapse", "APCount"};
    EXPECT_EQ(nearest("SynExp", known), "ExpSyn");  // the same letters in another order
    EXPECT_EQ(nearest("expsyn", known), "ExpSyn");
    EXPECT_EQ(nearest("EXPSYN", known), "ExpSyn");
    EXPECT_EQ(nearest("ExpSny", known), "ExpSyn");
    EXPECT_EQ(nearest("ExpSy", known), "ExpSyn");
    EXPECT_EQ(nearest("Exp2Sy", known), "Exp2Syn");
    EXPECT_EQ(nearest("NetStimm", known), "NetStim");
    EXPECT_EQ(nearest("AlphaSynaps", known), "AlphaSynapse");
    EXPECT_EQ(nearest("Iclmap", known), "IClamp");
    EXPECT_EQ(nearest("wieght", {"delay", "weight"}), "weight");
    EXPECT_EQ(nearest("y", {"x"}), "x");
}

TEST(Nearest, GuessesNothingThatIsFar) {
    const std::vector<std::string> known{"ExpSyn", "NetStim", "x"};
    EXPECT_EQ(nearest("qwertyuiop", known), "");
    EXPECT_EQ(nearest("", {"ExpSyn"}), "");
    EXPECT_EQ(nearest("ExpSyn", {}), "");
    EXPECT_EQ(nearest("sec", {"target", "delay"}), "");
    EXPECT_EQ(nearest("Vector", known), "");
}

TEST(Nearest, PrefersTheExactNameToASimilarOne) {
    EXPECT_EQ(nearest("dur", {"dur1", "dur2", "dur"}), "dur");
    EXPECT_EQ(nearest("tau1", {"tau2", "tau1"}), "tau1");
}

TEST(CallScope, NestsAndNamesTheInnermostCall) {
    const CallScope outer("connect_points");
    {
        const CallScope inner("ExpSyn");
        EXPECT_EQ(said(no_section()), "ExpSyn: there is no current section, create or access one first");
    }
    EXPECT_STREQ(current_function(), "connect_points");
    EXPECT_EQ(no_section().function, "connect_points");
}

TEST(CallScope, EndsWithAnException) {
    const CallScope outer("outer");
    try {
        const CallScope inner("inner");
        throw no_section();
    } catch (const Error& error) {
        EXPECT_EQ(error.function, "inner");
    }
    EXPECT_STREQ(current_function(), "outer");
}

TEST(Refused, NamesWhatValueAndPlace) {
    const CallScope scope("connect_points");
    const Error error = refused(ErrorKind::value, "x", "1.5", "0 to 1", "dend[3]");
    EXPECT_EQ(said(error), "connect_points: x is 1.5, expected 0 to 1 (dend[3])");
    EXPECT_EQ(error.kind, ErrorKind::value);
    EXPECT_EQ(error.topic, Topic::none);
    EXPECT_EQ(error.function, "connect_points");
    EXPECT_EQ(error.argument, "x");
    EXPECT_EQ(error.got, "1.5");
    EXPECT_EQ(error.expected, "0 to 1");
    EXPECT_EQ(error.place, "dend[3]");
    EXPECT_EQ(said(refused(ErrorKind::value, "x", "1.5", "0 to 1")), "connect_points: x is 1.5, expected 0 to 1");
}

TEST(Refused, KeepsItsFieldsWhenItIsThrownAndCopied) {
    const CallScope scope("record");
    try {
        throw refused(ErrorKind::reference, "target", "gone", "a Section", "soma").about(Topic::record);
    } catch (const std::exception& caught) {
        const auto& error = dynamic_cast<const Error&>(caught);
        const Error copy = error;
        EXPECT_EQ(copy.kind, ErrorKind::reference);
        EXPECT_EQ(copy.topic, Topic::record);
        EXPECT_EQ(said(copy), "record: target is gone, expected a Section (soma)");
        EXPECT_EQ(copy.place, "soma");
    }
}

struct Sentence {
    Error error;
    ErrorKind kind;
    std::string text;
};

TEST(Sentences, AreTheseAndOfTheseKinds) {
    const CallScope scope("f");
    const std::vector<Sentence> sentences{
        {not_finite("x", nan), ErrorKind::value, "f: x is nan, expected a finite number"},
        {not_finite("x", -inf, "soma"), ErrorKind::value, "f: x is -inf, expected a finite number (soma)"},
        {wrong_kind("x", "'a'", "a number"), ErrorKind::type, "f: x is 'a', expected a number"},
        {missing("target", "a point process"), ErrorKind::type, "f: target is missing, expected a point process"},
        {too_many_arguments(3, 2), ErrorKind::type, "f: 3 arguments are too many, expected at most 2"},
        {given_twice("x"), ErrorKind::type, "f: x is given twice, by position and by name"},
        {unknown_keyword("wieght", {"delay", "weight"}), ErrorKind::type,
         "f: there is no argument wieght, did you mean weight? (known are delay, weight)"},
        {unknown_keyword("qwerty", {"delay"}), ErrorKind::type, "f: there is no argument qwerty (known are delay)"},
        {unknown_keyword("x", {}), ErrorKind::type, "f: there is no argument x (it takes no keywords)"},
        {deleted_section("target"), ErrorKind::reference, "f: target is a section that has been deleted"},
        {deleted_object("target", "ExpSyn[2]"), ErrorKind::reference, "f: target is ExpSyn[2], which is no longer in a section"},
        {no_section(), ErrorKind::access, "f: there is no current section, create or access one first"},
        {no_such_mechanism("SynExp", {"ExpSyn", "NetStim"}), ErrorKind::name, "f: there is no point process SynExp, did you mean ExpSyn?"},
        {no_such_mechanism("qwertyui", {"ExpSyn"}), ErrorKind::name, "f: there is no point process qwertyui"},
        {no_such_name("recrod", {"record"}), ErrorKind::name, "f: there is no recrod, did you mean record?"},
        {no_such_attribute("tauu", "ExpSyn", {"tau", "e"}), ErrorKind::name, "f: ExpSyn has no tauu, did you mean tau?"},
        {unequal_lengths("x", 2, "z", 3, "soma"), ErrorKind::value, "f: x has 2 values and z has 3, expected the same number (soma)"},
        {unequal_lengths("x", 2, "z", 3, ""), ErrorKind::value, "f: x has 2 values and z has 3, expected the same number"},
        {too_many_points(32767, 1, 32767, "soma"), ErrorKind::value,
         "f: 32767 points and 1 more are 32768, expected at most 32767 in a section (soma)"},
        {bad_element("x", 2, nan, "a finite number", "soma"), ErrorKind::value, "f: x[2] is nan, expected a finite number (soma)"},
        {unsorted("times", 1, 2, 3.5), ErrorKind::value, "f: times[1] is 2, expected at least the time before it, 3.5"},
        {pointer_without_section(), ErrorKind::connection,
         "f: source is a pointer without its section, give sec=section, or the segment itself"},
        {while_running("a run cannot begin"), ErrorKind::busy,
         "f: a run cannot begin while a step is running, expected before or after a run"},
        {from_host("no"), ErrorKind::host, "f: NEURON refused: no"},
    };
    for (const Sentence& each : sentences) {
        EXPECT_EQ(said(each.error), each.text);
        EXPECT_EQ(each.error.kind, each.kind) << each.text;
        EXPECT_EQ(each.error.function, "f");
    }
}

TEST(Sentences, OfMissingThingsHaveTheirFields) {
    EXPECT_EQ(missing("target", "a point process").expected, "a point process");
    EXPECT_EQ(no_such_attribute("tauu", "ExpSyn", {}).got, "tauu");
    EXPECT_EQ(no_such_attribute("tauu", "ExpSyn", {}).place, "ExpSyn");
    EXPECT_EQ(no_such_mechanism("SynExp", {}).got, "SynExp");
    EXPECT_EQ(bad_element("x", 2, -1, "at least 0", "soma").argument, "x[2]");
    EXPECT_EQ(bad_element("x", 2, -1, "at least 0", "soma").got, "-1");
    EXPECT_EQ(too_many_points(0, 40000, 32767, "soma").place, "soma");
}

TEST(Notes, ThatArePrintedAreWholeLines) {
    const std::string wrong = wrong_neuron("0.1.0", "9.0.0 9.0.1", "9.0.9");
    for (const char* part : {"0.1.0", "9.0.0 9.0.1", "9.0.9", "nothing was registered"}) {
        EXPECT_NE(wrong.find(part), std::string::npos) << wrong;
    }
    EXPECT_EQ(wrong.find('\n'), wrong.size() - 1);
    const std::string hidden = name_hidden("PatchConnection");
    EXPECT_NE(hidden.find("PatchConnection"), std::string::npos);
    EXPECT_EQ(hidden.find('\n'), hidden.size() - 1);
}

}  // namespace
