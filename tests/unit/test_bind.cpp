// Binding a call to its struct, without NEURON: a face that is a list of values stands for HOC and for Python.
#include "../../plugin/core/bind.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

using namespace patch;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Value number(double value) {
    return Value::of(value);
}
Value boolean(bool value) {
    Value result = number(value);
    result.kind = Kind::boolean;
    return result;
}
Value text(const std::string& value) {
    Value result;
    result.kind = Kind::text;
    result.text = value;
    return result;
}
Value none() {
    Value result;
    result.kind = Kind::none;
    return result;
}
Value pointer() {
    Value result;
    result.kind = Kind::variable;
    return result;
}

// A call: its arguments, and how each was read.
class Call final: public Face {
  public:
    bool in_python = true;
    std::optional<Value> self;
    std::vector<Value> positional;
    Keywords keywords;
    std::vector<Protocol> asked;

    bool python() const override { return in_python; }
    std::size_t count() const override { return positional.size(); }
    Kind kind(std::size_t i) const override { return positional[i].kind; }
    Value at(std::size_t i, Protocol protocol) override { return read(positional.at(i), protocol); }
    std::size_t named_count() const override { return keywords.size(); }
    std::string_view name(std::size_t i) const override { return keywords[i].first; }
    Value named(std::size_t i, Protocol protocol) override { return read(keywords.at(i).second, protocol); }
    bool has_receiver() const override { return self.has_value(); }
    Value receive(Protocol protocol) override { return read(*self, protocol); }

  private:
    Value read(const Value& value, Protocol protocol) {
        asked.push_back(protocol);
        return value;
    }
};

Call python(std::vector<Value> positional, Keywords keywords = {}) {
    Call call;
    call.positional = std::move(positional);
    call.keywords = std::move(keywords);
    return call;
}
Call hoc(std::vector<Value> positional) {
    Call call = python(std::move(positional));
    call.in_python = false;
    call.self = number(7);  // the current section, in this test's stead
    return call;
}

template <class Arguments>
Arguments bound(Call call) {
    const CallScope scope("f");
    return bind<Arguments>(call, signature<Arguments>("f", "Does f."));
}

template <class Arguments>
std::string refusal(Call call, ErrorKind kind = ErrorKind::type) {
    try {
        bound<Arguments>(std::move(call));
    } catch (const Error& error) {
        EXPECT_EQ(error.kind, kind) << error.what();
        return error.sentence();
    }
    return "accepted";
}

struct Plain {
    double x = 0.5;
    std::string name;
    bool store = false;
    std::optional<double> diameter;
    static constexpr Field fields[] = {
        {"x", "0 to 1"},
        {"name", "of a thing", required},
        {"store", "whether it is kept", keyword_only},
        {"diameter", "um"},
    };
};

TEST(Bind, TakesArgumentsByPositionAndByName) {
    const auto a = bound<Plain>(python({number(0.25), text("dend")}, {{"diameter", number(2)}, {"store", boolean(true)}}));
    EXPECT_EQ(a.x, 0.25);
    EXPECT_EQ(a.name, "dend");
    EXPECT_TRUE(a.store);
    EXPECT_EQ(a.diameter, 2);
    const auto b = bound<Plain>(python({}, {{"name", text("soma")}, {"x", number(1)}}));
    EXPECT_EQ(b.x, 1);
    EXPECT_EQ(b.name, "soma");
}

TEST(Bind, LeavesTheStructsOwnDefaults) {
    const auto a = bound<Plain>(python({}, {{"name", text("soma")}}));
    EXPECT_EQ(a.x, 0.5);
    EXPECT_FALSE(a.store);
    EXPECT_FALSE(a.diameter);
}

TEST(Bind, LeavesAnOptionalEmptyWhereNoneIsGiven) {
    EXPECT_FALSE(bound<Plain>(python({number(0), text("a"), none()})).diameter);
    EXPECT_EQ(refusal<Plain>(python({none(), text("a")})), "f: x is None, expected a number");
}

TEST(Bind, TakesEverythingByPositionInHoc) {
    const auto a = bound<Plain>(hoc({number(0.25), text("dend"), number(1), number(3)}));
    EXPECT_TRUE(a.store);
    EXPECT_EQ(a.diameter, 3);
    EXPECT_EQ(refusal<Plain>(python({number(0.25), text("dend"), number(1), number(3)})),
              "f: 4 arguments are too many, expected at most 3");
}

TEST(Bind, RefusesTooManyTooFewAndTheWrongKind) {
    EXPECT_EQ(refusal<Plain>(hoc({number(0), text("a"), number(0), number(1), number(1)})),
              "f: 5 arguments are too many, expected at most 4");
    EXPECT_EQ(refusal<Plain>(python({})), "f: name is missing, expected a string");
    EXPECT_EQ(refusal<Plain>(hoc({number(0)})), "f: name is missing, expected a string");
    EXPECT_EQ(refusal<Plain>(python({text("a"), text("b")})), "f: x is 'a', expected a number");
    EXPECT_EQ(refusal<Plain>(python({boolean(true), text("b")})), "f: x is True, expected a number");
    EXPECT_EQ(refusal<Plain>(python({number(0), number(3)})), "f: name is 3, expected a string");
    EXPECT_EQ(refusal<Plain>(python({number(0), text("b"), text("c")})), "f: diameter is 'c', expected a number");
    EXPECT_EQ(refusal<Plain>(python({number(0), text("b")}, {{"store", text("yes")}})), "f: store is 'yes', expected true or false");
}

TEST(Bind, RefusesNumbersThatAreNotFinite) {
    const double inf = std::numeric_limits<double>::infinity();
    EXPECT_EQ(refusal<Plain>(python({number(nan), text("a")}), ErrorKind::value), "f: x is nan, expected a finite number");
    EXPECT_EQ(refusal<Plain>(hoc({number(-inf), text("a")}), ErrorKind::value), "f: x is -inf, expected a finite number");
    EXPECT_EQ(refusal<Plain>(python({}, {{"name", text("a")}, {"diameter", number(inf)}}), ErrorKind::value),
              "f: diameter is inf, expected a finite number");
}

TEST(Bind, RefusesKeywordsThatDoNotExistWithTheNearestName) {
    EXPECT_EQ(refusal<Plain>(python({}, {{"nmae", text("a")}})),
              "f: there is no argument nmae, did you mean name? (known are x, name, store, diameter)");
    EXPECT_EQ(refusal<Plain>(python({number(0), text("a")}, {{"x", number(1)}})), "f: x is given twice, by position and by name");
}

TEST(Bind, ReadsNothingBeforeTheWholeCallFits) {
    Call call = python({number(0), text("a")}, {{"wrong", number(1)}});
    EXPECT_THROW(bind<Plain>(call, signature<Plain>("f", "")), Error);
    EXPECT_TRUE(call.asked.empty());
}

struct Method {
    double self = 0;
    double x = 0.5;
    static constexpr Field fields[] = {{"self", "", receiver}, {"x"}};
};

TEST(Receiver, IsWhatTheMethodIsCalledOn) {
    Call call = python({number(0.1)});
    call.self = number(42);
    const auto a = bound<Method>(call);
    EXPECT_EQ(a.self, 42);
    EXPECT_EQ(a.x, 0.1);
    EXPECT_EQ(bound<Method>(hoc({number(0.2)})).self, 7);
}

TEST(Receiver, IsTheFirstArgumentOfAFunction) {
    const auto a = bound<Method>(python({number(42), number(0.1)}));
    EXPECT_EQ(a.self, 42);
    EXPECT_EQ(a.x, 0.1);
    EXPECT_EQ(refusal<Method>(python({})), "f: self is missing, expected a number");
}

TEST(Receiver, IsNoKeywordOfAMethod) {
    Call call = python({}, {{"self", number(1)}});
    call.self = number(42);
    EXPECT_EQ(refusal<Method>(call), "f: there is no argument self (known are x)");
}

TEST(Receiver, IsReadLikeAnArgument) {
    Call call = python({});
    call.self = text("a");
    EXPECT_EQ(refusal<Method>(call), "f: self is 'a', expected a number");
}

}  // namespace

// A receiver of HOC that a leading pointer stands in for: connect_points(&v(0.5), target).
struct Place {
    double x = 0;
    bool from_pointer = false;
};
namespace patch {
template <>
struct Reader<Place> {
    static constexpr const char* expected = "a place";
    static constexpr const char* stub = "Place";
    static constexpr Protocol protocol = Protocol::netcon;
    static constexpr bool takes_pointer = true;
    static Place read(const Value& value, const char*) { return {value.number, value.kind == Kind::variable}; }
    static std::string text(const Place&) { return "None"; }
};
}  // namespace patch

namespace {

struct FromPlace {
    Place source;
    double weight = 0.1;
    static constexpr Field fields[] = {{"source", "", receiver}, {"weight"}};
};

TEST(Receiver, GivesWayToALeadingPointerInHocAlone) {
    const auto a = bound<FromPlace>(hoc({pointer(), number(3)}));
    EXPECT_TRUE(a.source.from_pointer);
    EXPECT_EQ(a.weight, 3);
    const auto b = bound<FromPlace>(hoc({number(3)}));
    EXPECT_FALSE(b.source.from_pointer);
    EXPECT_EQ(b.weight, 3);
    Call call = python({pointer()});
    call.self = number(42);
    EXPECT_EQ(refusal<FromPlace>(call), "f: weight is a pointer, expected a number");
}

TEST(Bind, AsksAnArgumentAsItsKindSays) {
    Call call = hoc({number(3)});
    bind<FromPlace>(call, signature<FromPlace>("f", ""));
    EXPECT_EQ(call.asked, (std::vector<Protocol>{Protocol::netcon, Protocol::untouched}));
}

struct Faces {
    double both = 1, of_python = 2, of_hoc = 3;
    static constexpr Field fields[] = {{"both"}, {"of_python", "", python_only}, {"of_hoc", "", hoc_only}};
};

TEST(Faces, HaveTheArgumentsOfTheirOwn) {
    const auto a = bound<Faces>(python({number(10), number(20)}));
    EXPECT_EQ(a.of_python, 20);
    EXPECT_EQ(a.of_hoc, 3);
    const auto b = bound<Faces>(hoc({number(10), number(30)}));
    EXPECT_EQ(b.of_python, 2);
    EXPECT_EQ(b.of_hoc, 30);
    EXPECT_EQ(refusal<Faces>(python({}, {{"of_hoc", number(1)}})), "f: there is no argument of_hoc (known are both, of_python)");
    EXPECT_EQ(refusal<Faces>(hoc({number(1), number(2), number(3)})), "f: 3 arguments are too many, expected at most 2");
}

struct Open {
    std::string name;
    Rest args;
    double x = 0.5;
    Others kw;
    static constexpr Field fields[] = {{"name", "", required}, {"args"}, {"x", "", keyword_only}, {"kw"}};
};

TEST(Open, TakesFurtherArgumentsAndKeywords) {
    const auto a = bound<Open>(python({text("a"), number(1), text("b")}, {{"tau", number(2)}, {"x", number(0)}, {"e", none()}}));
    EXPECT_EQ(a.x, 0);
    ASSERT_EQ(a.args.values.size(), 2);
    EXPECT_EQ(a.args.values[1].text, "b");
    ASSERT_EQ(a.kw.values.size(), 2);
    EXPECT_EQ(a.kw.values[0].first, "tau");
    EXPECT_EQ(a.kw.values[0].second.number, 2);
    EXPECT_EQ(a.kw.values[1].first, "e");
}

TEST(Open, RefusesMoreInHocThanItsHelpSays) {
    EXPECT_EQ(bound<Open>(hoc({text("a"), number(0.25)})).x, 0.25);
    EXPECT_EQ(refusal<Open>(hoc({text("a"), number(0.25), number(3)})), "f: 3 arguments are too many, expected at most 2");
}

struct Strength {
    double weight = defaults::weight;
    double delay = defaults::delay;
    double other = 3;
    static constexpr Field fields[] = {{"weight", "", common | keyword_only}, {"delay", "ms", common}, {"other"}};
};

TEST(Common, DefaultsAreThoseInForce) {
    EXPECT_EQ(bound<Strength>(python({})).weight, 0.1);
    defaults::set("weight", 0.7);
    EXPECT_EQ(bound<Strength>(python({})).weight, 0.7);
    EXPECT_EQ(bound<Strength>(hoc({})).weight, 0.7);
    EXPECT_EQ(bound<Strength>(python({}, {{"weight", number(0.2)}})).weight, 0.2);
    EXPECT_EQ(bound<Strength>(python({})).delay, 1);
    EXPECT_EQ(bound<Strength>(python({})).other, 3);
    EXPECT_EQ(signature<Strength>("f", "").python(false), "f(delay=1, other=3, *, weight=0.7)");
    defaults::set("weight", std::nullopt);
    EXPECT_EQ(signature<Strength>("f", "").python(false), "f(delay=1, other=3, *, weight=0.1)");
}

TEST(Signature, IsThePythonReadersOwn) {
    EXPECT_EQ(signature<Method>("f", "").python(true), "f($self, x=0.5)");
    EXPECT_EQ(signature<Method>("f", "").python(false), "f(self, x=0.5)");
    EXPECT_EQ(signature<Open>("f", "").python(false), "f(name, *args, x=0.5, **kw)");
    EXPECT_EQ(signature<Faces>("f", "").python(false), "f(both=1, of_python=2)");
}

struct Typed {
    Value points;  // whose type says too little
    std::optional<double> diameter;
    bool kept = true;
    static constexpr Field fields[] = {{"points", "", ordinary, nullptr, "Rows"}, {"diameter"}, {"kept"}};
};

TEST(Signature, IsTheStubReadersOwn) {
    EXPECT_EQ(signature<Method>("f", "").stub(true), "f(self, x: Number = 0.5)");
    EXPECT_EQ(signature<Open>("f", "").stub(true), "f(self, name: str, *args: Any, x: Number = 0.5, **kw: Any)");
    EXPECT_EQ(signature<Typed>("f", "").stub(false), "f(points: Rows | None = None, diameter: Number | None = None, kept: bool = True)");
}

TEST(Signature, IsTheHocReadersOwn) {
    EXPECT_EQ(signature<Method>("f", "").hoc(), "p.f([x])");
    EXPECT_EQ(signature<FromPlace>("f", "").hoc(), "p.f([weight])");
    EXPECT_EQ(signature<Open>("f", "").hoc(), "p.f(name [, x])");
    EXPECT_EQ(signature<Faces>("f", "").hoc(), "p.f([both, of_hoc])");
    EXPECT_EQ(signature<Strength>("f", "").hoc(), "p.f([weight, delay, other])");
}

TEST(Signature, HelpSaysWhatEachArgumentIs) {
    const std::string help = signature<Plain>("f", "Does f.").help(true);
    EXPECT_EQ(help, "Does f.\n\n    x: 0 to 1 (default 0.5)\n    name: of a thing\n    store: whether it is kept (default False)"
                    "\n    diameter: um (default None)");
}

TEST(Described, NamesValuesAsUsersDo) {
    EXPECT_EQ(described(number(1.5)), "1.5");
    EXPECT_EQ(described(boolean(true)), "True");
    EXPECT_EQ(described(text("a")), "'a'");
    EXPECT_EQ(described(none()), "None");
    EXPECT_EQ(described(pointer()), "a pointer");
    describe_with([](const Value&) { return std::string("ExpSyn[0]"); });
    Value object;
    object.kind = Kind::object;
    EXPECT_EQ(described(object), "ExpSyn[0]");
    EXPECT_EQ(described(number(2)), "2");
    describe_with(nullptr);
    EXPECT_EQ(described(object), "an object");
}

}  // namespace
