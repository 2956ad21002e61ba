// The numbers that are used when none is given, without NEURON.
#include "../../plugin/core/defaults.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

namespace {

using namespace patch;

class Defaults: public testing::Test {
  protected:
    void TearDown() override {
        for (const std::string& name : defaults::names()) {
            defaults::set(name, std::nullopt);
        }
    }
};

TEST_F(Defaults, ArePatchsOwn) {
    EXPECT_EQ(defaults::current("weight"), 0.1);
    EXPECT_EQ(defaults::current("delay"), 1);
    EXPECT_EQ(defaults::current("threshold"), -20);
}

TEST_F(Defaults, HaveThreeNames) {
    EXPECT_EQ(defaults::names(), (std::vector<std::string>{"weight", "delay", "threshold"}));
    EXPECT_TRUE(std::isnan(defaults::current("x")));
    EXPECT_TRUE(std::isnan(defaults::current("")));
}

TEST_F(Defaults, StandInForNothingUntilTheyAreSet) {
    for (const std::string& name : defaults::names()) {
        EXPECT_FALSE(defaults::overridden(name));
    }
    EXPECT_FALSE(defaults::overridden("x"));
}

TEST_F(Defaults, AreUsedOnceTheyAreSet) {
    defaults::set("weight", 0.2);
    EXPECT_EQ(defaults::overridden("weight"), 0.2);
    EXPECT_EQ(defaults::current("weight"), 0.2);
    EXPECT_EQ(defaults::current("delay"), 1);
    EXPECT_FALSE(defaults::overridden("delay"));
    defaults::set("weight", 0.3);
    EXPECT_EQ(defaults::current("weight"), 0.3);
}

TEST_F(Defaults, ComeBackWhenTheyAreTakenAway) {
    defaults::set("threshold", 0);
    EXPECT_EQ(defaults::current("threshold"), 0);
    defaults::set("threshold", std::nullopt);
    EXPECT_EQ(defaults::current("threshold"), -20);
    EXPECT_FALSE(defaults::overridden("threshold"));
    defaults::set("threshold", std::nullopt);
}

// The environment is read once: each of these is a process of its own.
class NeuronMode: public testing::Test {
  protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

    static void claim(bool holds) { std::exit(holds ? 0 : 1); }
};
using testing::ExitedWithCode;

TEST_F(NeuronMode, LeavesNeuronsOwnNumbersAlone) {
    EXPECT_EXIT(
        {
            setenv("PATCH_DEFAULTS", "neuron", 1);
            bool holds = defaults::neuron_mode() && !defaults::overridden("x");
            for (const std::string& name : defaults::names()) {
                holds = holds && std::isnan(defaults::overridden(name).value_or(0));
            }
            claim(holds);
        },
        ExitedWithCode(0), "");
}

TEST_F(NeuronMode, ShowsNeuronsOwnNumbers) {
    EXPECT_EXIT(
        {
            setenv("PATCH_DEFAULTS", "neuron", 1);
            claim(defaults::current("weight") == 0 && defaults::current("delay") == 1 && defaults::current("threshold") == 10);
        },
        ExitedWithCode(0), "");
}

TEST_F(NeuronMode, StillTakesANumberThatIsSet) {
    EXPECT_EXIT(
        {
            setenv("PATCH_DEFAULTS", "neuron", 1);
            defaults::set("weight", 0.5);
            claim(defaults::current("weight") == 0.5 && defaults::overridden("weight") == 0.5);
        },
        ExitedWithCode(0), "");
}

TEST_F(NeuronMode, IsNamedByItsWordAlone) {
    for (const char* word : {"", "NEURON", "patch", "1"}) {
        EXPECT_EXIT(
            {
                setenv("PATCH_DEFAULTS", word, 1);
                claim(!defaults::neuron_mode() && defaults::current("weight") == 0.1);
            },
            ExitedWithCode(0), "")
            << word;
    }
}

}  // namespace
