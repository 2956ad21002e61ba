// A real NEURON around the tests of test_host_*.cpp: without graphics, without Python, without mechanisms of a model.
#include <gtest/gtest.h>

#include <neuronapi.h>

#include <array>

// NEURON calls it at its start; what is tested is linked into the test instead.
extern "C" __attribute__((visibility("default"))) void modl_reg() {}

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    static std::array<const char*, 4> arguments{"nrniv", "-nogui", "-nopython", nullptr};  // NEURON keeps them
    if (nrn_init(3, arguments.data()) != 0) return 1;
    return RUN_ALL_TESTS();
}
