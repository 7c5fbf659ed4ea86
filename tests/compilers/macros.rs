//! Macros that name headers, or ask for them.

use zccache_tests::Expected;

use crate::sources::each;

#[test]
fn a_header_that_is_asked_for_by_way_of_a_macro_is_noticed_when_it_comes() {
    let header = "#ifdef __has_include\n#define HAS(x) __has_include(x)\n#else\n#define HAS(x) 0\n#endif\n";
    each("#include \"has.h\"\n#if HAS(\"late.h\")\nint late;\n#else\nint none;\n#endif\n", |unit| {
        let world = &unit.world;
        world.write("has.h", header);
        for words in ["", "-MD", "-MMD"] {
            let call = unit.call(words);
            world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
            world.write("late.h", "");
            world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
            world.remove("late.h");
            world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
        }
    });
}

#[test]
fn a_header_that_a_macro_names_counts_also_where_the_users_list_leaves_it_out() {
    each("#include <names.h>\n#include NAME\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("sys/names.h", "#define NAME <named.h>\n/* mind the #include order */\n");
        world.write("sys/named.h", "#define VALUE 1\n");
        let call = unit.call("-MMD -isystem sys");
        world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        world.write("sys/named.h", "#define VALUE 2\n");
        world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
        world.expect(Expected::Hit, &call, &["x.o", "x.d"]);
    });
}

#[test]
fn a_word_behind_include_that_is_no_macro_names_nothing() {
    each("/* avoid #include hell */\n#ifdef USER_H\n# include USER_H\n#endif\nint x;\n", |unit| {
        let world = &unit.world;
        world.expect_cold_and_warm(&unit.call("-MMD"), &["x.o", "x.d"]);
        world.write("user.h", "int user;\n");
        let call = unit.call("-MMD -DUSER_H=<user.h> -I.");
        world.expect_cold_and_warm(&call, &["x.o", "x.d"]);
        world.write("user.h", "int other;\n");
        world.expect(Expected::Miss, &call, &["x.o", "x.d"]);
    });
}

#[test]
fn an_object_below_a_folder_that_is_searched_is_stored() {
    each("#include <stdio.h>\n#include <c.h>\nint x = VALUE;\n", |unit| {
        let world = &unit.world;
        world.write("core/c.h", "#define VALUE 1\n");
        world.write("objs/core/there", "");
        let call = unit.call("-I core -I objs").replace("-o x.o", "-o objs/core/x.o");
        world.expect_cold_and_warm(&call, &["objs/core/x.o"]);
    });
}
